"""Accuracy, calibration and benchmarks."""
