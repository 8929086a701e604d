"""Process control: termination, memory limits and time limits."""
