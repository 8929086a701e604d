"""Synthetic cine MR images of given label maps, by one of four methods behind one protocol."""
