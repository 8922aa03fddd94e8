"""Distances averaged over the seeds of the same networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from topoprint.comparison.matrix import Array, Comparison, check_alike
from topoprint.errors import InputError
from topoprint.identity import Index


@dataclass(frozen=True, eq=False, repr=False)
class AveragedMatrix:
    """The matrices of one measure over several seeds.

    Attributes
    ----------
    runs : ndarray, float64, shape (R, n, n)
        One matrix a seed, in the order of ``seeds``.
    index : Index, length n
        The networks, without a seed.
    seeds : tuple of int, length R
    measure : str
    parameters : dict
        All that the measure was computed with; of files of version 1 not known, and empty.
    own_norms : ndarray, float64, shape (R, n), or None
        Norms of the networks, where the measure is a norm of differences.
    """

    runs: Array
    index: Index
    seeds: tuple[int, ...]
    measure: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own_norms: Array | None = None

    def __repr__(self) -> str:
        runs = f"mean of {len(self.runs)} runs"
        return f"AveragedMatrix({self.measure} between {len(self.index)} networks, {runs})"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the networks."""
        return self.index.labels

    @property
    def groups(self) -> tuple[str, ...]:
        """Experiment of each network; its data set, where there are several."""
        return self.index.groups

    @property
    def mean(self) -> Array:
        """Mean over the runs, shape (n, n)."""
        mean: Array = self.runs.mean(axis=0)
        return mean

    @property
    def std(self) -> Array:
        """Standard deviation over the runs (ddof 0), shape (n, n)."""
        std: Array = self.runs.std(axis=0)
        return std

    @property
    def greatest(self) -> float:
        """Greatest mean distance, by which relative distances are divided; 1 if all are zero."""
        return float(np.nanmax(self.mean)) or 1.0


def average(
    comparisons: Mapping[str, Comparison], measures: Sequence[str] | None = None
) -> list[AveragedMatrix]:
    """Put the matrices of several seeds together.

    Parameters
    ----------
    comparisons : mapping of str to Comparison
        Of the same networks, a seed each, by the name of their file.
    measures : sequence of str, optional
        Those to take, by default all.

    Raises
    ------
    InputError
        If the comparisons differ in networks, measures or parameters, a seed stands twice, or a
        measure is not among them.
    """
    if not comparisons:
        raise InputError("no distance files to average")
    seeds: dict[int, str] = {}
    for file, comparison in comparisons.items():
        found = comparison.index.seeds
        if len(found) != 1 or found[0] is None:
            raise InputError(
                f"{file}: holds networks of several seeds; one seed a file is averaged"
            )
        if found[0] in seeds:
            raise InputError(f"{file}: seed {found[0]} is among the files twice")
        seeds[found[0]] = file
    check_alike(comparisons)
    first = next(iter(comparisons.values()))
    averaged = []
    for name in first.matrices if measures is None else measures:
        if name not in first.matrices:
            raise InputError(f"{next(iter(comparisons))}: holds no measure {name!r}")
        runs = [comparison.matrices[name] for comparison in comparisons.values()]
        norms = [run.own_norms for run in runs if run.own_norms is not None]
        averaged.append(
            AveragedMatrix(
                runs=np.stack([run.values for run in runs]),
                index=first.index.without_seeds(),
                seeds=tuple(seeds),
                measure=name,
                parameters=runs[0].parameters,
                own_norms=np.stack(norms) if norms else None,
            )
        )
    return averaged
