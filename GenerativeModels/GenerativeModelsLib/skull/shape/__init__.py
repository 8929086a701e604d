"""Heads as surfaces and fields, their measurements, and growth charts."""
