"""Checks of cardiac segmentations: reading, geometry in mm, criteria, curves, case and report."""
