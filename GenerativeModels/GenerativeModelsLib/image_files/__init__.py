"""What a file is by its content, and whether its header names another file."""
