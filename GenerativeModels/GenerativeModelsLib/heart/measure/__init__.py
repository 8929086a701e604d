"""Measurement of label maps: heart frame, distances, and radii along rays."""
