"""Reading, writing and verification of model bundles. A bundle cannot run code."""
