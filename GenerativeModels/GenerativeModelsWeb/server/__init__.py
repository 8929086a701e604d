"""The server of the browser application; it knows no anatomy."""
