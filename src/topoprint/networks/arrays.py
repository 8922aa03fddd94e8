"""Numbers as a user gives them: to be trusted only once they are looked at."""

import numpy as np
from numpy.typing import ArrayLike

from topoprint.errors import InputError
from topoprint.networks.maps import FloatArray


def refuse_masked(values: object, what: str) -> None:
    """Refuse masked numbers: numpy would quietly take what lies under the mask."""
    if isinstance(values, list | tuple):
        for part in values:
            refuse_masked(part, what)
    elif isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
        raise InputError(f"the {what} are masked in part; fill in numbers there, or leave them out")


def as_float32(values: ArrayLike, what: str, dimensions: int) -> FloatArray:
    """Return finite real numbers of one or two dimensions, rounded to float32."""
    refuse_masked(values, what)
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiu":
            raise TypeError
        with np.errstate(over="ignore"):  # an overflow is an infinity, refused below
            array = np.asarray(array, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"the {what} are not real numbers") from error
    if array.ndim != dimensions or array.size == 0:
        wanted = "(out, in)" if dimensions == 2 else "(out,)"
        raise InputError(f"the {what} have shape {array.shape}; expected {wanted}, not empty")
    if not np.isfinite(array).all():
        raise InputError(f"the {what} hold NaN or infinity; train the network again")
    return array
