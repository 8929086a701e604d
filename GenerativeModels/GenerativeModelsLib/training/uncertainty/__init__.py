"""Training of the joint space of images and label maps, for the uncertainty of segmentations."""
