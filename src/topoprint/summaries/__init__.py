"""Bars on a grid: landscape, silhouette, heat, Betti curve, image; matchings of diagrams."""
