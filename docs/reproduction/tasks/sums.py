"""sums.csv beside this file: ``python docs/reproduction/tasks/sums.py RESULTS DATASET …``.

Of runs of config/tasks.yaml: do sums of blind measures, each divided by its median distance, find
more than the correlation spectrum of answers to own inputs?
"""

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from topoprint.comparison.files import load_comparison
from topoprint.comparison.matrix import Comparison
from topoprint.evaluation.task_retrieval import Found, over_tasks_and_seeds, retrieved

HERE = Path(__file__).parent
APART = ("random", "uneven")
SPECTRA = ("correlation_spectrum", "correlation_spectrum_noise")
HISTOGRAMS = ("functional_histogram", "functional_histogram_noise")
H1 = ("functional_h1", "functional_h1_noise")
HOMOLOGIES = (*H1, "functional_h0", "path_tensor", "sample_cloud")
SIMPLE = (*SPECTRA, "path_histogram", "sample_histogram")
SUMS = {
    "spectra": SPECTRA,
    "spectrum, path_histogram": (SPECTRA[0], "path_histogram"),
    "spectrum, sample_histogram": (SPECTRA[0], "sample_histogram"),
    "spectra, path_histogram": (*SPECTRA, "path_histogram"),
    "spectra, sample_histogram": (*SPECTRA, "sample_histogram"),
    "spectra, both histograms": SIMPLE,
    "spectra, both histograms, functional_h1": (*SIMPLE, *H1),
    "spectra, all histograms": (*SIMPLE, *HISTOGRAMS),
    "spectra, all histograms, all homologies": (*SIMPLE, *HISTOGRAMS, *HOMOLOGIES),
    "spectrum, functional_h1": (SPECTRA[0], H1[0]),
    "functional_h1 (noise), path_tensor": (H1[1], "path_tensor"),
    "all homologies": HOMOLOGIES,
}


def summed(comparison: Comparison, names: tuple[str, ...]) -> np.ndarray:
    """Sum of the distances, each divided by their median."""
    upper = np.triu_indices(len(comparison.index), k=1)
    some = [comparison[name].values for name in names]
    total: np.ndarray = sum(values / np.nanmedian(values[upper]) for values in some)
    return total


def found_by(comparison: Comparison, names: tuple[str, ...], where: str) -> list[Found]:
    """Retrieve the networks of the tasks that are not apart."""
    found = retrieved(comparison, summed(comparison, names), where, APART)
    return [one for one in found if one.task not in APART]


def rows(dataset: str, comparison: Comparison):
    """Precision of each sum, and less that of the spectrum, drawn together."""
    for where in ("at equal size", "across sizes"):
        alone = found_by(comparison, SPECTRA[:1], where)
        for told, names in SUMS.items():
            found = found_by(comparison, names, where)
            more = [
                replace(one, precision=one.precision - other.precision)
                for one, other in zip(found, alone, strict=True)
            ]
            estimates = [over_tasks_and_seeds(some) for some in (found, more)]
            yield [dataset, told, where, *(x for e in estimates for x in (float(e), e.low, e.high))]


def main() -> None:
    """Write the table."""
    results, *datasets = sys.argv[1:]
    ends = ("", "_low", "_high")
    columns = [f"{what}{end}" for what in ("precision", "over_spectrum") for end in ends]
    with open(HERE / "sums.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["dataset", "sum", "where", *columns])
        for dataset in datasets:
            comparison = load_comparison(Path(results) / dataset / "distances/all_seeds.h5")
            table.writerows(rows(dataset, comparison))


if __name__ == "__main__":
    main()
