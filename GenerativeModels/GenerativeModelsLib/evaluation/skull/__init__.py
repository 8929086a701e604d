"""Benchmarks of the skull."""
