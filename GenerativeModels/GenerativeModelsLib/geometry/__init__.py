"""Grids, surfaces, signed distances and their metrics, independent of the anatomy."""
