"""Codes of label maps: their density, random draws from it, a bank of valid codes, and the nearest of them."""
