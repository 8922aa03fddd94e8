"""Network → graph → diagram → summary → distance; knows no torch and no Snakemake."""
