"""The simulated population of fetal heads."""
