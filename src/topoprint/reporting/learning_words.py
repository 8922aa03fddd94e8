"""What was found along trainings in plain sentences, written from its numbers."""

from collections.abc import Sequence
from math import inf, isfinite, isnan, nan

from topoprint.evaluation.learning.labels import BASELINE, GapCorrelation, told_from
from topoprint.evaluation.learning.learning import Learning
from topoprint.evaluation.learning.settling import LEFT, ScaleTest, Settling
from topoprint.evaluation.seeds import Estimate
from topoprint.reporting.words import NEARLY_KEPT

# From this share of a measure's way on, what a null model keeps is told to make it.
MOST = 0.8


def learning_in_words(found: Learning) -> dict[str, list[str]]:
    """Say what the numbers mean, by network, and of all networks together under ``all``."""
    networks = dict.fromkeys(point.network for point in found.curves)
    words = {network: _of_network(found, network) for network in networks}
    gaps = [_of_gap(found.gap, told) for told in dict.fromkeys(row.runs_of for row in found.gap)]
    return {**words, **({"all": [gap for gap in gaps if gap]} if any(gaps) else {})}


def _of_network(found: Learning, network: str) -> list[str]:
    measures = {point.measure for point in found.curves}
    said = []
    # What networks that were trained on random labels get right of the others' is chance.
    rows = {r.curve: r for r in found.settling if r.network == network and not r.variant}
    accuracy = rows.pop("test_accuracy", None)
    if accuracy and isfinite(accuracy.settled):
        said.append(_of_settling([rows[curve] for curve in rows if curve in measures], accuracy))
    own = [row for row in found.scale if row.network == network]
    said += [
        _of_scale([row for row in own if row.null == null], null)
        for null in dict.fromkeys(row.null for row in own)
    ]
    said += _of_labels(found, network, measures)
    return said


def _of_settling(rows: Sequence[Settling], accuracy: Settling) -> str:
    before = [row for row in rows if row.before_accuracy.low > 0]
    after = [row for row in rows if row.before_accuracy.high < 0]
    other = [row for row in rows if row not in before and row not in after]
    parts = [
        f"{when}: {_list([_settled(row) for row in some])}"
        for when, some in (("before it", before), ("after it", after), ("not surely either", other))
        if some
    ]
    return (
        f"The test accuracy has settled (no more than {100 * LEFT:.0f} % of its way is left) at "
        f"epoch {_interval(accuracy.settled)}; {'; '.join(parts)}."
    )


def _settled(row: Settling) -> str:
    if not isfinite(row.settled):
        return f"{_spoken(row.curve)} (does not move)"
    return f"{_spoken(row.curve)} ({_interval(row.settled)})"


def _of_scale(rows: Sequence[ScaleTest], null: str) -> str:
    alone = [
        row for row in rows
        if row.spearman >= NEARLY_KEPT and MOST <= row.share <= 1 / MOST
    ]  # fmt: skip
    kept = {
        "untrained": "learned nothing, and were given the norms of the layers of each step",
        "shuffled_layers": "have each layer's weights of each step, in random places",
    }.get(null, f"are null models {null!r} of each step")
    shares = [f"{_spoken(row.measure)} {100 * row.share:.0f} %" for row in rows if row not in alone]
    told = (
        f"Networks that {kept}, go nearly the whole way, in the same order, by "
        f"{_list([_spoken(row.measure) for row in alone])}"
        if alone
        else f"By no measure do networks that {kept}, go the same way"
    )
    return f"{told}" + (f"; of the other ways: {_list(shares)}." if shares else ".")


def _of_labels(found: Learning, network: str, measures: set[str]) -> list[str]:
    epochs = {
        curve: epoch
        for (own, curve), epoch in told_from(found.separation).items()
        if own == network
    }
    if not epochs:
        return []
    loss = epochs.get("test_loss", nan)
    of_measures = {_spoken(curve): epoch for curve, epoch in epochs.items() if curve in measures}
    told = {
        "before it": [m for m, e in of_measures.items() if e < (inf if isnan(loss) else loss)],
        "at once with it": [m for m, e in of_measures.items() if e == loss],
        "later": [m for m, e in of_measures.items() if e > loss],
        "not at the end": [m for m, e in of_measures.items() if isnan(e)],
    }
    at = {m: f"{m} (epoch {e:g})" if isfinite(e) else m for m, e in of_measures.items()}
    parts = [f"{when}: {_list([at[m] for m in some])}" for when, some in told.items() if some]
    which = "all runs on random labels from those on true ones"
    first = (
        f"The test loss tells {which} for good from epoch {loss:g} on"
        if isfinite(loss)
        else f"The test loss does not tell {which} at the end"
    )
    return [f"{first}; the distance to the start {'; '.join(parts)}."]


def _of_gap(rows: Sequence[GapCorrelation], told: str) -> str:
    own = [row for row in rows if row.runs_of == told and isfinite(row.spearman)]
    if not own:
        return ""
    baseline = [row for row in own if row.measure == BASELINE]
    more = [row for row in own if row.measure != BASELINE and row.over_baseline.low > 0]
    less = [row for row in own if row.over_baseline.high < 0]
    others = [row for row in own if row.measure != BASELINE and row not in [*more, *less]]
    which = "trained on true labels" if told == "true labels" else "of all trainings"
    told_first = (
        f"Over {own[0].networks} networks {which} ({own[0].runs} runs), the change of the weights' "
        f"norm alone has a correlation of {_interval(baseline[0].spearman, 2)} with the "
        "generalisation gap; "
        if baseline
        else f"Over {own[0].networks} networks {which} ({own[0].runs} runs): "
    )
    parts = [
        f"{when}: {_list([_correlated(row) for row in some])}"
        for when, some in (
            ("more closely", more),
            ("less closely", less),
            ("not surely either", others),
        )
        if some
    ]
    return f"{told_first}{'; '.join(parts)}."


def _correlated(row: GapCorrelation) -> str:
    return f"{_spoken(row.measure)} ({_interval(row.spearman, 2)})"


def _interval(value: Estimate, digits: int = 1) -> str:
    if not isfinite(value.low):
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f}, {value.low:.{digits}f} … {value.high:.{digits}f}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts)
