"""New anatomies and images of hearts."""
