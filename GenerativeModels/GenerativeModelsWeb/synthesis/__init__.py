"""The page of synthetic images."""
