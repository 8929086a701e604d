"""Grids, surfaces, signed distances and their metrics. Knows nothing of anatomy."""
