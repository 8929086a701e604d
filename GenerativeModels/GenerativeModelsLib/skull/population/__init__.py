"""Simulated population of fetal heads."""
