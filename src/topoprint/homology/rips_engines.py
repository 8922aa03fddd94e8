"""What computes Rips bars: GUDHI, Ripser, flagser, Ripser++, each by its package."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError

Array = NDArray[np.float64]
# Takes distances and the longest edge; gives finite deaths of H0, in any order and without those of
# no length, and bars of H1.
Bars = tuple[Array, Array]
RipsEngine = Literal["gudhi", "ripser", "flagser", "ripser++"]


def _gudhi(distances: Array, longest: float) -> Bars:
    try:
        from gudhi.sklearn import RipsPersistence
    except ImportError as error:
        raise InputError(
            "Rips persistence needs gudhi and scikit-learn; pip install 'topoprint[rips]'"
        ) from error
    engine = RipsPersistence(
        homology_dimensions=[0, 1], threshold=longest, input_type="full distance matrix",
        homology_coeff_field=2,
    )  # fmt: skip
    components, cycles = engine.fit_transform([distances])[0]
    return _finite(components), cycles


def _ripser(distances: Array, longest: float) -> Bars:
    try:
        from ripser import ripser
    except ImportError as error:
        raise InputError(
            "Rips engine 'ripser' needs ripser: pip install ripser; or take the engine 'gudhi'"
        ) from error
    found = ripser(distances, maxdim=1, thresh=longest, coeff=2, distance_matrix=True)
    components, cycles = (part.astype(np.float64) for part in found["dgms"])
    return _finite(components), cycles


def _flagser(distances: Array, longest: float) -> Bars:
    try:
        from pyflagser import flagser_weighted
    except ImportError as error:
        raise InputError(
            "Rips engine 'flagser' needs pyflagser: pip install 'topoprint[flagser]' (Python 3.11 "
            "or 3.12); or take the engine 'gudhi'"
        ) from error
    graph = np.where(distances <= longest, distances, np.inf)
    found = flagser_weighted(graph, max_dimension=1, directed=False, coeff=2)["dgms"]
    components, cycles = (*found, np.empty((0, 2)))[:2]
    return _finite(components), np.asarray(cycles, dtype=np.float64).reshape(-1, 2)


def _ripser_plus_plus(distances: Array, longest: float) -> Bars:
    try:
        import ripserplusplus
    except (ImportError, OSError) as error:
        raise InputError(
            "Rips engine 'ripser++' needs a GPU of NVIDIA and ripserplusplus: pip install "
            "ripserplusplus; or take the engine 'gudhi'"
        ) from error
    bound = "" if np.isinf(longest) else f" --threshold {longest}"
    found = ripserplusplus.run(f"--format distance --dim 1{bound}", distances)
    components, cycles = (_of_fields(found.get(dimension, ())) for dimension in (0, 1))
    return _finite(components), cycles


def _of_fields(bars: Any) -> Array:
    """Rows of births and deaths of what Ripser++ gives: records of two numbers."""
    rows = [(float(bar["birth"]), float(bar["death"])) for bar in bars]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _finite(components: Any) -> Array:
    deaths: Array = np.asarray(components, dtype=np.float64).reshape(-1, 2)[:, 1]
    return deaths[np.isfinite(deaths) & (deaths > 0)]


ENGINES: dict[RipsEngine, Callable[[Array, float], Bars]] = {
    "gudhi": _gudhi,
    "ripser": _ripser,
    "flagser": _flagser,
    "ripser++": _ripser_plus_plus,
}
