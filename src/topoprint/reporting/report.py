"""The report: one self-contained HTML page with all that a run has found."""

import csv
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib import colormaps
from matplotlib.colors import to_hex

from topoprint.comparison.matrix import AveragedMatrix
from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.learning.learning import Learning
from topoprint.evaluation.statistics import group_spans, group_statistics
from topoprint.paper.paper import compare_with_paper, norm_statistics
from topoprint.reporting.learning_figures import CAPTIONS, embedded
from topoprint.reporting.learning_words import learning_in_words
from topoprint.reporting.style import COLOURS, NOT_COMPARABLE, runs
from topoprint.reporting.tables import Accuracy
from topoprint.reporting.words import in_words
from topoprint.storage import write_bytes

PACKAGES = (
    "topoprint", "numpy", "scipy", "h5py", "safetensors", "torch", "pyflagser", "giotto-tda",
    "scikit-learn", "snakemake", "matplotlib",
)  # fmt: skip
STAGES = (
    "prepare", "features", "train", "train_random_labels", "respond", "diagram", "distances",
    "average", "accuracy", "figures", "tables", "evaluate", "learning",
)  # fmt: skip
# The paper's figures: data sets and measures.
PAPER_FIGURES = {
    1: [("reuters", "silhouette"), ("language_identification", "silhouette")],
    2: [("control", "one_norm"), ("control", "frobenius_norm")],
    3: [("control", "silhouette")],
    4: [("mnist", "heat"), ("fashion_mnist", "heat"), ("cifar10", "heat")],
    5: [("language_identification", "landscape")],
}


@dataclass(frozen=True)
class StageTime:
    """What the benchmark files say of one stage."""

    stage: str
    jobs: int
    seconds: float
    longest: float
    memory: float


