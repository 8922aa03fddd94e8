"""Networks × measures → distance matrices, and their files."""
