"""The stage ``learning``: distances along trainings, their scores and diagrams → what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.learning.curves import (
    Bars,
    Place,
    Point,
    StepPair,
    bars_of,
    places,
    points,
    step_pairs,
)
from topoprint.evaluation.learning.labels import (
    GapCorrelation,
    Separation,
    gap_correlations,
    separations,
)
from topoprint.evaluation.learning.runs import lasts_of
from topoprint.evaluation.learning.settling import ScaleTest, Settling, scale_tests, settling
from topoprint.experiment.snapshots import Score
from topoprint.homology.diagram import Diagram


@dataclass(frozen=True)
class Learning:
    """All that is found along the trainings of one data set.

    Attributes
    ----------
    scores : list of Score
    curves : list of Point
        Of the networks, and of null models of each step.
    steps : list of StepPair
    map : list of Place
    bars : list of Bars
    settling : list of Settling
    scale : list of ScaleTest
    separation : list of Separation
    gap : list of GapCorrelation
    """

    scores: list[Score]
    curves: list[Point]
    steps: list[StepPair]
    map: list[Place]
    bars: list[Bars]
    settling: list[Settling]
    scale: list[ScaleTest]
    separation: list[Separation]
    gap: list[GapCorrelation]

    @property
    def dataset(self) -> str:
        """Data set that the networks were trained on."""
        return self.curves[0].dataset


def learning(
    files: Mapping[str, Sequence[Comparison]],
    scores: Sequence[Score],
    diagrams: Sequence[Diagram] = (),
) -> Learning:
    """Follow networks of one data set along their training.

    Parameters
    ----------
    files : mapping of str to sequence of Comparison
        By the name of their file: networks at all steps, and null models of these.
    scores : sequence of Score
        Of all of them.
    diagrams : sequence of Diagram
        Of networks whose bars are to be followed.

    Raises
    ------
    InputError
        If the comparisons do not belong together, are of several data sets, or lack scores.
    """
    real: dict[str, Comparison] = {}
    nulls: dict[str, dict[str, list[Comparison]]] = {}
    for file, comparisons in files.items():
        for comparison in comparisons:
            own = comparison.index.ids
            network, variants = own[0].network, {one.variant for one in own}
            if any((one.dataset, one.network) != (own[0].dataset, network) for one in own):
                raise InputError(f"{file}: learning follows one network of one data set a file")
            if "" in variants:
                if network in real:
                    raise InputError(f"{file}: {network} is among the files twice")
                real[network] = comparison
            else:
                nulls.setdefault(network, {}).setdefault(own[0].variant, []).append(comparison)
    if not real:
        raise InputError("no networks along their training are among the distances")
    if len(found := {one.index[0].id.dataset for one in real.values()}) > 1:
        raise InputError(f"learning is of one data set, not of {', '.join(sorted(found))}")
    for network in nulls:
        if network not in real:
            raise InputError(f"null models of {network} are given, but not its own distances")
    lasts = lasts_of(scores)
    curves = [point for one in real.values() for point in points(one, lasts)]
    of_nulls = [
        point
        for by_null in nulls.values()
        for some in by_null.values()
        for point in points(some[0], lasts)
    ]
    known = [score for score in scores if score.network in real]
    separated = separations(curves, known)
    return Learning(
        scores=known,
        curves=[*curves, *of_nulls],
        steps=[pair for one in real.values() for pair in step_pairs(one, lasts)],
        map=[place for one in real.values() for place in places(one, lasts)],
        bars=[bars for diagram in diagrams for bars in bars_of(diagram, lasts)],
        settling=settling(curves, known),
        scale=[
            row
            for network, by_null in nulls.items()
            for row in scale_tests(real[network], by_null, lasts)
        ],
        separation=separated,
        gap=gap_correlations(curves, known),
    )
