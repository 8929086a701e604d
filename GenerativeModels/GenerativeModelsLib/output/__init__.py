"""Results on disk: whole or not at all, one writer a folder, and what they follow from."""
