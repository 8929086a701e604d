"""Batches of cases: reading of the table, runs in processes or on a cluster, and the summary."""
