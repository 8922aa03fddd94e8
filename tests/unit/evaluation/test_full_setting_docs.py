"""What the docs say of the paper's full setting is what the kept matrices and tables say."""

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from topoprint import load_average
from topoprint.evaluation.mantel import spearman

DOCS = Path(__file__).parents[3] / "docs"
FULL = DOCS / "reproduction/full"
SEEN = (DOCS / "what-it-sees.md").read_text(encoding="utf-8")
SEEN = SEEN.partition("## At the paper's full setting")[2].partition("## After short trainings")[0]
REPRODUCTION = (DOCS / "reproduction.md").read_text(encoding="utf-8")
SETTING = REPRODUCTION.partition("## At the paper's full setting")[2]
SETTING = SETTING.partition("## MNIST at the full setting")[0]
NAMES = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "language_identification": "language identification",
    "reuters": "Reuters",
}
WITH_NULLS = [name for name in NAMES if name != "mnist"]
GROUPS = ("layer_size", "number_of_layers", "input_order", "number_of_labels")
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
def matrix(dataset, measure):
    own = DOCS / "reproduction/mnist/matrices/mnist.h5"
    averages = load_average(own if dataset == "mnist" else FULL / dataset / "matrices.h5")
    return next(average for average in averages if average.measure == measure)


def two(number):
    return f"{number:z.2f}".replace("-", "−").replace("nan", "–")


def cell(measure, table, column, null=""):
    """A number of each data set; a dash where the measure cannot be asked."""
    rows = [kept(dataset, table).get((measure, null)) for dataset in WITH_NULLS]
    numbers = [two(float(row[column] or "nan")) if row else "–" for row in rows]
    return "–" if set(numbers) == {"–"} else ", ".join(numbers)


def row_of_what_it_sees(measure):
    cells = (
        cell(measure, "null_tests", "spearman", "shuffled_layers"),
        cell(measure, "null_tests", "own", "shuffled_layers"),
        cell(measure, "null_tests", "spearman", "initial"),
        *(cell(measure, "variance_explained", column) for column in ("size", "histogram", "both")),
        cell(measure, "retrieval", "average_precision"),
    )
    return f"| `{measure}` | " + " | ".join(cells) + " |"


def test_the_table_of_what_is_seen_is_that_of_the_kept_tables():
    measures = dict.fromkeys(measure for measure, _ in kept(WITH_NULLS[0], "null_tests"))
    rows = [row_of_what_it_sees(measure) for measure in measures]
    assert [line for line in SEEN.splitlines() if line.startswith("| `")] == rows
    assert len(rows) == 24


def shares(dataset, measure):
    """Mean within each experiment as a share of the greatest."""
    average = matrix(dataset, measure)
    groups = np.array(average.groups)
    for group in GROUPS:
        own = average.mean[np.ix_(groups == group, groups == group)]
        yield own[np.triu_indices(len(own), 1)].mean() / average.mean.max()


def thousandths(number):
    return f"{number:.3f}".removeprefix("0")


@pytest.mark.parametrize(("measure", "at"), [("heat", 0), ("silhouette", 2)])
def test_the_table_of_the_pictures_is_that_of_the_kept_matrices(measure, at):
    rows = SETTING[SETTING.index(f"| {measure}, MNIST |") :].splitlines()
    for line, dataset in zip(rows[: len(NAMES)], NAMES, strict=True):
        pairs = zip(shares(dataset, measure), THEIRS[dataset][at].split(), strict=True)
        cells = [f"{thousandths(ours)} / {theirs}" for ours, theirs in pairs]
        told = NAMES[dataset] if dataset != "mnist" else f"{measure}, MNIST"
        assert line == f"| {told} | " + " | ".join(cells) + " |"


def between_seeds(dataset, measure):
    """Spearman of two seeds: mean of all pairs, the lowest and the greatest; a dash of one."""
    pairs = [spearman(one, other) for one, other in combinations(matrix(dataset, measure).runs, 2)]
    if len(pairs) < 2:
        return two(pairs[0]) if pairs else "–"
    return f"{two(np.mean(pairs))} ({two(min(pairs))} … {two(max(pairs))})"


@pytest.mark.parametrize("dataset", NAMES)
def test_how_seeds_agree_is_that_of_the_kept_matrices(dataset):
    ours = [between_seeds(dataset, measure) for measure in ("heat", "silhouette", "landscape")]
    theirs = [THEIRS[dataset][1], THEIRS[dataset][3]]
    assert f"| {NAMES[dataset]} | " + " | ".join(ours + theirs) + " |\n" in SETTING
