"""How usual an input is, and calibrated probabilities."""
