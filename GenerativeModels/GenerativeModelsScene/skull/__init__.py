"""Skulls in MRML scenes."""
