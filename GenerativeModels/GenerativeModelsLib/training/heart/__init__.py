"""Training of the heart model."""
