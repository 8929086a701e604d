"""Label maps from files, checked and cleaned."""
