"""The page of cardiac segmentations."""
