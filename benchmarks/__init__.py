"""Time and memory of the topological stage beside other programs, and whether they agree."""
