"""Simulation of ultrasound images of a fetal head."""
