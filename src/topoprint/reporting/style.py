"""What all figures have in common: colours, words, and files of equal bytes."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from topoprint.comparison.matrix import AveragedMatrix
from topoprint.comparison.naming import shared_length
from topoprint.reporting.drawing import FORMATS
from topoprint.storage import write_bytes

# Even steps of lightness, readable in grey and with any colour vision; low distances are dark.
COLOURS = "cividis"
NOT_COMPARABLE = "#d9dde3"
DOTS = "#31688e"
# No dates and no random ids: equal matrices give equal bytes.
METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}
STYLE: Any = {"svg.hashsalt": "topoprint", "font.size": 9, "savefig.dpi": 200}


def runs(matrix: AveragedMatrix) -> str:
    """Say over how many runs a matrix is averaged."""
    return f"{len(matrix.runs)} run{'' if len(matrix.runs) == 1 else 's'}"


def spoken(name: str) -> str:
    """Return a name of the config as words."""
    return name.replace("_", " ").replace("-", " ")


def shortened(names: Sequence[str], longest: int = 34) -> list[str]:
    """Return names, with what all begin and end with, and then their middle, left out of long ones.

    Parameters
    ----------
    names : sequence of str
    longest : int
        Letters that none is to exceed; where one does, all are shortened.
    """
    if max(map(len, names)) > longest and len(set(names)) > 1:
        begin = shared_length(names)
        end = shared_length([name[begin:][::-1] for name in names])
        ends = [name[begin : len(name) - end] for name in names]
        names = [f"{'…' * (begin > 0)}{name}{'…' * (end > 0)}" for name in ends]
    half = (longest - 1) // 2
    return [n if len(n) <= longest else f"{n[:half]}…{n[-half:]}" for n in names]


def save_figure(figure: Figure, stem: Path) -> None:
    """Write a figure to ``stem`` with the suffix of each of FORMATS."""
    for kind in FORMATS:
        save_as(figure, stem.with_name(f"{stem.name}.{kind}"))


def save_as(figure: Figure, path: Path) -> None:
    """Write a figure to a file, its kind by its suffix, one of FORMATS."""
    write_bytes(path, drawn(figure, path.suffix.lower()[1:]))


def drawn(figure: Figure, kind: str) -> bytes:
    """Draw a figure as the content of a file of one of FORMATS."""
    FigureCanvasAgg(figure)
    content = BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(content, format=kind, metadata=METADATA[kind])
    return content.getvalue()
