"""Parts shared by the trainings of all anatomies."""
