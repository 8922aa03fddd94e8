"""The tables of tasks in docs/what-it-sees.md are those of the kept tables."""

import csv
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "what-it-sees.md").read_text(encoding="utf-8")
WHERE = ("at equal size", "across sizes")
BESIDE = {"": "–", "more": "yes", "not": "no", "less": "less"}
# Measure, what the page calls it, what it reads.
WEIGHTS = [
    ("silhouette", "`silhouette`"),
    ("heat", "`heat`"),
    ("weight_histogram", "`weight_histogram` (their control)"),
    ("path_tensor", "`path_tensor`"),
    ("path_histogram", "`path_histogram` (its control)"),
]
OWN = [
    ("functional_h1", "`functional_h1`"),
    ("functional_h0", "`functional_h0`"),
    ("functional_histogram", "`functional_histogram` (their control)"),
    ("correlation_spectrum", "`correlation_spectrum` (control)"),
]
NOISE = [(f"{name}_noise", told) for name, told in OWN]
SAMPLES = [
    ("sample_cloud", "`sample_cloud`"),
    ("sample_histogram", "`sample_histogram` (its control)"),
    ("cka_unpaired", "`cka_unpaired` (control)"),
]
KINDS = {"weights": WEIGHTS, "own": OWN, "noise": NOISE, "own ": SAMPLES}


def kept(name):
    with open(DOCS / f"reproduction/tasks/{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tasks_of(*names):
    """Rows of trained networks and all tasks, by measure and where they are looked for."""
    return {
        (row["measure"], row["where"]): row
        for name in names
        for row in kept(name)
        if row["state"] == "trained" and row["task"] == "all"
    }


def between(row, name="precision", sign=""):
    """A number and its interval, with two digits."""
    one, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    return f"{one:{sign}.2f} [{low:{sign}.2f}, {high:{sign}.2f}]".replace("-", "−")


def beside(found, measure):
    """Whether it finds more than its control, at equal size and across sizes."""
    said = [found[measure, where]["beside_control"].partition(" ")[0] for where in WHERE]
    return " / ".join(BESIDE[one] for one in said) if any(said) else "–"


def lines(*sets):
    """Rows of the page's table of some data sets."""
    for reads, measures in KINDS.items():
        for measure, told in measures:
            if all((measure, WHERE[0]) in found for found in sets):
                cells = [
                    cell
                    for found in sets
                    for cell in (
                        *(between(found[measure, where]) for where in WHERE),
                        beside(found, measure),
                    )
                ]
                yield "| " + " | ".join([told, reads.strip(), *cells]) + " |\n"


def test_the_table_of_the_digits_is_that_of_its_kept_tables():
    assert "".join(lines(tasks_of("digits_tasks", "digits_functional_h0_noise"))) in TEXT


def test_the_table_of_mnist_and_fashion_mnist_is_that_of_their_kept_tables():
    assert "".join(lines(tasks_of("mnist_tasks"), tasks_of("fashion_mnist_tasks"))) in TEXT


@pytest.mark.parametrize("dataset", ["digits", "mnist", "fashion_mnist"])
def test_every_homology_of_the_kept_tables_stands_beside_its_controls(dataset):
    rows = kept(f"{dataset}_tasks")
    controls = {"correlation_spectrum", "cka_zscored", "cka_unpaired", "weight_product"}
    assert controls <= {row["measure"] for row in rows}
    homologies = {"silhouette", "heat", "path_tensor", "sample_cloud"} | {
        f"functional_{end}" for end in ("h0", "h1", "h1_noise")
    }
    for row in rows:
        assert bool(row["beside_control"]) == (
            row["measure"] in homologies and row["over_control"] != "nan"
        )


def lines_of_sums():
    """Rows of the page's table of sums: precision, and less that of the spectrum, twice."""
    rows = kept("sums")
    known = {(row["dataset"], row["sum"], row["where"]): row for row in rows}
    for told in dict.fromkeys(row["sum"] for row in rows):
        cells = [
            f"{float(row['precision']):.2f} ({between(row, 'over_spectrum', '+')})"
            for dataset in ("digits", "mnist", "fashion_mnist")
            for row in (known[dataset, told, where] for where in WHERE)
        ]
        pairs = (" / ".join(cells[at : at + 2]) for at in (0, 2, 4))
        yield f"| {told} | " + " | ".join(pairs) + " |\n"


def test_the_table_of_sums_is_that_of_its_kept_table():
    assert "".join(lines_of_sums()) in TEXT


def test_what_size_and_histogram_explain_is_that_of_the_kept_tables():
    for measure in ("silhouette", "heat", "functional_h1", "correlation_spectrum", "path_tensor"):
        cells = [
            between(row, "both")
            for dataset in ("digits", "mnist", "fashion_mnist")
            for row in kept(f"{dataset}_tasks_variance")
            if row["measure"] == measure
        ]
        assert f"| `{measure}` | " + " | ".join(cells) + " |\n" in TEXT
