"""Simulated ultrasound of a head."""
