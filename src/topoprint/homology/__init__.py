"""Networks as filtered graphs, and their persistence diagrams by several engines."""
