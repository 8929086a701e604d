"""Hearts in MRML scenes."""
