"""Metrics of surfaces, uncertainties and probabilities, and their tables."""
