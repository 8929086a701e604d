"""Analysis of one heart from files to files, and shapes of the latent space."""
