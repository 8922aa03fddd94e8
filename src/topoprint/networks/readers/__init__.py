"""What is read: a small module a kind of file, and what of its tensors is the network."""
