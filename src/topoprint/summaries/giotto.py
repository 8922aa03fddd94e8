"""The same distances by giotto-tda's own code, to compare with. The only importer of gtda."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram

if TYPE_CHECKING:
    from topoprint.measures.measures import AnySummary, Discretisation

PARAMETER_NAMES = {"layers": "n_layers", "power": "power", "sigma": "sigma"}


def giotto_distances(
    diagrams: Sequence[Diagram],
    metric: str,
    summary: "AnySummary",
    how: "Discretisation",
    dimensions: Sequence[int],
) -> NDArray[np.float64]:
    """Distances by ``Filtering``, ∞ → a number, and ``PairwiseDistance`` of giotto-tda 0.6.2.

    Its memory grows with bars × bins: meant for small networks.
    """
    try:
        from gtda.diagrams import Filtering, PairwiseDistance
    except ImportError as error:
        raise InputError(
            "engine 'giotto' needs giotto-tda: pip install '.[giotto]' in its sources"
        ) from error
    padded = Filtering(epsilon=how.min_persistence).fit_transform(_padded(diagrams))
    padded[np.isinf(padded)] = how.infinity
    if metric == "persistence_image":
        raise InputError("giotto-tda's persistence image is another one; use the engine exact")
    own = asdict(summary)
    if own.pop("unit_mass", False):
        raise InputError("giotto-tda has no heat of unit mass; use the engine exact")
    parameters: dict[str, Any] = {"n_bins": how.bins}
    parameters |= {PARAMETER_NAMES[name]: value for name, value in own.items()}
    each = PairwiseDistance(metric=metric, metric_params=parameters, order=None)

    def pairwise(some: NDArray[np.float64]) -> NDArray[np.float64]:
        of_dimensions = each.fit_transform(some)[..., list(dimensions)]
        norms: NDArray[np.float64] = np.linalg.norm(of_dimensions, axis=2)
        return norms

    if how.grid == "shared":
        return pairwise(padded)
    values = np.zeros((len(diagrams), len(diagrams)))
    for one, other in combinations(range(len(diagrams)), 2):
        pair = pairwise(padded[[one, other]])
        values[one, other] = values[other, one] = pair[0, 1]
    return values


def _padded(diagrams: Sequence[Diagram]) -> NDArray[np.float64]:
    """Diagrams as ``FlagserPersistence`` gives them: reduced, padded with trivial triples."""
    blocks = []
    for dimension in range(diagrams[0].max_dimension + 1):
        bars = [diagram.bars(dimension).astype(np.float64) for diagram in diagrams]
        if dimension == 0:
            bars = [np.delete(b, np.argmax(b[:, 1]), axis=0) if len(b) else b for b in bars]
        length = max(1, *(len(b) for b in bars))
        least = min((float(b[:, 0].min()) for b in bars if len(b)), default=0.0)
        block = np.full((len(bars), length, 3), (least, least, float(dimension)))
        for row, of_network in zip(block, bars, strict=True):
            row[: len(of_network), :2] = of_network
        blocks.append(block)
    return np.concatenate(blocks, axis=1)
