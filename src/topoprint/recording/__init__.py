"""Following a user's own training."""
