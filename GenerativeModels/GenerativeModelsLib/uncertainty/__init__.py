"""In-distribution scores, latent densities and calibrated probabilities."""
