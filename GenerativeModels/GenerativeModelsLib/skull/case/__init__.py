"""Reconstruction of one case from files to files."""
