"""Evaluations in plain sentences, written from their numbers."""

from collections.abc import Sequence
from math import isfinite, isnan

from topoprint.comparison.averages import AveragedMatrix
from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.null_tests import NullTest
from topoprint.evaluation.retrieval import Retrieval
from topoprint.evaluation.variance import Share, VarianceExplained
from topoprint.paper.reproduction import Agreement

# What a network has and its null has not: all of it, as one null may lose what another loses too.
WHAT_IS_LOST = {
    "shuffled_layers": "how the neurons are wired",
    "shuffled_network": "how the neurons are wired and which layer a weight is in",
    "gaussian": "how the neurons are wired and the shape of the weights' distribution",
    "resampled": "more than each layer's distribution of weights",
    "relinked": "which units of one layer feed which weights of the next",
    "initial": "what the network has learned",
    "random_labels": "whether there was anything to learn",
}
# Correlations from which an order counts as kept, and as nearly kept.
KEPT, NEARLY_KEPT = 0.95, 0.8
# Change of a share by one network from which it is told.
TELLING = 0.1


def runs(matrix: AveragedMatrix) -> str:
    """Say over how many runs a matrix is averaged."""
    return f"{len(matrix.runs)} run{'' if len(matrix.runs) == 1 else 's'}"


def in_words(found: Evaluation) -> dict[str, list[str]]:
    """Say what the numbers mean, by measure; of numbers that there are not, nothing."""
    said: dict[str, list[str]] = {}
    for test in found.null_tests:
        if isfinite(test.spearman):
            said.setdefault(test.measure, []).append(_of_null(test))
    for share in found.variance:
        if isfinite(share.both):
            said.setdefault(share.measure, []).append(_of_shares(share))
    of_size = {row.relevant: row for row in found.retrieval if row.measure == "number_of_edges"}
    for row in found.retrieval:
        said.setdefault(row.measure, []).append(_of_retrieval(row, of_size.get(row.relevant)))
    return said


# What the columns of agreement_in_words are.
AGREEMENT_LEGEND = """\
Spearman: correlation of the two mean matrices; p: its Mantel test, 0.0001 at least (9,999
permutations). theirs, ours: repeatability, the mean correlation of two runs of one source;
between: of one run of theirs and one of ours; corrected: between / √(theirs × ours), 1 where the
sources differ by no more than their runs do. scale: median of our distance / theirs."""


def agreement_in_words(found: Sequence[Agreement]) -> str:
    """Lay out agreements with published matrices as a table, and say what its columns are."""
    lines = [
        f"{'data set':24}{'measure':15}{'Spearman':>8}{'p':>8}{'theirs':>8}{'ours':>8}"
        f"{'between':>9}{'corrected':>11}{'scale':>8}"
    ]
    for row in found:
        numbers = [
            (row.spearman, "8.3f"), (row.p_value, "8.4f"), (row.within_published, "8.3f"),
            (row.within_ours, "8.3f"), (row.between, "9.3f"), (row.noise_corrected, "11.3f"),
            (row.scale, "8.2f"),
        ]  # fmt: skip
        cells = (
            format(value, kind) if isfinite(value) else "–".rjust(int(kind.partition(".")[0]))
            for value, kind in numbers
        )
        lines.append(f"{row.dataset:24}{row.measure:15}{''.join(cells)}")
    return "\n".join([*lines, "", AGREEMENT_LEGEND])


def _of_null(row: NullTest) -> str:
    lost = WHAT_IS_LOST[row.null]
    if row.spearman < NEARLY_KEPT:
        if row.spearman >= row.among_seeds:
            return (
                f"Without {lost} the order of its distances changes (ρ = {row.spearman:.2f}), but "
                f"no more than from seed to seed ({row.among_seeds:.2f})."
            )
        return f"The order of its distances depends on {lost} (ρ = {row.spearman:.2f})."
    verb = "does not depend" if row.spearman >= KEPT else "hardly depends"
    sentence = f"The order of its distances {verb} on {lost} (ρ = {row.spearman:.2f})"
    if row.beyond_2 > 0.5:
        sentence += (
            f"; the distances themselves do: {100 * row.beyond_2:.0f} % of them lie beyond two "
            "deviations of their nulls"
        )
    return f"{sentence}."


def _of_shares(row: VarianceExplained) -> str:
    alone = [
        f"{name} alone {100 * share.whole:.0f} %{_without(share)}"
        for name, share in row.shares.items()
        if name != "both" and not isnan(share.whole)
    ]
    both = row.shares["both"]
    return (
        f"Size and weight histogram together explain {100 * both.whole:.0f} % of the variance "
        f"of its distances{_without(both)}: {', '.join(alone)}."
    )


def _without(share: Share) -> str:
    """Tell that much of a share rests on one network; nothing where it does not."""
    if not share.left_out or abs(share.without - share.whole) < TELLING:
        return ""
    told = "nothing can be told" if isnan(share.without) else f"{100 * share.without:.0f} %"
    return f" ({told} without {share.left_out})"


def _of_retrieval(row: Retrieval, of_size: Retrieval | None) -> str:
    sentence = (
        f"Networks of one {row.relevant} are found with an average precision of "
        f"{row.average_precision:.2f} (chance: {row.chance_precision:.2f})"
    )
    if of_size and row.measure != "number_of_edges":
        sentence += f"; the number of edges alone reaches {of_size.average_precision:.2f}"
    return f"{sentence}."
