"""Model bundles: read, written, verified; a bundle cannot run code."""
