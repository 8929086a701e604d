"""Metrics of surfaces, uncertainties and probabilities, and tables of them."""
