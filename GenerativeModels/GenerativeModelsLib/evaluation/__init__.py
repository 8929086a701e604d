"""Accuracy, calibration and the published comparisons."""
