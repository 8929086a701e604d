"""Ultrasound planes from files: grey pixels with their spacing."""
