"""Tracing: what a network computes on an example, written down as units, linear maps and wires."""
