"""One heart from files to files, batches of them, shapes out of the latent space."""
