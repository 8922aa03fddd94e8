"""Symmetries: where a network's twin, which computes the same function, stands among others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.seeds import Array
from topoprint.measures.base import Invariance
from topoprint.measures.registry import kinds

# What a measure declares that does not tell a twin from its network.
DECLARED: dict[str, Invariance] = {
    "renumbered": "neurons",
    "rescaled": "rescaling",
    "split_neuron": "splitting",
    "identity_layer": "insertion",
}


@dataclass(frozen=True)
class Symmetry:
    """Where twins stand, by one measure.

    Attributes
    ----------
    measure, twin : str
    networks : int
        Networks whose twin the measure can compare with them.
    median_ratio, greatest_ratio : float
        Distance of a twin from its network, divided by the median distance of the network from the
        others: median and greatest over the networks. ∞ where twins differ and the others do not.
    nearer : float
        Mean share of the other networks that are nearer than the twin.
    declared : bool
        Whether the measure declares that it does not tell such twins from their networks.
    """

    measure: str
    twin: str
    networks: int
    median_ratio: float
    greatest_ratio: float
    nearer: float
    declared: bool


def symmetries(comparisons: Sequence[Comparison]) -> list[Symmetry]:
    """Where twins stand among the networks, by measure and twin.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of trained networks, and of twins of them, of any number of seeds.

    Raises
    ------
    InputError
        If twins are of networks or parameters that are not among the files, or there is no twin.
    """
    real = {c.index.ids: c for c in comparisons if not c.index[0].id.state}
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    declared: dict[str, frozenset[Invariance]] = {}
    for comparison in comparisons:
        twin = comparison.index[0].id.state
        if not twin:
            continue
        if twin not in DECLARED:
            raise InputError(f"{twin!r} is no twin of a network: give distances of twins")
        networks = real.get(tuple(own.original for own in comparison.index.ids))
        if networks is None:
            raise InputError(f"the twins {twin!r} are of networks that are not among the files")
        for name, own in comparison.own.items():
            matrix = networks.matrices.get(name)
            if matrix is None or matrix.parameters != comparison.matrices[name].parameters:
                raise InputError(
                    f"measure {name!r}: the twins {twin!r} were compared with other parameters "
                    "than the networks; compute both with the same"
                )
            kind = kinds().get(str(matrix.parameters.get("kind")))
            declared[name] = kind.invariances if kind else frozenset()
            found.setdefault((name, twin), []).extend(_standing(own, matrix.values))
    if not found:
        raise InputError("no twins are among the files; compare some with `topoprint distances`")
    return [_row(name, twin, some, declared[name]) for (name, twin), some in found.items()]


def _standing(own: Array, values: Array) -> list[tuple[float, float]]:
    """Ratio to the median, and share of the others that are nearer, for each network."""
    found = []
    for number, distance in enumerate(own):
        others = np.delete(values[number], number)
        others = others[np.isfinite(others)]
        if np.isfinite(distance) and len(others):
            median = float(np.median(others))
            ratio = distance / median if median else (np.inf if distance else 0.0)
            found.append((float(ratio), float((others < distance).mean())))
    return found


def _row(
    measure: str,
    twin: str,
    found: Sequence[tuple[float, float]],
    declared: frozenset[Invariance],
) -> Symmetry:
    ratios, nearer = np.array(found).reshape(-1, 2).T
    known = bool(len(found))
    return Symmetry(
        measure,
        twin,
        len(found),
        float(np.median(ratios)) if known else np.nan,
        float(ratios.max()) if known else np.nan,
        float(nearer.mean()) if known else np.nan,
        DECLARED[twin] in declared,
    )
