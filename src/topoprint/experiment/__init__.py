"""Config → design → data sets → trained networks. The only part that imports torch."""
