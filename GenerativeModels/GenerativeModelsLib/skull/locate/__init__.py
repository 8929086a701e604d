"""Localisation of the head in a picture, and placement of the picture in the head frame."""
