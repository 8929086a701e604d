"""Label maps: reading, validation and cleaning."""
