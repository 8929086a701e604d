"""Benchmark of the wall thickness."""
