"""From label maps to a heart in its frame, measured along rays."""
