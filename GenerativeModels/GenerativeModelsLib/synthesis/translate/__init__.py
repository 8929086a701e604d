"""Images of one domain with the look of another."""
