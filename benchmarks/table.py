"""The table of results, as text and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

FORMAT = "topoprint benchmark"
FORMAT_VERSION = 1
HEADINGS = (
    "size", "task", "edges", "ours", "first call", "reference", "takes", "ratio", "peak memory",
    "of reference", "agreement",
)  # fmt: skip
TEXT_COLUMNS = {"size", "task", "reference", "agreement"}


@dataclass(frozen=True)
class Row:
    """One size and task: ours, and a reference beside it where there is one.

    Attributes
    ----------
    seconds, first_seconds : float
        Ours: median of repetitions, and first call in a fresh process.
    peak_bytes : int
        Growth of peak resident memory beyond the input.
    agrees : bool, optional
        Whether both gave the same; None where nothing was compared.
    agreement : str
        The same in words or numbers.
    note : str
        What was measured, where that is not plain.
    details : dict
        Further numbers, for the JSON alone.
    """

    size: str
    task: str
    edges: int
    seconds: float
    peak_bytes: int
    first_seconds: float | None = None
    reference: str | None = None
    reference_seconds: float | None = None
    reference_peak_bytes: int | None = None
    agrees: bool | None = None
    agreement: str = ""
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times as long the reference takes."""
        return self.reference_seconds / self.seconds if self.reference_seconds else None

    def beside(
        self,
        reference: str,
        seconds: float,
        peak_bytes: int,
        *,
        agrees: bool | None,
        agreement: str,
        note: str,
        **details: Any,
    ) -> "Row":
        """Return the same row with a reference in it."""
        return replace(
            self,
            reference=reference,
            reference_seconds=seconds,
            reference_peak_bytes=peak_bytes,
            agrees=agrees,
            agreement=agreement,
            note=note,
            details={**self.details, **details},
        )

    def as_dict(self) -> dict[str, Any]:
        """All that is known, for JSON."""
        return {**asdict(self), "ratio": self.ratio}

    def _cells(self) -> list[str]:
        return [
            self.size,
            self.task,
            f"{self.edges:,}",
            _seconds(self.seconds),
            _seconds(self.first_seconds),
            self.reference or "–",
            _seconds(self.reference_seconds),
            f"{_three(self.ratio)} ×" if self.ratio else "–",
            _bytes(self.peak_bytes),
            _bytes(self.reference_peak_bytes),
            self.agreement or "–",
        ]


def to_text(rows: Sequence[Row]) -> str:
    """Lay out the rows as one table, with their notes below it, numbered."""
    cells = [list(HEADINGS), *(row._cells() for row in rows)]
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    for row, line in zip(rows, cells[1:], strict=True):
        line.append(f"[{notes.index(row.note) + 1}]" if row.note else "")
    cells[0].append("")
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        padded = [
            text.ljust(width) if heading in TEXT_COLUMNS else text.rjust(width)
            for text, width, heading in zip(line, widths, [*HEADINGS, ""], strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += ["", *(f"[{number}] {note}" for number, note in enumerate(notes, 1))]
    return "\n".join(lines)


def save(
    path: Path,
    machine: Mapping[str, Any],
    notes: Sequence[str],
    rows: Sequence[Row],
    scaling: Sequence[Mapping[str, Any]],
) -> None:
    """Write everything that was measured as JSON."""
    found = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "machine": dict(machine),
        "notes": list(notes),
        "rows": [row.as_dict() for row in rows],
        "scaling": [dict(point) for point in scaling],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _three(number: float) -> str:
    """Three significant digits, without exponent."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{_three(seconds * 1000)} ms" if seconds < 1 else f"{_three(seconds)} s"


def _bytes(number: int | None) -> str:
    if number is None:
        return "–"
    return f"{_three(number / 1e6)} MB" if number < 1e9 else f"{number / 1e9:.2f} GB"
