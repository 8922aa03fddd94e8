"""Figures and tables of arrays, such as bars and distances; maps, colours and words."""
