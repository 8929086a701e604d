"""Label maps of many hearts over the cycle, to train label networks on: simulated, of a CT heart, and of Sunnybrook."""
