"""The stage ``distances``: files of networks, and of what is known of them → comparisons."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, model_validator
from threadpoolctl import threadpool_limits

from topoprint.comparison.compare import distances_of
from topoprint.comparison.files import load_comparisons
from topoprint.comparison.matrix import Array, Comparison
from topoprint.costs import Cost
from topoprint.errors import InputError, NoChainError, TooFewUnitsError
from topoprint.homology.diagram import FORMAT as DIAGRAM
from topoprint.homology.diagram import Diagram
from topoprint.identity import Index, NetworkId
from topoprint.measures.base import Measure
from topoprint.measures.registry import MeasureEntry
from topoprint.measures.subject import Subject, new_cache
from topoprint.networks.files import digest_of, read_id
from topoprint.networks.network import Network
from topoprint.networks.nulls import NULLS, UNTRAINED, untrained_at
from topoprint.networks.twins import TWINS
from topoprint.responses.responses import FORMAT as RESPONSES
from topoprint.responses.responses import Responses, load_responses
from topoprint.storage import digest, format_of
from topoprint.validation import Count, Strict, refuse_repeats

# Of each edge of the networks, and of time each pair, by all measures together; giotto-tda's is of
# its three metrics.
COST = Cost(mb=130, minutes=10, bytes_each=14, seconds_each=4.5e-7, seconds_pair=0.04)
GIOTTO = Cost(mb=700, minutes=30, bytes_each=370, seconds_each=3e-4, seconds_pair=0.04)


# Null models and twins that are made here.
MADE = (*NULLS, *TWINS, UNTRAINED)


class DistancesSpec(Strict):
    """What distances are asked for.

    Attributes
    ----------
    measures : list of Measure
    nulls : list of str, or None
        Compare the null models of these names, repetition by repetition, and each with its
        network, rather than the networks themselves. Those of
        :data:`topoprint.networks.nulls.NULLS` are made here, and so are twins
        (:data:`topoprint.networks.twins.TWINS`); others are among the files.
        ``untrained`` is the network before its training, which is among the files, with the
        norms of this one (:func:`topoprint.networks.nulls.untrained_at`).
    repetitions : int
        Of the nulls that are drawn here.
    steps : bool
        Compare the networks at all steps of their trainings that are among the files, and those
        that were trained on random labels, rather than the trained ones alone. The nulls are then
        of each step; networks trained on random labels have none.
    gaps : bool
        As of :func:`topoprint.comparison.compare.distances_of`.
    """

    measures: list[MeasureEntry] = Field(min_length=1)
    nulls: list[str] | None = Field(None, min_length=1)
    repetitions: Count = 1
    steps: bool = False
    gaps: bool = False

    @model_validator(mode="after")
    def _distinct(self) -> "DistancesSpec":
        names = [measure.name for measure in self.measures]
        refuse_repeats(names, "measures (give one another name)")
        return self


@dataclass(frozen=True)
class Known:
    """All that some files say, by network.

    Attributes
    ----------
    networks : dict of NetworkId to Path
    diagrams : dict of NetworkId to Path
    responses : dict of NetworkId to Responses
    """

    networks: dict[NetworkId, Path]
    diagrams: dict[NetworkId, Path]
    responses: dict[NetworkId, Responses]

    @cached_property
    def max_dimension(self) -> int:
        """Greatest homology dimension of the diagrams, up to which others are computed; else 3."""
        return next(map(Diagram.load_max_dimension, self.diagrams.values()), 3)


@dataclass(frozen=True)
class State:
    """Networks to compare: trained ones, or null models of one kind and repetition.

    Attributes
    ----------
    subjects : list of Subject
    index : Index
    inputs : tuple of str
        SHA-256 of the files that they were read from.
    """

    subjects: list[Subject]
    index: Index
    inputs: tuple[str, ...]


def compare_files(
    files: Sequence[Path], spec: DistancesSpec, previous: Path | None = None
) -> list[Comparison]:
    """Compare the networks of some files, or the null models of each.

    Parameters
    ----------
    files : sequence of path
        Networks, in the order of the rows; beside them, in any order, their diagrams, what they
        answer, and networks that are null models of them (of another step or variant). Each file
        says itself what it is.
    spec : DistancesSpec
    previous : path, optional
        File of an earlier comparison: matrices of the same files and parameters are taken over.

    Raises
    ------
    InputError
        If a file is none of these, networks do not belong together, or a measure lacks what it
        needs. Of null models, a measure that lacks something is left out.
    """
    known = _read(files)
    originals = [own for own in known.networks if not own.state]
    if not originals:
        raise InputError("no trained network is among the files")
    if spec.steps:
        of_nulls = spec.nulls is not None
        originals = [own for own in known.networks if not (of_nulls and own.variant)]
    cache = new_cache()
    real = _stored(known, originals, cache)
    real.index.check_distinct()
    earlier = _earlier(previous)
    if spec.nulls is None:
        return [_compare(real, spec, earlier)]
    found = []
    for null in dict.fromkeys(spec.nulls):
        drawn = null in MADE and null != UNTRAINED
        for repetition in range(spec.repetitions if drawn else 1):
            own = new_cache()  # what is known of a null model is of no use to the next
            if null == UNTRAINED:
                state = _untrained(real, known, own)
            elif drawn:
                state = _made(real, null, repetition, own)
            else:
                state = _stored(known, _of_state(known, originals, null), own)
            found.append(_compare(state, spec, earlier, real))
    return found


def _read(files: Sequence[Path]) -> Known:
    known = Known({}, {}, {})
    told: dict[str, Any] | None = None
    for path in files:
        kind = format_of(path)
        if kind == RESPONSES:
            responses, parameters = load_responses(path)
            if told is not None and parameters != told:
                raise InputError(
                    f"{path}: its responses are to other inputs than those of the files before; "
                    "make all with the same samples"
                )
            told = parameters
            known.responses.update(responses)
        elif kind == DIAGRAM:
            own = Diagram.load_id(path)
            if own in known.diagrams:
                raise InputError(f"{path} and {known.diagrams[own]} are of the same network")
            known.diagrams[own] = path
        elif kind:
            raise InputError(
                f"{path}: a {kind} file is not compared; give networks, and what `topoprint "
                "diagram` and `topoprint respond` make of them"
            )
        else:
            own = read_id(path)
            if own in known.networks:
                raise InputError(f"{path} and {known.networks[own]} are the same network")
            known.networks[own] = path
    return known


def _stored(known: Known, ids: Sequence[NetworkId], cache: Any) -> State:
    """Networks that are files."""
    subjects, rows = [], []
    for own in ids:
        path = known.networks[own]
        diagram = known.diagrams.get(own)
        subject = Subject(
            str(path),
            partial(Network.load, path),
            partial(Diagram.load, diagram) if diagram else None,
            known.responses.get(own),
            cache,
            known.max_dimension,
        )
        subjects.append(subject)
        rows.append(replace(subject.network.row, id=own))
    files = [digest_of(known.networks[own]) for own in ids]
    files += [digest(known.diagrams[own]) for own in ids if own in known.diagrams]
    answers = [known.responses[own].digest() for own in ids if own in known.responses]
    return State(subjects, Index(rows), (*files, *answers))


def _of_state(known: Known, originals: Sequence[NetworkId], state: str) -> list[NetworkId]:
    """Networks of a state that are files, in the order of the originals."""
    found = {own.original: own for own in known.networks if own.state == state}
    for own in originals:
        if own not in found:
            raise InputError(
                f"null model {state!r}: no file is that of {known.networks[own]}; known without "
                f"files are {', '.join((*NULLS, *TWINS))}"
            )
    return [found[own] for own in originals]


def _made(real: State, null: str, repetition: int, cache: Any) -> State:
    """Null models that are made of the networks, each from a random stream of its own."""
    return State(
        [
            subject.null_model(null, row.id.stream(null, repetition), cache)
            for subject, row in zip(real.subjects, real.index, strict=True)
        ],
        Index(
            replace(row, id=replace(row.id, variant=null, repetition=repetition))
            for row in real.index
        ),
        (),
    )


def _untrained(real: State, known: Known, cache: Any) -> State:
    """Networks before their training with the norms of the networks."""
    subjects, rows = [], []
    for subject, row in zip(real.subjects, real.index, strict=True):
        start = known.networks.get(replace(row.id.original, step=0.0))
        if start is None:
            raise InputError(
                f"null model {UNTRAINED!r}: no file is {subject.name} before its training (step 0)"
            )
        made = partial(_untrained_at, start, subject)
        subjects.append(
            Subject(f"{UNTRAINED} of {subject.name}", made, None, None, cache, known.max_dimension)
        )
        rows.append(replace(row, id=replace(row.id, variant=UNTRAINED)))
    return State(subjects, Index(rows), ())


def _untrained_at(start: Path, subject: Subject) -> Network:
    return untrained_at(Network.load(start), subject.network)


def _compare(
    state: State,
    spec: DistancesSpec,
    earlier: Sequence[Comparison],
    real: State | None = None,
) -> Comparison:
    """Compare networks of one state; of null models, each with its network as well."""
    measures: list[Measure] = [*spec.measures]
    originals = real.subjects if real else []
    inputs = (*state.inputs, *(real.inputs if real else ()))
    alike = [found for found in earlier if (found.index, found.inputs) == (state.index, inputs)]
    known = alike[-1] if alike else Comparison(state.index, {})
    if real:
        everyone = [*state.subjects, *originals]
        measures = [m for m in measures if all(s.has(n) for n in m.needs for s in everyone)]
    kept = {
        measure.name: found
        for measure in measures
        if (found := known.matrices.get(measure.name)) and found.parameters == measure.parameters
    }
    asked = [measure for measure in measures if measure.name not in kept]
    fresh = distances_of(state.subjects, state.index, asked, spec.gaps)
    matrices = {measure.name: (kept | fresh)[measure.name] for measure in measures}
    own = {name: known.own[name] for name in kept if real}
    if real:
        own |= {one.name: _own(one, state.subjects, originals, spec.gaps) for one in asked}
    told = f"computed {', '.join(fresh) or 'none'}, kept {len(kept)}" if kept else "computed"
    what = state.index[0].id.state or "networks"
    print(f"{what}: {len(matrices)} measures, {told}", file=sys.stderr)
    for measure in asked:
        known_pairs = np.isfinite(fresh[measure.name].values).sum(axis=1)
        alone = np.count_nonzero(known_pairs == 1) if len(known_pairs) > 1 else 0
        if alone and "equal shapes" not in measure.needs:
            print(f"{what}: {measure.name} cannot compare {alone} of {len(known_pairs)}",
                  file=sys.stderr)  # fmt: skip
    return Comparison(state.index, matrices, own, inputs)


def _own(
    measure: Measure, nulls: Sequence[Subject], originals: Sequence[Subject], gaps: bool
) -> Array:
    """Distance of each null model from its network; NaN of one that the measure cannot compare.

    Such came out without a weight, or too few of its units vary, or, with gaps, it is no chain.
    """
    distances = np.full(len(nulls), np.nan)
    with threadpool_limits(1, "blas"):
        for number, pair in enumerate(zip(originals, nulls, strict=True)):
            if pair[1].is_usable():
                try:
                    distances[number] = measure.distances(pair)[0, 1]
                except NoChainError:
                    if not gaps:
                        raise
                except TooFewUnitsError as error:
                    if error.network != pair[1].name:
                        raise
    return distances


def _earlier(previous: Path | None) -> list[Comparison]:
    """Read what was compared before; a file that cannot be read is made anew."""
    if previous is None or not previous.is_file():
        return []
    try:
        return load_comparisons(previous)
    except InputError:
        return []
