"""Where a segmentation is probably wrong, from the valid label maps that go with its image."""
