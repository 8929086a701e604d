"""Training of the networks of label maps: attribute-regularised and constrained VAE."""
