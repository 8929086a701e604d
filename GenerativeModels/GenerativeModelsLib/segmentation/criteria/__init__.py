"""The criteria: what a correct label map keeps to, in a slice, between slices and over time."""
