"""What the rules need in Python."""
