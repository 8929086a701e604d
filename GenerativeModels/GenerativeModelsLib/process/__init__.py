"""What every process of the package keeps to: how it ends, how much memory it needs, how long it may hang."""
