"""Segmentations of hearts and what their check finds in MRML scenes."""
