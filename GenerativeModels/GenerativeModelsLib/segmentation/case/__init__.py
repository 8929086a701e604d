"""A case of the check: computing, files, and reading them back."""
