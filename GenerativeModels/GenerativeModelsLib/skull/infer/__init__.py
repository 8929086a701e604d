"""From planes to a skull with its uncertainty."""
