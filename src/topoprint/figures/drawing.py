"""What draws figures on request: where matplotlib is installed, and to a file if one is named."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError, check_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Kinds of files, by their suffixes.
FORMATS = ("svg", "pdf", "png")


class Distances(NamedTuple):
    """What a figure of distances shows: values (n, n), names and groups of the n networks."""

    measure: str
    values: NDArray[np.float64]
    labels: tuple[str, ...]
    groups: tuple[str, ...]


def draw(module: str, function: str, path: str | os.PathLike[str] | None, *what: Any) -> "Figure":
    """Draw a figure by a function of a module, which is imported here as it needs matplotlib.

    Parameters
    ----------
    module, function : str
    path : path, optional
        File to write it to, its kind by its suffix.
    *what
        What the function draws.

    Raises
    ------
    InputError
        If the suffix is none of :data:`FORMATS`, the file cannot be written, or a package that
        figures need is not installed.
    """
    if path is not None:
        check_path(path)
    if path is not None and Path(path).suffix.lower()[1:] not in FORMATS:
        raise InputError(f"{path}: figures are drawn as .{', .'.join(FORMATS)}")
    try:
        if "IPython" in sys.modules:
            import_module("matplotlib.pyplot")  # which tells notebooks how figures are shown
        made: Figure = getattr(import_module(module), function)(*what)
        style = import_module("topoprint.figures.style")
    except ModuleNotFoundError as error:
        raise InputError(
            f"figures need {error.name}, which is not installed: pip install 'topoprint[report]'"
        ) from error
    if path is not None:
        style.save_as(made, Path(path))
    return made
