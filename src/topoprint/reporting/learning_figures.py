"""Figures of networks along their training: curves, maps, step × step matrices, bars over time."""

import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from topoprint.evaluation.learning.labels import RANDOM
from topoprint.evaluation.learning.learning import Learning
from topoprint.figures.style import COLOURS, STYLE, drawn, save_figure
from topoprint.figures.words import spoken

# Runs of a panel: trained on true labels, on random ones, and null models of the first.
_LOOKS: dict[str, dict[str, Any]] = {
    "": {"color": "#31688e", "linestyle": "-"},
    RANDOM: {"color": "#c1452f", "linestyle": "-"},
    "untrained": {"color": "#8a8f98", "linestyle": "--"},
}
_OTHER: dict[str, Any] = {"color": "#444444", "linestyle": ":"}
_TRUE = "true labels"
# What each figure shows.
CAPTIONS = {
    "learning_curves": "Loss, accuracy and, by each measure, the distance to the network before "
    "its training: means over the seeds, and from the least to the greatest of them.",
    "learning_map": "All runs of a network in one plane, in which distances are nearly those of "
    "the measure (metric multidimensional scaling).",
    "learning_steps": "Distances between all steps of a training, means over the seeds; dark: 0.",
    "learning_bars": "Deaths of the bars in H0 and births of those in H1 along the training of one "
    "seed: median, and bands of half and nine tenths of the bars.",
}


def learning_figures(found: Learning) -> dict[str, Callable[[], Figure]]:
    """How each figure is drawn, by its name."""
    return {
        "learning_curves": lambda: _curves(found),
        "learning_map": lambda: _map(found),
        "learning_steps": lambda: _steps(found),
        "learning_bars": lambda: _bars(found),
    }


def write_learning(folder: str | os.PathLike[str], found: Learning) -> None:
    """Write ``learning_curves``, ``learning_map``, ``learning_steps`` and ``learning_bars``."""
    with mpl.rc_context(STYLE):
        for name, draw in learning_figures(found).items():
            save_figure(draw(), Path(folder) / name)


def embedded(found: Learning) -> dict[str, str]:
    """Give the same figures as addresses that hold them (SVG), for a page of its own."""
    pages = {}
    with mpl.rc_context(STYLE):
        for name, draw in learning_figures(found).items():
            content = drawn(draw(), "svg")
            pages[name] = f"data:image/svg+xml;base64,{b64encode(content).decode()}"
    return pages


def _panels(
    rows: Sequence[str], columns: Sequence[str], width: float = 2.1, height: float = 1.9
) -> tuple[Figure, Any]:
    size = (0.9 + width * max(len(columns), 1), 0.8 + height * max(len(rows), 1))
    figure = Figure(figsize=size, layout="constrained")
    shape = (max(len(rows), 1), max(len(columns), 1))
    panels = figure.subplots(*shape, squeeze=False)
    for axes, column in zip(panels[0], columns, strict=False):
        axes.set_title(spoken(column), fontsize=8)
    for axes, row in zip(panels[:, 0], rows, strict=False):
        axes.set_ylabel(spoken(row), fontsize=7.5)
    for axes in panels.ravel():
        axes.tick_params(labelsize=6.5)
    return figure, panels


def _look(variant: str) -> dict[str, Any]:
    return _LOOKS.get(variant, _OTHER)


def _epochs(axes: Axes, steps: Sequence[float]) -> None:
    """Mark the steps, evenly spaced, with their epochs."""
    axes.set_xticks(range(len(steps)), [f"{step:g}" for step in steps], fontsize=5.5)
    axes.tick_params(axis="x", rotation=60)


def _spread(axes: Axes, values: Any, look: dict[str, Any], label: str) -> None:
    """Draw the mean over the seeds (seeds, steps), and from the least to the greatest of them."""
    places = np.arange(values.shape[1])
    axes.plot(places, values.mean(axis=0), label=label, linewidth=1.2, **look)
    axes.fill_between(
        places, values.min(axis=0), values.max(axis=0), color=look["color"], alpha=0.18, linewidth=0
    )


def _curves(found: Learning) -> Figure:
    """Distance to the start by each measure, losses and accuracies beside it."""
    networks = list(dict.fromkeys(point.network for point in found.curves))
    measures = list(dict.fromkeys(point.measure for point in found.curves))
    figure, panels = _panels(networks, ["loss", "accuracy", *measures])
    for row, network in zip(panels, networks, strict=True):
        steps = sorted({point.step for point in found.curves if point.network == network})
        for axes, kind in zip(row[:2], ("loss", "accuracy"), strict=True):
            _scores(axes, found, network, kind)
        for axes, measure in zip(row[2:], measures, strict=True):
            own = [p for p in found.curves if (p.network, p.measure) == (network, measure)]
            for variant in dict.fromkeys(point.variant for point in own):
                runs: dict[int, list[float]] = {}
                for point in own:
                    if point.variant == variant:
                        runs.setdefault(point.seed, []).append(point.from_start)
                _spread(axes, np.array(list(runs.values())), _look(variant), variant or _TRUE)
            axes.set_ylim(bottom=0)
        for axes in row:
            _epochs(axes, steps)
    _legend(figure, panels[0, -1])
    figure.supxlabel("epochs", fontsize=8)
    return figure


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, map(spoken, labels), loc="outside upper center", ncols=5, fontsize=7,
            frameon=False,
        )  # fmt: skip


