"""The report: one self-contained HTML page with all that a run has found."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib import colormaps
from matplotlib.colors import to_hex

from topoprint.comparison.averages import AveragedMatrix
from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.learning.learning import Learning
from topoprint.figures.style import COLOURS
from topoprint.paper.paper import compare_with_paper, norm_statistics
from topoprint.reporting import page_tables, provenance
from topoprint.reporting.learning_figures import CAPTIONS, embedded
from topoprint.reporting.learning_words import learning_in_words
from topoprint.reporting.opening import opening
from topoprint.reporting.page_maps import of_measure
from topoprint.reporting.tables import Accuracy
from topoprint.reporting.times import stage_times
from topoprint.reporting.words import in_words
from topoprint.storage import write_bytes

# The paper's figures: data sets and measures.
PAPER_FIGURES = {
    1: [("reuters", "silhouette"), ("language_identification", "silhouette")],
    2: [("control", "one_norm"), ("control", "frobenius_norm")],
    3: [("control", "silhouette")],
    4: [("mnist", "heat"), ("fashion_mnist", "heat"), ("cifar10", "heat")],
    5: [("language_identification", "landscape")],
}


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
    # Networks that were trained elsewhere are none of the paper's, whatever they are called.
    elsewhere = {one["name"] for one in config.get("collections", [])}
    trained = {name: found for name, found in matrices.items() if name not in elsewhere}
    norms = norm_statistics(trained, control) if control else []
    comparisons = compare_with_paper(trained, control)
    times = stage_times(benchmarks, matrices) if benchmarks else []
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    versions = {"Python": platform.python_version(), **provenance.versions(), "machine": machine}
    page = environment.get_template("report.html").render(
        said=opening(matrices, accuracies, evaluations),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=provenance.commit(),
        documentation=provenance.documentation(),
        paper=provenance.PAPER,
        datasets=[_dataset(name, found, accuracies) for name, found in matrices.items()],
        norms=page_tables.of_norms(norms) if norms else None,
        comparisons=page_tables.of_comparisons(comparisons) if comparisons else None,
        figures=_paper_figures(trained),
        evaluations=[
            (name, page_tables.of_evaluation(name, found), in_words(found))
            for name, found in (evaluations or {}).items()
        ],
        learned=[(one.dataset, learning_in_words(one), embedded(one)) for one in learned],
        captions=CAPTIONS,
        config=json.dumps(config, indent=2, ensure_ascii=False),
        versions=page_tables.of_versions(versions),
        times=page_tables.of_times(times) if times else None,
        colours=[to_hex(colormaps[COLOURS](share)) for share in np.linspace(0, 1, 129)],
    )
    write_bytes(path, page.encode())


def _dataset(
    name: str, matrices: Sequence[AveragedMatrix], accuracies: Sequence[Accuracy]
) -> dict[str, Any]:
    labels = matrices[0].labels
    return {
        "name": name,
        "seeds": matrices[0].seeds,
        "labels": labels,
        "measures": [of_measure(name, matrix) for matrix in matrices],
        "accuracies": page_tables.of_accuracies(name, labels, accuracies),
    }


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
