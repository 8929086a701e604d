"""Synthetic images in a scene: nodes in, volumes out."""
