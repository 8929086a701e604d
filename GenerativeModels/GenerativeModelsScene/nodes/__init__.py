"""MRML nodes of any anatomy."""
