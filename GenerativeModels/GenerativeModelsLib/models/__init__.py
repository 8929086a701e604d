"""PyTorch modules. They read no files and use no physical units."""
