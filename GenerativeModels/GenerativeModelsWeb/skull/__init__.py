"""The pages of the skull."""
