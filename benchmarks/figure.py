"""The figure of time against edges, drawn from the benchmark's JSON alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

NAME = "scaling"
# No dates and no random ids: equal numbers give equal bytes.
STYLE: Any = {"svg.hashsalt": "topoprint", "font.size": 9, "savefig.dpi": 200}
METADATA: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "png": {"Software": None}}

# Okabe and Ito's colours, told apart with any colour vision; in grey the markers tell.
LOOK = {
    "homology": ("#000000", "o"),
    "heat": ("#D55E00", "s"),
    "silhouette": ("#0072B2", "^"),
    "landscape": ("#009E73", "D"),
}
PROGRAMS = {"topoprint": "topoprint", "pyflagser": "pyflagser", "giotto": "giotto-tda"}
PANELS = (
    ("Persistent homology of a network", ("homology",)),
    ("Distance of two networks", ("heat", "silhouette", "landscape")),
)
EDGES = (5e3, 2e8)
TICKS = {1e-3: "1 ms", 1e-2: "10 ms", 1e-1: "0.1 s", 1: "1 s", 10: "10 s", 100: "100 s"}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Line:
    """Times of one program at one task, by number of edges."""

    program: str
    task: str
    edges: tuple[float, ...]
    seconds: tuple[float, ...]


def draw(source: Path, folder: Path) -> list[Path]:
    """Draw the figure of a benchmark's JSON as svg and png; the paths written."""
    lines = _lines(json.loads(source.read_text(encoding="utf-8"))["scaling"])
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.6, 3.9), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, 2, sharex=True, sharey=True)
        seconds = [value for line in lines for value in line.seconds]
        for panel, (title, tasks) in zip(axes, PANELS, strict=True):
            _panel(panel, title, [line for line in lines if line.task in tasks])
            panel.set_ylim(min(seconds) / 2, max(seconds) * 2.5)
        axes[0].set_ylabel("time")
        for panel, (_, tasks) in zip(axes, PANELS, strict=True):
            _labels(panel, [line for line in lines if line.task in tasks])
        paths = []
        for kind, metadata in METADATA.items():
            paths.append(folder / f"{NAME}.{kind}")
            figure.savefig(paths[-1], metadata=metadata)
    return paths


def _lines(points: Sequence[dict[str, Any]]) -> list[Line]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for point in points:
        key = (point["program"], point["task"])
        found.setdefault(key, []).append((point["edges"], point["seconds"]))
    lines = []
    for (program, task), times in found.items():
        edges, seconds = zip(*sorted(times), strict=True)
        lines.append(Line(program, task, edges, seconds))
    return lines


def _panel(axes: Axes, title: str, lines: Sequence[Line]) -> None:
    axes.set(xscale="log", yscale="log", xlim=EDGES, xlabel="edges")
    axes.set_title(title, fontsize=10, loc="left")
    axes.xaxis.set_major_locator(FixedLocator([10.0**k for k in range(4, 9)]))
    axes.xaxis.set_major_formatter(FuncFormatter(_power_of_ten))
    axes.yaxis.set_major_locator(FixedLocator(list(TICKS)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: TICKS.get(value, "")))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    _guide(axes, [line for line in lines if line.program == "topoprint"])
    for line in lines:
        colour, marker = LOOK[line.task]
        own = line.program == "topoprint"
        axes.plot(
            line.edges,
            line.seconds,
            color=colour,
            marker=marker,
            markersize=4.5,
            markerfacecolor=colour if own else "white",
            linestyle="-" if own else (0, (4, 2)),
            linewidth=1.6 if own else 1.2,
        )


def _guide(axes: Axes, lines: Sequence[Line]) -> None:
    """Draw what grows as the edges do, below the fastest of the lines at its last point."""
    edges, seconds = min(
        ((line.edges[-1], line.seconds[-1]) for line in lines), key=lambda end: end[1]
    )
    slope = seconds / edges / 3
    axes.plot([EDGES[0], edges], [slope * EDGES[0], seconds / 3], color="#8c8c8c", linestyle=":")
    axes.annotate(
        "∝ edges",
        (3e6, slope * 3e6),
        xytext=(4, -4),
        textcoords="offset points",
        color="#5c5c5c",
        fontsize=8,
        va="top",
    )


def _labels(axes: Axes, lines: Sequence[Line]) -> None:
    """Write each program's name at the end of its lines; above their tasks, if it has several."""
    low, high = np.log10(axes.get_ylim())
    gap = (high - low) * 0.05
    for program, name in PROGRAMS.items():
        ends = sorted(
            (line.seconds[-1], line.edges[-1], line.task)
            for line in lines
            if line.program == program
        )
        if not ends:
            continue
        names = [(task, LOOK[task][0]) for _, _, task in ends]
        heights = [float(np.log10(seconds)) for seconds, _, _ in ends]
        if len(ends) == 1:
            names = [(name, names[0][1])]
        else:
            names.append((name, "#000000"))
            heights.append(heights[-1] + gap)
        end = max(edges for _, edges, _ in ends)
        for (text, colour), height in zip(names, _spread(heights, gap), strict=True):
            axes.annotate(
                text,
                (end, 10**height),
                xytext=(7, 0),
                textcoords="offset points",
                color=colour,
                va="center",
                fontsize=8,
                annotation_clip=False,
            )


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Rising heights moved as little as need be to lie at least ``gap`` apart."""
    spread = list(heights)
    for _ in range(100):
        for low in range(len(spread) - 1):
            lack = gap - (spread[low + 1] - spread[low])
            if lack > 1e-9:
                spread[low] -= lack / 2
                spread[low + 1] += lack / 2
    return spread


def _power_of_ten(value: float, _: int) -> str:
    return f"10{str(round(np.log10(value))).translate(SUPERSCRIPTS)}"
