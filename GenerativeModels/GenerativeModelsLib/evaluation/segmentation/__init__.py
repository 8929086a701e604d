"""The check of segmentations: expert maps called wrong, and faults of known kind and size that are missed."""
