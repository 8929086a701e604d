"""Reading of ultrasound planes from files: grey pixels with their spacing."""