def _scores(axes: Axes, found: Learning, network: str, kind: str) -> None:
    own = [score for score in found.scores if score.network == network]
    for variant in dict.fromkeys(score.variant for score in own):
        for part, line in (("train", "--"), ("test", "-")):
            runs: dict[int, list[float]] = {}
            for score in sorted(own, key=lambda score: score.step):
                if score.variant == variant:
                    runs.setdefault(score.seed, []).append(getattr(score, f"{part}_{kind}"))
            look = {**_look(variant), "linestyle": line}
            _spread(axes, np.array(list(runs.values())), look, part)
    axes.legend(handles=axes.get_lines()[:2], fontsize=6, frameon=False)


def _map(found: Learning) -> Figure:
    """Trajectories of all runs of a network in one plane, by each measure."""
    networks = list(dict.fromkeys(place.network for place in found.map))
    measures = list(dict.fromkeys(place.measure for place in found.map))
    figure, panels = _panels(networks, measures)
    for row, network in zip(panels, networks, strict=False):
        for axes, measure in zip(row, measures, strict=True):
            own = [p for p in found.map if (p.network, p.measure) == (network, measure)]
            for variant, seed in dict.fromkeys((place.variant, place.seed) for place in own):
                run = [p for p in own if (p.variant, p.seed) == (variant, seed)]
                x, y = [place.x for place in run], [place.y for place in run]
                colour = _look(variant)["color"]
                axes.plot(x, y, "-", color=colour, linewidth=0.8, label=variant or _TRUE)
                axes.scatter(x[1:-1], y[1:-1], s=4, color=colour)
                axes.scatter(x[0], y[0], s=14, facecolors="white", edgecolors="black", zorder=3)
                axes.scatter(x[-1], y[-1], s=16, color=colour, marker="s", zorder=3)
            if own:
                axes.set_xlabel(f"stress {own[0].stress:.2f}", fontsize=6.5)
            axes.set_aspect("equal", adjustable="datalim")
            axes.set_xticks([])
            axes.set_yticks([])
    figure.supxlabel("white: before training; squares: after it", fontsize=7.5)
    return figure


def _steps(found: Learning) -> Figure:
    """Step × step: mean distance over the seeds, of each training by each measure."""
    trainings = list(dict.fromkeys((pair.network, pair.variant) for pair in found.steps))
    measures = list(dict.fromkeys(pair.measure for pair in found.steps))
    rows = [f"{network} {variant}".strip() for network, variant in trainings]
    figure, panels = _panels(rows, measures)
    for row, training in zip(panels, trainings, strict=True):
        for axes, measure in zip(row, measures, strict=True):
            own = {
                (pair.step, pair.other_step): pair.mean
                for pair in found.steps
                if (pair.network, pair.variant) == training and pair.measure == measure
            }
            steps = sorted({step for step, _ in own})
            values = [[own[one, other] for other in steps] for one in steps]
            axes.imshow(values, cmap=COLOURS, vmin=0)
            _epochs(axes, steps)
            axes.set_yticks(range(len(steps)), [f"{step:g}" for step in steps], fontsize=5.5)
    figure.supxlabel("epochs", fontsize=8)
    return figure


def _bars(found: Learning) -> Figure:
    """Deaths in H0 and births in H1 of one seed of each training: median, half and nine tenths."""
    trainings = list(dict.fromkeys((one.network, one.variant, one.seed) for one in found.bars))
    rows = [f"{network} {variant} seed {seed}" for network, variant, seed in trainings]
    figure, panels = _panels(rows, ["H0: deaths", "H1: births"], width=2.8)
    for row, training in zip(panels, trainings, strict=False):
        for dimension, axes in enumerate(row):
            own = sorted(
                (one for one in found.bars
                 if (one.network, one.variant, one.seed, one.dimension) == (*training, dimension)),
                key=lambda one: one.step,
            )  # fmt: skip
            places, colour = np.arange(len(own)), _look(training[1])["color"]
            for low, high, alpha in (("q5", "q95", 0.15), ("q25", "q75", 0.3)):
                ends = [[getattr(one, name) for one in own] for name in (low, high)]
                axes.fill_between(places, *ends, color=colour, alpha=alpha, linewidth=0)
            axes.plot(places, [one.q50 for one in own], color=colour, linewidth=1.2)
            _epochs(axes, [one.step for one in own])
    figure.supxlabel("epochs; bands hold half and nine tenths of the bars", fontsize=7.5)
    return figure
