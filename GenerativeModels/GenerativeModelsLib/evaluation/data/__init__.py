"""Published figures, real data and held-out simulated cases for evaluation."""
