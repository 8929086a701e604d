"""The report of a repair."""
