"""What an anatomy gets where its record brings nothing of its own: the document, the files, reading back, the page."""
