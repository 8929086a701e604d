"""The record of an anatomy, the registry of anatomies, and the run of a case."""
