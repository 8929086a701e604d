"""Benchmarks of the heart."""
