"""Ladder VAE, VAE and principal components of as many numbers on the same hearts."""
