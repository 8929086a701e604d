"""The simulated population of left ventricles, and the errors of label maps."""