def write_report(
    path: str | os.PathLike[str],
    matrices: Mapping[str, Sequence[AveragedMatrix]],
    accuracies: Sequence[Accuracy],
    config: Mapping[str, Any],
    benchmarks: str | os.PathLike[str] | None = None,
    evaluations: Mapping[str, Evaluation] | None = None,
    learned: Sequence[Learning] = (),
) -> None:
    """Write the page.

    Parameters
    ----------
    path : path
        Where to write.
    matrices : mapping
        Averaged matrices by name of the data set.
    accuracies : sequence of Accuracy
        Test scores of the networks of these data sets.
    config : mapping
        The config that made them, JSON values; its ``control`` names the experiment whose
        norms are told.
    benchmarks : path, optional
        Folder of Snakemake's benchmark files, ``{stage}/**/*.tsv``; without it, no times.
    evaluations : mapping, optional
        What is found of the measures, by data set, and of the control across them.
    learned : sequence of Learning, optional
        What is found along the trainings, a data set each.
    """
    environment = Environment(
        loader=PackageLoader("topoprint.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    control = config.get("control")
    page = environment.get_template("report.html").render(
        datasets=[_dataset(name, found, accuracies) for name, found in matrices.items()],
        norms=norm_statistics(matrices, control) if control else [],
        comparisons=compare_with_paper(matrices, control),
        figures=_paper_figures(matrices),
        evaluations=[_evaluation(name, found) for name, found in (evaluations or {}).items()],
        learned=[(one.dataset, learning_in_words(one), embedded(one)) for one in learned],
        captions=CAPTIONS,
        config=json.dumps(config, indent=2, ensure_ascii=False),
        versions={"Python": platform.python_version(), **_versions()},
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        times=stage_times(benchmarks, matrices) if benchmarks else [],
        gradient=[_colour(share) for share in np.linspace(0, 1, 9)],
        colour=_colour,
        told=_rounded,
    )
    write_bytes(path, page.encode())


def stage_times(
    benchmarks: str | os.PathLike[str], matrices: Mapping[str, Sequence[AveragedMatrix]]
) -> list[StageTime]:
    """Sum up the benchmark files of each stage, of the data sets, networks and seeds at hand.

    Jobs that were not run again keep the file of their last run.
    """
    times = []
    for stage in STAGES:
        rows: list[dict[str, str]] = []
        for file in sorted(Path(benchmarks, stage).rglob("*.tsv")):
            if _concerns(file.relative_to(Path(benchmarks, stage)), matrices):
                with file.open(newline="", encoding="utf-8") as lines:
                    rows += list(csv.DictReader(lines, delimiter="\t"))
        if rows:
            seconds = [_number(row.get("s")) for row in rows]
            memory = max(_number(row.get("max_rss")) for row in rows)
            times.append(StageTime(stage, len(rows), sum(seconds), max(seconds), memory))
    return times


def _concerns(file: Path, matrices: Mapping[str, Sequence[AveragedMatrix]]) -> bool:
    """Whether ``{dataset}[/{network or collection}][/seed{n}].tsv`` belongs to the matrices."""
    dataset, *rest = file.with_suffix("").parts
    if dataset not in matrices:
        return False
    matrix = matrices[dataset][0]
    seeds = [f"seed{seed}" for seed in matrix.seeds]
    known = {*matrix.labels, *seeds, *(f"{seed}_nulls" for seed in seeds), "all_seeds"}
    known |= {f"learning_{label}{nulls}" for label in matrix.labels for nulls in ("", "_nulls")}
    return set(rest) <= known


def _dataset(
    name: str, matrices: Sequence[AveragedMatrix], accuracies: Sequence[Accuracy]
) -> dict[str, Any]:
    by_network: dict[str, list[float]] = {}
    for score in accuracies:
        if score.dataset == name:
            by_network.setdefault(score.network, []).append(100 * score.test_accuracy)
    return {
        "name": name,
        "seeds": matrices[0].seeds,
        "labels": matrices[0].labels,
        "measures": [_measure(matrix) for matrix in matrices],
        "accuracies": [(net, own, float(np.mean(own))) for net, own in by_network.items()],
    }


def _measure(matrix: AveragedMatrix) -> dict[str, Any]:
    """Mean and standard deviation as titles, matrices and ends of their scales."""
    spread = float(np.nanmax(matrix.std)) or 1.0
    return {
        "name": matrix.measure,
        "heatmaps": [
            (f"mean of {runs(matrix)}", matrix.mean, matrix.greatest),
            (f"standard deviation of {runs(matrix)}", matrix.std, spread),
        ],
        "spans": group_spans(matrix.groups),
        "tips": _tips(matrix),
        "statistics": group_statistics(matrix),
    }


def _tips(matrix: AveragedMatrix) -> list[list[str]]:
    """Say which networks each cell compares, and how far apart they are."""
    labels, mean, std = matrix.labels, matrix.mean, matrix.std
    return [
        [
            f"{row + 1} {one} – {column + 1} {other}: " + _told(mean[row, column], std[row, column])
            for column, other in enumerate(labels)
        ]
        for row, one in enumerate(labels)
    ]


def _told(mean: float, std: float) -> str:
    return f"{mean:.5g} ± {std:.3g}" if np.isfinite(mean) else "not comparable"


def _rounded(number: float, digits: int = 2) -> str:
    """Say a number of a table; a dash where there is none."""
    return f"{number:.{digits}f}" if np.isfinite(number) else "–"


def _colour(share: float) -> str:
    return to_hex(colormaps[COLOURS](share)) if np.isfinite(share) else NOT_COMPARABLE


def _evaluation(name: str, found: Evaluation) -> dict[str, Any]:
    tests = {(row.measure, row.null): row for row in found.null_tests}
    shares = {row.measure: row for row in found.variance}
    retrieved = {(row.measure, row.relevant): row for row in found.retrieval}
    asked = list(dict.fromkeys(row.relevant for row in found.retrieval))
    rows = [
        (
            measure,
            [tests.get((measure, null)) for null in found.nulls],
            shares.get(measure),
            [retrieved.get((measure, relevant)) for relevant in asked],
        )
        for measure in found.measures
    ]
    return {"name": name, "nulls": found.nulls, "asked": asked, "rows": rows,
            "words": in_words(found)}  # fmt: skip


def _paper_figures(
    matrices: Mapping[str, Sequence[AveragedMatrix]],
) -> list[tuple[int, list[tuple[str, str]]]]:
    """Where the paper's figures stand on the page, of those that this run has."""
    known = {(name, matrix.measure) for name, found in matrices.items() for matrix in found}
    return [
        (number, parts)
        for number, wanted in PAPER_FIGURES.items()
        if (parts := [part for part in wanted if part in known])
    ]


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _number(text: str | None) -> float:
    """Read a benchmark's number; snakemake writes "-" or "NA" where a job was too short."""
    try:
        return float(text or "")
    except ValueError:
        return 0.0
