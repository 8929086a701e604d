"""Torch modules: tensors in, tensors out. No files, no millimetres."""
