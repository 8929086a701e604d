"""What the trainings of every anatomy share."""
