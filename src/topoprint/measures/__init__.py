"""Measures: what of a network is compared, how, and what the measure declares of itself.

One file a family, each with a tuple ``MEASURES``; :mod:`topoprint.measures.registry` finds them.
"""
