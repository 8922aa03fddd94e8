"""Times of the stages of a run, from Snakemake's benchmark files."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from topoprint.comparison.averages import AveragedMatrix

STAGES = (
    "prepare", "features", "train", "train_random_labels", "respond", "collect", "diagram",
    "distances", "average", "accuracy", "figures", "tables", "evaluate", "learning",
)  # fmt: skip


@dataclass(frozen=True)
class StageTime:
    """What the benchmark files say of one stage.

    Attributes
    ----------
    stage : str
    jobs : int
    seconds, longest : float
        Wall-clock time of all jobs together, and of the longest.
    memory : float
        Peak memory of a job, in MB.
    """

    stage: str
    jobs: int
    seconds: float
    longest: float
    memory: float


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


def _number(text: str | None) -> float:
    """Read a benchmark's number; snakemake writes "-" or "NA" where a job was too short."""
    try:
        return float(text or "")
    except ValueError:
        return 0.0
