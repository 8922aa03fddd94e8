"""Edges of a graph as a user gives them: numbers to be trusted only once they are looked at."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError
from topoprint.networks.arrays import refuse_masked
from topoprint.networks.maps import FloatArray

IntArray = NDArray[np.int64]
Numbers = NDArray[np.uint64]


def floats(values: ArrayLike, what: str) -> FloatArray:
    """Return real numbers, rounded to float32."""
    refuse_masked(values, what)
    try:
        return np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"the {what} are not real numbers") from error


def whole(values: ArrayLike, what: str) -> NDArray[Any]:
    """Return whole numbers, of the type in which they come."""
    refuse_masked(values, what)
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise InputError(f"{what} must be whole numbers")
    return array


def vertices(values: ArrayLike) -> IntArray:
    """Return numbers of vertices; what int64 cannot hold becomes negative, and is refused later."""
    return whole(values, "vertices").astype(np.int64)


def renumbered(sources: ArrayLike, targets: ArrayLike) -> tuple[Numbers, IntArray, IntArray]:
    """Return the vertices that have edges, in order, and the edges by places among them."""
    from_, to = whole(sources, "vertices"), whole(targets, "vertices")
    if min(from_.min(initial=0), to.min(initial=0)) < 0:
        raise InputError("a vertex has a negative number")
    # Two types of whole numbers would meet in float64, which has too few digits for them.
    both = np.concatenate([from_.ravel().astype(np.uint64), to.ravel().astype(np.uint64)])
    numbers, places = np.unique(both, return_inverse=True)
    first, second = np.split(places, [from_.size])
    return numbers, first.reshape(from_.shape), second.reshape(to.shape)


def check_lengths(from_: IntArray, to: IntArray, values: FloatArray, what: str) -> None:
    """Refuse what is not three lists of one length."""
    if not from_.shape == to.shape == values.shape or values.ndim != 1:
        raise InputError(f"sources, targets and {what} must be three lists of one length")


def check_edges(
    n_vertices: int,
    from_: IntArray,
    to: IntArray,
    signed: FloatArray | None = None,
    numbers: Numbers | None = None,
) -> None:
    """Refuse vertices out of range, loops, and edges that stand twice.

    Parameters
    ----------
    n_vertices : int
    from_, to : ndarray, int64, shape (n_edges,)
        At least one edge.
    signed : ndarray, float32, shape (n_edges,), optional
        Weights, if edges of weight ≤ 0 are to be reversed: then no two may become one.
    numbers : ndarray, uint64, shape (n_vertices,), optional
        What the user calls the vertices, where that is not 0 … n_vertices − 1.
    """

    def named(edge: np.int64) -> str:
        ends = from_[edge], to[edge]
        return " → ".join(str(end if numbers is None else numbers[end]) for end in ends)

    if min(from_.min(), to.min()) < 0 or max(from_.max(), to.max()) >= n_vertices:
        raise InputError(f"an edge has a vertex outside 0 … {n_vertices - 1}")
    loops = np.flatnonzero(from_ == to)
    if loops.size:
        raise InputError(
            f"edge {named(loops[0])} joins a vertex to itself; a flag complex has no loops"
        )
    # Edges between the same two vertices become neighbours, those of one direction together.
    order = np.lexsort((from_ < to, np.maximum(from_, to), np.minimum(from_, to)))
    one, other = order[:-1], order[1:]
    twice = one[(from_[one] == from_[other]) & (to[one] == to[other])]
    if twice.size:
        raise InputError(
            f"edge {named(twice[0])} stands twice in the same direction; keep one of them"
        )
    if signed is None:
        return
    there_and_back = (from_[one] == to[other]) & (to[one] == from_[other])
    merged = np.flatnonzero(there_and_back & ((signed[one] > 0) != (signed[other] > 0)))
    if merged.size:
        first, second = sorted((one[merged[0]], other[merged[0]]))
        raise InputError(
            f"edge {named(first)} of weight {signed[first]:g} and edge {named(second)} of weight "
            f"{signed[second]:g} become one edge that stands twice, as a weight ≤ 0 reverses its "
            "edge (equation 1); keep one of them"
        )
