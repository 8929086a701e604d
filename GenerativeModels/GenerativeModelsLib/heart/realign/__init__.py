"""Slices realigned in their plane before a heart is measured."""
