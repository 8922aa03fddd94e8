"""The task benchmark: whether a measure finds the networks that learned the same task."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.errors import InputError
from topoprint.evaluation.retrieval import random_precision
from topoprint.evaluation.seeds import CONFIDENCE, RESAMPLES, Array, Estimate
from topoprint.measures.registry import kinds

Mask = NDArray[np.bool_]

ALL = "all"


@dataclass(frozen=True)
class TaskRetrieval:
    """How well a measure finds the networks of a task.

    Attributes
    ----------
    measure : str
    paired : bool
        Whether it tells which input of one network is which of the other; others are blind.
    state : str
        ``trained``, or the null model.
    where : str
        ``at equal size``: among the networks of the same shape; ``across sizes``: among those of
        other shapes.
    task : str
        The task that is asked for; ``all``: the mean over all but those shown apart.
    networks : int
        How many networks were asked for.
    precision : Estimate
        Average precision of finding, by nearness, the networks of the same task; mean over the
        networks. The interval of ``all`` is of tasks and seeds drawn again together, of a single
        task of seeds.
    chance : float
        Average precision expected of random distances.
    over_control : Estimate
        Precision less that of the measure's control, which sees the same numbers without their
        homology, with its interval; NaN where there is none.
    beside_control : str
        What that says: ``more than``, ``less than`` or, where the interval reaches 0 or there is
        none, ``not more than``, and the control; empty where there is none.
    """

    measure: str
    paired: bool
    state: str
    where: str
    task: str
    networks: int
    precision: Estimate
    chance: float
    over_control: Estimate
    beside_control: str


@dataclass(frozen=True)
class Found:
    """What was found of one network: the place of the query, and its average precision."""

    query: int
    task: str
    seed: int | None
    precision: float
    chance: float


def task_retrieval(
    comparisons: Sequence[Comparison], apart: Collection[str] = ()
) -> list[TaskRetrieval]:
    """Retrieve networks of the same task, by each measure, of trained networks and of null models.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of the networks of all seeds and tasks, and of null models of them; a network's group is its
        task.
    apart : collection of str
        Tasks that are no candidates for the others and do not count in the means: they are asked
        for among all networks, in rows of their own.

    Raises
    ------
    InputError
        If there are fewer than two tasks beside those apart, or one of these is not known.
    """
    found: list[TaskRetrieval] = []
    for comparison in comparisons:
        tasks = list(dict.fromkeys(row.group for row in comparison.index))
        for name in apart:
            if name not in tasks:
                raise InputError(f"task {name!r} is not known; the networks are of {tasks}")
        if len(tasks) - len({*apart}) < 2:
            raise InputError("retrieval of tasks needs networks of two tasks at least")
        for where in ("at equal size", "across sizes"):
            precisions = {
                measure: retrieved(comparison, matrix.values, where, apart)
                for measure, matrix in comparison.matrices.items()
            }
            found += [
                row
                for measure, matrix in comparison.matrices.items()
                for row in _rows(
                    measure,
                    matrix,
                    where,
                    precisions,
                    _control_of(matrix, comparison),
                    apart,
                )
            ]
    order = {name: number for number, name in enumerate(comparisons[0].matrices)}
    return sorted(found, key=lambda row: order.get(row.measure, len(order)))


def retrieved(
    comparison: Comparison, values: Array, where: str, apart: Collection[str]
) -> list[Found]:
    """Retrieve the networks of each network's task by some distances between them, shape (n, n)."""
    index = comparison.index
    task = np.array([row.group for row in index])
    shape = np.array([row.shape for row in index])
    among = (shape[:, None] == shape) == (where == "at equal size")
    among &= np.isfinite(values) & ~np.eye(len(index), dtype=bool)
    counts = ~np.isin(task, list(apart))
    found: list[Found] = []
    for query, row in enumerate(index):
        candidates = among[query] & (counts if counts[query] else True)
        wanted: Mask = task[candidates] == row.group
        if wanted.any() and not wanted.all():
            precision = float(average_precision_score(wanted, -values[query, candidates]))
            chance = random_precision(wanted)
            found.append(Found(query, row.group, row.id.seed, precision, chance))
    return found


def _control_of(matrix: DistanceMatrix, comparison: Comparison) -> str:
    """Name of the measure of the control's kind with the same parameters; empty for none.

    What only one of the two kinds knows does not count.
    """
    kind = kinds().get(str(matrix.parameters.get("kind")))
    own = {**matrix.parameters, "kind": kind.control if kind else ""}
    for name, other in comparison.matrices.items():
        shared = (own.keys() & other.parameters.keys()) - {"version"}
        if all(own[key] == other.parameters[key] for key in shared) and "kind" in shared:
            return name
    return ""


def _rows(
    measure: str,
    matrix: DistanceMatrix,
    where: str,
    precisions: Mapping[str, Sequence[Found]],
    control: str,
    apart: Collection[str],
) -> list[TaskRetrieval]:
    """Means over all tasks but those apart, and over each task."""
    kind = kinds().get(str(matrix.parameters.get("kind")))
    found = precisions[measure]
    less = {one.query: one.precision for one in precisions.get(control, ())}
    asked = [(ALL, [one for one in found if one.task not in apart])]
    tasks = dict.fromkeys(one.task for one in found)
    asked += [(name, [one for one in found if one.task == name]) for name in tasks]
    rows = []
    for name, some in asked:
        over = [
            replace(one, precision=one.precision - less[one.query])
            for one in some
            if one.query in less
        ]
        if some:
            lead = over_tasks_and_seeds(over) if over else Estimate([np.nan])
            rows.append(
                TaskRetrieval(
                    measure=measure,
                    paired=bool(kind and kind.paired),
                    state=matrix.index[0].id.state or "trained",
                    where=where,
                    task=name,
                    networks=len(some),
                    precision=over_tasks_and_seeds(some),
                    chance=float(np.mean([one.chance for one in some])),
                    over_control=lead,
                    beside_control=f"{_said(lead)} {control}" if over else "",
                )
            )
    return rows


def _said(lead: Estimate) -> str:
    if lead.low > 0:
        return "more than"
    return "less than" if lead.high < 0 else "not more than"


def over_tasks_and_seeds(found: Sequence[Found]) -> Estimate:
    """Mean precision; percentile interval of tasks and seeds drawn again, each with replacement."""
    tasks = list(dict.fromkeys(one.task for one in found))
    seeds = list(dict.fromkeys(one.seed for one in found))
    sums, counts = np.zeros((2, len(tasks), len(seeds)))
    for one in found:
        cell = tasks.index(one.task), seeds.index(one.seed)
        sums[cell] += one.precision
        counts[cell] += 1
    mean = float(sums.sum() / counts.sum())
    if len(seeds) < 2:
        return Estimate.between(mean, np.nan, np.nan)
    rng = np.random.default_rng(0)
    drawn_tasks = _draws(rng, len(tasks))
    drawn_seeds = _draws(rng, len(seeds))
    parts = [np.einsum("rt,ts,rs->r", drawn_tasks, part, drawn_seeds) for part in (sums, counts)]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(parts[0] / parts[1], [tail, 1 - tail])
    return Estimate.between(mean, float(low), float(high))


def _draws(rng: np.random.Generator, count: int) -> Array:
    """How often each of ``count`` is drawn, shape (resamples, count)."""
    return rng.multinomial(count, np.full(count, 1 / count), RESAMPLES).astype(np.float64)
