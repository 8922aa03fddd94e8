"""Bars on a grid: landscape, silhouette, heat, Betti curve, image; matchings of diagrams.

Landscape, silhouette, heat and Betti curve have the meaning of giotto-tda 0.6.2
(``gtda.diagrams.PairwiseDistance``), computed without an array of bars × bins: landscapes from the
few bars that no other bar covers, silhouettes from prefix sums, heat from a histogram and one small
matrix. docs/method.md derives each.
"""
