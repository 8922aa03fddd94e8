"""What measures say of networks along their training."""
