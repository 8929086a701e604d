"""Training of the head locator and the skull models."""
