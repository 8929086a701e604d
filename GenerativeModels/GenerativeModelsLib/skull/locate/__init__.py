"""The head in a picture: where it is, how it is turned, where it lies in the head frame."""
