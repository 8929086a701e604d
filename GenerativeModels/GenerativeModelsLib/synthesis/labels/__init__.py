"""New anatomies of hearts as label maps: samples, hearts in between, moved, deformed and scarred ones."""
