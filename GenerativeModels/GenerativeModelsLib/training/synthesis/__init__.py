"""Training of networks that draw synthetic images of label maps."""
