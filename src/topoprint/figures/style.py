"""What all figures have in common: colours, and files of equal bytes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from topoprint.figures.drawing import FORMATS
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


def save_figure(figure: Figure, stem: Path) -> None:
    """Write a figure to ``stem`` with the suffix of each of FORMATS, laid out once for all."""
    for kind in FORMATS:
        save_as(figure, stem.with_name(f"{stem.name}.{kind}"))
        figure.set_layout_engine("none")


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
