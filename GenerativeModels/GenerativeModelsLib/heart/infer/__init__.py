"""From a measured heart to its place in the latent space, and back."""
