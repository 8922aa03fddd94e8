"""The stage ``evaluate``: all that is asked of the measures of one collection of networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.null_tests import NullTest, null_tests
from topoprint.evaluation.retrieval import Retrieval, retrieval
from topoprint.evaluation.seeds import of_seeds
from topoprint.evaluation.variance import VarianceExplained, variance_explained


@dataclass(frozen=True)
class Evaluation:
    """All that is found of the measures of one collection.

    Attributes
    ----------
    measures, nulls : tuple of str
    null_tests : list of NullTest
    variance : list of VarianceExplained
    retrieval : list of Retrieval
    """

    measures: tuple[str, ...]
    nulls: tuple[str, ...]
    null_tests: list[NullTest]
    variance: list[VarianceExplained]
    retrieval: list[Retrieval]


def evaluate(files: Mapping[str, Sequence[Comparison]], by_group: bool = False) -> Evaluation:
    """Evaluate comparisons of networks of some seeds, of all of them, and of their null models.

    Parameters
    ----------
    files : mapping of str to sequence of Comparison
        By the name of their file; each says of which networks it is.
    by_group : bool
        As of :func:`topoprint.evaluation.retrieval.retrieval`.

    Raises
    ------
    InputError
        If the comparisons do not belong together, or there is nothing to evaluate.
    """
    seeds: dict[str, Comparison] = {}
    nulls: dict[str, Sequence[Comparison]] = {}
    together: Comparison | None = None
    for file, comparisons in files.items():
        index = comparisons[0].index
        if index[0].id.state:
            nulls[file] = comparisons
        elif len(index.seeds) == 1:
            seeds[file] = comparisons[0]
        elif together is None:
            together = comparisons[0]
        else:
            raise InputError(f"{file}: the networks of all seeds are among the files twice")
    first, *others = of_seeds(seeds)
    found = Evaluation(
        tuple(first.matrices),
        tuple(dict.fromkeys(c.index[0].id.state for some in nulls.values() for c in some)),
        null_tests([first, *others], nulls),
        variance_explained([first, *others]) if len(first.index.datasets) == 1 else [],
        retrieval([first, *others], together, by_group),
    )
    if not (found.null_tests or found.variance or found.retrieval):
        raise InputError(
            "there is nothing to evaluate: neither null models, nor number_of_edges and "
            "weight_histogram, nor networks of one shape beside others"
        )
    return found
