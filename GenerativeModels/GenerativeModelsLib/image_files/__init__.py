"""Detection of image formats by content, checks of image headers, and readers."""
