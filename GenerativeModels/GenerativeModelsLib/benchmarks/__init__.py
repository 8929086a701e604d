"""Benchmarks by name, and those that train what they compare."""
