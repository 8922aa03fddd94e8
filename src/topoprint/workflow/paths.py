"""Where the files of a run lie, as patterns."""

from collections.abc import Iterable

from snakemake.io import expand

NETWORK = "results/{dataset}/networks/{network}/seed{seed}.safetensors"
INITIAL = "results/{dataset}/networks/{network}/seed{seed}.initial.safetensors"
RANDOM_LABELS = "results/{dataset}/networks/{network}/seed{seed}.random_labels.safetensors"
DIAGRAM = "results/{dataset}/diagrams/{network}/seed{seed}.h5"
RESPONSES = "results/{dataset}/responses/seed{seed}.h5"
DISTANCES = "results/{dataset}/distances/{collection}.h5"
# A copy, which Snakemake does not remove before it makes distances anew.
KEPT = "results/{dataset}/distances/.kept/{collection}.h5"
MATRICES = "results/{dataset}/matrices.h5"
FIGURES = "results/{dataset}/figures/{name}.{kind}"
TABLE = "results/tables/{dataset}_{table}.csv"
# Null models that are files beside the networks: of an earlier step, or trained otherwise.
STORED = {"initial": INITIAL, "random_labels": RANDOM_LABELS}
# Kinds of a figure.
KINDS = ("svg", "pdf", "png")


def filled(patterns: Iterable[str], **values: Iterable[object]) -> list[str]:
    """Fill in every combination of values; figures come in every kind."""
    found: list[str] = expand(list(patterns), kind=KINDS, **values)
    return found
