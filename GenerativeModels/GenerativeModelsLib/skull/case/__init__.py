"""One case from files to files, and batches of them."""
