"""Measures: what of a network is compared, how, and what the measure declares of itself."""
