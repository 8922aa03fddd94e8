"""Numbers of the full setting, from the kept matrices and tables, as the docs write them."""

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np

from topoprint import DistanceMatrix, Index, load_average
from topoprint.comparison.files import load_comparisons
from topoprint.comparison.matrix import Comparison
from topoprint.evaluation.mantel import spearman
from topoprint.evaluation.seeds import CONFIDENCE, RESAMPLES
from topoprint.evaluation.variance import variance_explained

DOCS = Path(__file__).parents[3] / "docs"
FULL = DOCS / "reproduction/full"
NAMES = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "language_identification": "language identification",
    "reuters": "Reuters",
}
WITH_NULLS = [name for name in NAMES if name != "mnist"]
WITH_FIVE_SEEDS = [name for name in WITH_NULLS if name != "language_identification"]
GROUPS = {
    "layer_size": "layer sizes",
    "number_of_layers": "numbers of layers",
    "input_order": "input orders",
    "number_of_labels": "numbers of labels",
}
PRESETS = ("short", "laptop", "laptop_again")
SPOKEN = {
    "layer_size-1024": "1,024 neurons",
    "number_of_layers-4": "4 layers",
    "number_of_layers-8": "8 layers",
    "number_of_layers-10": "10 layers",
    "number_of_labels-2": "2 labels",
}
# Of the authors' published matrices: means within GROUPS as a share of the greatest, and the
# correlation of a run of theirs with the mean of the others.
THEIRS = {
    "mnist": (".513 .363 .029 .228", ".964", ".211 .268 .111 .413", ".788"),
    "fashion_mnist": (".538 .177 .031 .268", ".971", ".127 .259 .082 .415", ".912"),
    "cifar10": (".541 .131 .024 .108", ".954", ".271 .388 .077 .205", ".915"),
    "language_identification": (".286 .440 .016 .237", ".884", ".150 .337 .070 .374", ".817"),
    "reuters": (".400 .041 .017 .293", ".922", ".110 .160 .039 .321", ".885"),
}


@cache
def kept(dataset, table):
    """Rows of a kept table by measure, and of null tests by null as well."""
    with open(FULL / dataset / f"tables/{table}.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("relevant", "shape") == "shape"]
    return {(row["measure"], row.get("null", "")): row for row in rows}


@cache
def matrix(dataset, measure, of="full"):
    """The averaged matrix of the full setting, or of another folder of the reproduction."""
    file = FULL / dataset / "matrices.h5"
    if of != "full" or dataset == "mnist":
        folder = "mnist" if of == "full" else of
        file = DOCS / f"reproduction/{folder}/matrices/{dataset}.h5"
    return next(average for average in load_average(file) if average.measure == measure)


def two(number):
    return f"{number:z.2f}".replace("-", "−").replace("nan", "–")


def thousandths(number):
    return f"{number:.3f}".removeprefix("0")


def bracketed(ends):
    return f" [{thousandths(ends[0])}, {thousandths(ends[1])}]"


def listed(items):
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def number(dataset, measure, table, column, null=""):
    row = kept(dataset, table).get((measure, null))
    return float(row[column] or "nan") if row else float("nan")


def each(measure, table, column, null="", of=WITH_FIVE_SEEDS):
    return [two(number(dataset, measure, table, column, null)) for dataset in of]


def with_interval(dataset, measure, table, column, null=""):
    mean, low, high = (
        two(number(dataset, measure, table, column + end, null)) for end in ("", "_low", "_high")
    )
    return f"{mean} [{low}, {high}]"


def each_with_interval(measure, table, column, null="", of=WITH_FIVE_SEEDS):
    return [with_interval(dataset, measure, table, column, null) for dataset in of]


def shares(dataset, measure, values=None):
    """Mean within each experiment as a share of the greatest."""
    average = matrix(dataset, measure)
    groups, values = np.array(average.groups), average.mean if values is None else values
    for group in GROUPS:
        own = values[np.ix_(groups == group, groups == group)]
        yield own[np.triu_indices(len(own), 1)].mean() / values.max()


@cache
def intervals_of_shares(dataset, measure):
    """95 % bootstrap intervals of the shares over the seeds; none for one seed."""
    runs, random = matrix(dataset, measure).runs, np.random.default_rng(0)
    if len(runs) < 2:
        return [None] * len(GROUPS)
    draws = random.integers(0, len(runs), (RESAMPLES, len(runs)))
    found = [list(shares(dataset, measure, runs[draw].mean(0))) for draw in draws]
    return np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0).T


