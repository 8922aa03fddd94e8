"""The tables of docs/convolutions.md: ``python docs/convolutions/observations.py RESULTS DATASET``.

Written beside this file: what the matrices say of the paper's observations, and the networks as
channels beside the networks unrolled.
"""

import csv
import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

import topoprint as tp
from topoprint.comparison.files import load_comparison
from topoprint.networks.convnet_module import module_of

HERE = Path(__file__).parent
# Networks of the base's shape, data and labels, each from its own weights.
COPIES = ("channels-8", "depth-4", "kernel-3", "number_of_labels-10")
CONTROL = tuple(f"input_order-{order}" for order in (1, 2, 3))
SIZES = {
    "channels": {"channels-4": 4, "channels-8": 8, "channels-16": 16},
    "depth": {f"depth-{depth}": depth for depth in (2, 4, 6, 8)},
    "residual": {f"residual-{depth}_true": depth for depth in (4, 6, 8)},
    "kernel": {"kernel-1": 1, "kernel-3": 3, "kernel-5": 5},
}
MEASURES = ("landscape", "silhouette", "heat")


class Distances:
    """A matrix by the names of its networks."""

    def __init__(self, values: np.ndarray, names: list[str]) -> None:
        self.values, self.names = values, names

    def between(self, some: tuple[str, ...], others: tuple[str, ...] | None = None) -> float:
        """Mean distance of two sets of networks, or within one."""
        pairs = combinations(some, 2) if others is None else product(some, others)
        at = {name: number for number, name in enumerate(self.names)}
        return float(np.mean([self.values[at[one], at[other]] for one, other in pairs]))

    def share(self, some: tuple[str, ...], others: tuple[str, ...] | None = None) -> float:
        """Divide it by the mean of all pairs of convolutional networks."""
        convolutional = [number for number, name in enumerate(self.names) if "mlp" not in name]
        whole = self.values[np.ix_(convolutional, convolutional)]
        return self.between(some, others) / float(np.nanmean(whole[np.triu_indices(len(whole), 1)]))

    def growth(self, sizes: dict[str, int]) -> float:
        """Spearman's ρ of a distance and the ratio of the two sizes."""
        pairs = list(combinations(sizes, 2))
        steps = [abs(np.log(sizes[one] / sizes[other])) for one, other in pairs]
        return float(spearmanr(steps, [self.between(pair) for pair in pairs]).statistic)


def observed(found: Distances) -> dict[str, float]:
    """Numbers of the paper's observations."""
    labels = found.share(("number_of_labels-2",), COPIES)
    return {
        "copies": found.share(COPIES),
        "control": found.share(CONTROL),
        "control to copies": found.share(CONTROL, COPIES),
        "2 labels to copies": labels,
        "5 labels to copies": found.share(("number_of_labels-5",), COPIES),
        "mlp to convolutional": found.share(("mlp-mlp_128", "mlp-mlp_256"), COPIES),
        "residual to plain": float(
            np.mean([found.share((f"residual-{d}_true",), (f"depth-{d}",)) for d in (4, 6, 8)])
        ),
        **{f"growth with {axis}": found.growth(sizes) for axis, sizes in SIZES.items()},
    }


def comparisons(results: Path, dataset: str) -> list[tp.DistanceMatrix]:
    """Matrices of each seed."""
    files = sorted((results / dataset / "distances").glob("seed[0-9].h5"))
    return [load_comparison(path).matrices for path in files]


def as_channels(results: Path, dataset: str, seed: int, names: list[str]) -> list[tp.Network]:
    """Networks whose units are channels, and whose edges are norms of kernels."""
    made = []
    for name in names:
        path = results / dataset / "networks" / name / f"seed{seed}.safetensors"
        module = module_of(tp.Network.load(path))
        made.append(tp.Network.from_torch(module, positions="channels"))
    return made


def write(name: str, rows: list[dict[str, object]]) -> None:
    """Write a table."""
    with open(HERE / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(results: Path, dataset: str) -> None:
    """Write both tables of a data set."""
    torch.set_num_threads(1)
    seeds = comparisons(results, dataset)
    rows: list[dict[str, object]] = []
    for measure in seeds[0]:
        per_seed = [
            observed(Distances(found[measure].values, list(found[measure].index.labels)))
            for found in seeds
        ]
        for what in per_seed[0]:
            values = [one[what] for one in per_seed]
            rows.append(
                {"measure": measure, "observation": what, "mean": f"{np.mean(values):.4f}",
                 "lowest": f"{min(values):.4f}", "highest": f"{max(values):.4f}"}
            )  # fmt: skip
    write(f"{dataset}_observations", rows)
    rows = []
    for seed, found in enumerate(seeds, start=1):
        labels = list(found["heat"].index.labels)
        names = [name for name in labels if "mlp" not in name]
        places = [labels.index(name) for name in names]
        networks = as_channels(results, dataset, seed, names)
        diagrams = [tp.persistence(tp.to_graph(network)) for network in networks]
        edges = np.array([float(network.n_edges) for network in networks])
        upper = np.triu_indices(len(names), 1)
        size = np.abs(edges[:, None] - edges)[upper]
        for measure in MEASURES:
            channels = tp.distance_matrix(diagrams, measure).values
            unrolled = found[measure].values[np.ix_(places, places)]
            unrolled_size = found["number_of_edges"].values[np.ix_(places, places)][upper]
            own = Distances(channels, names)
            rows.append(
                {"seed": seed, "measure": measure,
                 "rho of both": f"{spearmanr(channels[upper], unrolled[upper]).statistic:.3f}",
                 "rho channels, edges": f"{spearmanr(channels[upper], size).statistic:.3f}",
                 "rho unrolled, edges":
                     f"{spearmanr(unrolled[upper], unrolled_size).statistic:.3f}",
                 "copies": f"{own.share(COPIES):.3f}", "control": f"{own.share(CONTROL):.3f}",
                 "2 labels to copies":
                     f"{own.share(('number_of_labels-2',), COPIES):.3f}",
                 **{f"growth with {axis}": f"{own.growth(SIZES[axis]):.3f}"
                    for axis in ("channels", "depth")}}
            )  # fmt: skip
    write(f"{dataset}_channels", rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
