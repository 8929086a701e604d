"""Label maps of hearts as files: what their values mean, the segments of Slicer, and what every reader checks."""
