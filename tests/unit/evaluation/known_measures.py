"""Comparisons by measures that are known to see something, or nothing."""

from dataclasses import replace

import numpy as np

from topoprint import DistanceMatrix, Index, NetworkId
from topoprint.comparison.matrix import Comparison
from topoprint.evaluation.null_tests import null_tests
from topoprint.identity import Row

COUNT = 8
SHAPES = ("4-8-2",) * 4 + ("4-9-2", "4-10-2", "4-11-2", "4-12-2")
EDGES = (58,) * 4 + (65, 72, 79, 86)
NULL = "shuffled_layers"


def noise(seed, scale=1.0, count=COUNT):
    values = np.triu(np.random.default_rng(seed).random((count, count)), k=1) * scale
    return values + values.T


def sizes():
    return np.abs(np.subtract.outer(EDGES, EDGES)).astype(float)


def index_of(seed, shapes=SHAPES, edges=EDGES, datasets="d"):
    datasets = [datasets] * len(shapes) if isinstance(datasets, str) else datasets
    return Index(
        Row(NetworkId(dataset, f"a-{n}", seed), "a", shape, size)
        for n, (dataset, shape, size) in enumerate(zip(datasets, shapes, edges, strict=True))
    )


def compared(index, values, own=None):
    """A comparison with these numbers."""
    made = {
        name: DistanceMatrix(array, index, name, {"kind": name, "version": 1})
        for name, array in values.items()
    }
    return Comparison(index, made, own or {})


def real_of(seed, **changed):
    """A comparison by a measure of size and one of noise, and by the simple measures."""
    values = {
        "by_size": sizes() + noise(seed, 0.01),
        "by_chance": noise(100 + seed),
        "number_of_edges": sizes(),
        "weight_histogram": noise(3),
    }
    return compared(index_of(seed), {**values, **changed})


def nulls_of(real, made_of, repetitions=4, null=NULL):
    """Comparisons of null models, with numbers made of the real ones, the seed and a repetition."""
    found = []
    for repetition in range(repetitions):
        index = Index(
            replace(row, id=replace(row.id, variant=null, repetition=repetition))
            for row in real.index
        )
        seed = real.index[0].id.seed
        values = {
            name: made_of(matrix.values, seed, repetition) for name, matrix in real.matrices.items()
        }
        own = {name: np.full(len(index), 0.5) for name in values}
        found.append(compared(index, values, own))
    return found


def same_but_for_noise(values, seed, repetition):
    return values + noise(1000 + 10 * seed + repetition, 1e-4)


def unrelated(values, seed, repetition):
    return noise(2000 + 10 * seed + repetition)


def seeds_of(count):
    return [real_of(seed) for seed in range(count)]


def null_tests_of(seeds, made_of, repetitions=4):
    """Null tests of some seeds, by measure."""
    return by_measure(null_tests(seeds, all_nulls(seeds, made_of, repetitions)))


def all_nulls(seeds, made_of, repetitions=4):
    """Null models of some seeds, by file."""
    return {
        f"seed{real.index[0].id.seed}_nulls.h5": nulls_of(real, made_of, repetitions)
        for real in seeds
    }


def files_of(seeds, made_of=unrelated, repetitions=4):
    """Files as `evaluate` takes them."""
    real = {f"seed{one.index[0].id.seed}.h5": [one] for one in seeds}
    return {**real, **all_nulls(seeds, made_of, repetitions)}


def by_measure(rows):
    return {row.measure: row for row in rows}
