"""Benchmark of synthetic images: `generative-models benchmark synthesis`."""
