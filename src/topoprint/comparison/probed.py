"""Probes of networks that are compared, and what answers them."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.measures.base import Measure
from topoprint.measures.registry import with_settings
from topoprint.responses.answers import Answering
from topoprint.responses.probes import check_probes

Probes = NDArray[Any]


def probes_of(given: Any, count: int) -> list[Probes] | list[None]:
    """Give each of some networks its probes.

    Parameters
    ----------
    given : array, or sequence of ``count`` arrays, or None
        One array for all, shape (n, …); or one each, as a list or tuple of arrays.

    Raises
    ------
    InputError
        If they are no probes, or not one or as many as there are networks.
    """
    if given is None:
        return [None] * count
    if not isinstance(given, list | tuple) or not all(getattr(one, "ndim", 0) > 1 for one in given):
        return [check_probes(given)] * count
    if len(given) not in (1, count):
        raise InputError(f"{len(given)} sets of probes for {count} networks; give one, or one each")
    each = [check_probes(one, f"the probes of network {k}") for k, one in enumerate(given)]
    return each * count if len(each) == 1 else each


def on_probes(measures: Iterable[Measure], probes: list[Probes] | list[None]) -> list[Measure]:
    """Let measures look at probes that are given, rather than at noise.

    A measure for which the noise is described (``mean``, ``deviation``, ``samples``) keeps it.

    Raises
    ------
    InputError
        If a measure compares answers to the same inputs, and networks have probes of their own.
    """
    own = any(one is not probes[0] for one in probes)
    found = []
    for measure in measures:
        if own and measure.paired and "responses" in measure.needs:
            raise InputError(
                f"measure {measure.name!r} compares answers to the same inputs, but the networks "
                "have probes of their own; give one set of probes for all"
            )
        noise = measure.model_fields_set & {"mean", "deviation", "samples"}
        settings = {} if noise or probes[0] is None else {"probes": "data"}
        found.append(with_settings(measure, settings))
    return found


def answering(one: Any, probes: Probes | None) -> Callable[[], Answering] | None:
    """Give what makes what answers as a torch module does; None of anything else."""
    if not is_module(one):
        return None

    def made() -> Answering:
        from topoprint.responses.modules import answering_module

        return answering_module(one, None if probes is None else probes[:1])

    return cache(made)


def is_module(one: Any) -> bool:
    """Whether it is what :meth:`topoprint.Network.from_torch` takes."""
    return hasattr(one, "state_dict")


def example_of(one: Any, probes: Probes | None) -> Any:
    """Give the first of the probes as what a module is called with; None of anything else."""
    if probes is None or not is_module(one):
        return None
    from topoprint.responses.modules import as_inputs

    return as_inputs(one, np.ascontiguousarray(probes[:1]))
