"""Many cases from a table: read, run in processes or on a cluster, summed up in one file."""
