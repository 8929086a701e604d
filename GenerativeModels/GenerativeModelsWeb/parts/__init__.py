"""What the pages of every anatomy share."""
