"""Inference: reconstruction of a skull with uncertainty from its planes."""
