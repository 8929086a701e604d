"""Synthesis of label maps and images of hearts."""
