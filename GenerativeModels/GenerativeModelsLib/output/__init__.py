"""Atomic output folders with one writer at a time, and fingerprints of results."""
