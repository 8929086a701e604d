"""A sphere as an anatomy: what an author of a new one writes, and no more."""
