"""The left ventricle: its population, wall, segments and pictures."""