def of_theirs(dataset, measure):
    return THEIRS[dataset][0 if measure == "heat" else 2].split()


def outside_the_intervals():
    """The authors' shares that lie outside our intervals, farthest first; how many have one."""
    found = {
        (measure, group, dataset): (ours, ends, theirs)
        for dataset in NAMES
        for measure in ("heat", "silhouette")
        for group, ours, ends, theirs in zip(
            GROUPS,
            shares(dataset, measure),
            intervals_of_shares(dataset, measure),
            of_theirs(dataset, measure),
            strict=True,
        )
        if ends is not None
    }
    outside = {
        f"{measure} among {GROUPS[group]} on {NAMES[dataset]} ({thousandths(ours)} for {theirs})": (
            abs(ours - float(theirs))
        )
        for (measure, group, dataset), (ours, ends, theirs) in found.items()
        if not thousandths(ends[0]) <= theirs <= thousandths(ends[1])
    }
    return sorted(outside, key=outside.__getitem__, reverse=True), len(found)


def with_shared_masks(measure):
    """Shares of Fashion-MNIST's seed 3 with shared masks and its own, and their agreement.

    That is Spearman of either with the mean matrix of the other seeds.
    """
    (shared,) = load_comparisons(FULL / "shared_masks/fashion_mnist_seed3.h5")
    average = matrix("fashion_mnist", measure)
    at = average.seeds.index(3)
    others = np.delete(average.runs, at, 0).mean(0)
    assert shared.index.labels == average.labels
    both = (shared[measure].values, average.runs[at])
    told = [" ".join(map(thousandths, shares("fashion_mnist", measure, one))) for one in both]
    return told, [two(spearman(one, others)) for one in both]


def controls_of_seeds(dataset, measure):
    """Mean within the control as a share of the greatest, of each seed."""
    at = list(GROUPS).index("input_order")
    return [list(shares(dataset, measure, run))[at] for run in matrix(dataset, measure).runs]


def from_two_layers(dataset, measure):
    """Distances of two layers to 4, 6, 8 and 10 as a share of the greatest."""
    average = matrix(dataset, measure)
    own = [at for at, group in enumerate(average.groups) if group == "number_of_layers"]
    return [two(average.mean[own[0], other] / average.mean.max()) for other in own[1:]]


def between_seeds(dataset, measure):
    """Spearman of two seeds: mean of all pairs, the lowest and the greatest; a dash of one."""
    pairs = [spearman(one, other) for one, other in combinations(matrix(dataset, measure).runs, 2)]
    if len(pairs) < 2:
        return two(pairs[0]) if pairs else "–"
    return f"{two(np.mean(pairs))} ({two(min(pairs))} … {two(max(pairs))})"


def with_the_others(dataset, measure):
    """Mean Spearman of a seed with the mean matrix of the others; a dash where these are few."""
    runs = matrix(dataset, measure).runs
    if len(runs) < 3:
        return "–"
    each_with = [spearman(run, np.delete(runs, at, 0).mean(0)) for at, run in enumerate(runs)]
    return thousandths(np.mean(each_with))


def with_measure(dataset, measure, other):
    """Spearman of the mean matrices of two measures."""
    return two(spearman(matrix(dataset, measure).mean, matrix(dataset, other).mean))


def row_of_what_it_sees(measure):
    def cell(table, column, null=""):
        numbers = each(measure, table, column, null, WITH_NULLS)
        return "–" if set(numbers) == {"–"} else ", ".join(numbers)

    cells = (
        cell("null_tests", "spearman", "shuffled_layers"),
        cell("null_tests", "own", "shuffled_layers"),
        cell("null_tests", "spearman", "initial"),
        *(cell("variance_explained", column) for column in ("size", "histogram", "both")),
        cell("retrieval", "average_precision"),
    )
    return f"| `{measure}` | " + " | ".join(cells) + " |"


