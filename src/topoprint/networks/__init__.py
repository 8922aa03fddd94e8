"""What a trained network is: its layers, the files that it is read from, its null models."""
