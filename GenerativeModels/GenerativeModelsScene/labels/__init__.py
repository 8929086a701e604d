"""Label maps of hearts in segmentation, volume and sequence nodes: found, checked and written."""