@cache
def variance_of_mnist():
    """What size and histogram explain on MNIST, whose matrices are kept, but no such table."""
    measures = ("heat", "silhouette", "number_of_edges", "weight_histogram")
    averages = [matrix("mnist", measure) for measure in measures]
    seeds = []
    for at in range(len(averages[0].runs)):
        index = Index.of_names(averages[0].labels)
        made = {
            one.measure: DistanceMatrix(one.runs[at], index, one.measure, {}) for one in averages
        }
        seeds.append(Comparison(index, made))
    return {row.measure: row for row in variance_explained(seeds)}


def explained(dataset, measure, by):
    """R² by size, histogram or both, R² without the network that changes it most, and its name."""
    if dataset == "mnist":
        row = variance_of_mnist()[measure]
        return getattr(row, by), getattr(row, f"{by}_without"), getattr(row, f"{by}_left_out")
    row = kept(dataset, "variance_explained")[measure, ""]
    return float(row[by]), float(row[f"{by}_without"]), row[f"{by}_left_out"]


def held_by(dataset, measure, network):
    """Share of the squared deviations from the mean that the distances to a network hold."""
    average = matrix(dataset, measure)
    one, other = np.triu_indices(len(average.labels), 1)
    at = average.labels.index(network)
    squares = [(run[one, other] - run[one, other].mean()) ** 2 for run in average.runs]
    return np.mean([each[(one == at) | (other == at)].sum() / each.sum() for each in squares])


def row_of_one_network(measure, by):
    cells = []
    for dataset in NAMES:
        whole, without, name = explained(dataset, measure, by)
        cells.append(f"{two(whole)} ({two(without)}, {SPOKEN[name]})")
    return f"| {measure}, {by} | {' | '.join(cells)} |"


def row_of_pictures(dataset, measure):
    found = zip(
        shares(dataset, measure),
        intervals_of_shares(dataset, measure),
        of_theirs(dataset, measure),
        strict=True,
    )
    cells = [
        f"{thousandths(ours)}{'' if ends is None else bracketed(ends)} / {theirs}"
        for ours, ends, theirs in found
    ]
    told = NAMES[dataset] if dataset != "mnist" else f"{measure}, MNIST"
    return f"| {told} | " + " | ".join(cells) + " |"


def row_of_seeds(dataset):
    ours = [between_seeds(dataset, measure) for measure in ("heat", "silhouette", "landscape")]
    both = [
        f"{with_the_others(dataset, measure)} / {THEIRS[dataset][at]}"
        for measure, at in (("heat", 1), ("silhouette", 3))
    ]
    return f"| {NAMES[dataset]} | " + " | ".join(ours + both) + " |"


def row_of_preset(dataset):
    """Spearman of short trainings, of the preset (twice), and of seed 1 with other seeds' mean."""
    cells = []
    for measure in ("heat", "silhouette"):
        runs = matrix(dataset, measure).runs
        others = runs[1:].mean(0)
        sources = [
            *(matrix(dataset, measure, of).mean for of in PRESETS),
            runs[0],
        ]
        cells += [two(spearman(source, others)) for source in sources]
    return f"| {NAMES[dataset]} | " + " | ".join(cells) + " |"


def accuracies_of_base(dataset, of="full"):
    """Test accuracy of the networks of the base configuration in the kept seeds, in per cent."""
    average = matrix(dataset, "heat")
    edges = matrix(dataset, "number_of_edges").mean
    base = average.labels.index("layer_size-512")
    alike = {label for label, gap in zip(average.labels, edges[base], strict=True) if gap == 0}
    files = sorted((FULL / dataset / "tables").glob("accuracy_seed*.csv"))
    if of != "full" or dataset == "mnist":
        folder = "mnist" if of == "full" else of
        files = [DOCS / f"reproduction/{folder}/tables/{dataset}_accuracy.csv"]
    found = []
    for file in files:
        with open(file, encoding="utf-8") as lines:
            found += [
                100 * float(row["test_accuracy"])
                for row in csv.DictReader(lines)
                if row["network"] in alike
            ]
    return found


def row_of_accuracies(dataset):
    """Mean and range of the base networks' accuracies by the preset, and their range in full."""
    preset, full = accuracies_of_base(dataset, "laptop"), accuracies_of_base(dataset)
    told = NAMES[dataset] + (", on features" if dataset in ("fashion_mnist", "cifar10") else "")
    ranges = [f"{min(found):.1f} … {max(found):.1f} %" for found in (preset, full)]
    return f"| {told} | {np.mean(preset):.1f} % | {' | '.join(ranges)} |"
