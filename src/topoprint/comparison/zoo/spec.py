"""What is asked of a zoo, and what its files have in common."""

import os
from collections.abc import Sequence
from typing import Any

import h5py
from pydantic import Field, ValidationError, field_validator, model_validator

from topoprint.errors import InputError
from topoprint.measures.base import Measure
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.measures.registry import MeasureEntry
from topoprint.storage import open_h5, read_json, read_strings
from topoprint.summaries.distances import has_points
from topoprint.validation import Strict, refuse_repeats


class ZooSpec(Strict):
    """By what the networks of a zoo are compared.

    Attributes
    ----------
    measures : list of Measure
        Of summaries of diagrams on a grid, by the engine ``exact``.
    max_dimension : int
        Homology dimension up to which diagrams are computed.
    layers : list of str, or None
        As of :meth:`topoprint.Network.load`, of every file.
    """

    measures: list[MeasureEntry] = Field(min_length=1)
    max_dimension: int = Field(3, ge=0)
    layers: list[str] | None = None

    @field_validator("measures")
    @classmethod
    def _of_summaries(cls, measures: list[Measure]) -> list[Measure]:
        for measure in measures:
            if not is_zoos(measure):
                raise ValueError(
                    f"measure {measure.name!r} is none of summaries of diagrams, by which zoos are "
                    "compared (landscape, silhouette, heat, betti, persistence_image); `topoprint "
                    "compare` takes it for fewer networks"
                )
        refuse_repeats([measure.name for measure in measures], "measures")
        return measures

    @model_validator(mode="after")
    def _has_the_dimensions(self) -> "ZooSpec":
        for measure in self.summaries:
            if measure.highest_dimension > self.max_dimension:
                raise ValueError(
                    f"measure {measure.name!r} looks at H{measure.highest_dimension}, but diagrams "
                    f"are computed up to H{self.max_dimension}"
                )
        return self

    @classmethod
    def made(
        cls,
        measures: Sequence[Measure],
        max_dimension: int = 3,
        layers: Sequence[str] | None = None,
    ) -> "ZooSpec":
        """Make one; InputError says what is wrong."""
        given = {"measures": list(measures), "max_dimension": max_dimension}
        try:
            return cls.model_validate({**given, "layers": None if layers is None else [*layers]})
        except ValidationError as error:
            raise InputError("; ".join(_said(one) for one in error.errors())) from error

    @property
    def summaries(self) -> list[OfSummaries]:
        """The measures."""
        return [measure for measure in self.measures if isinstance(measure, OfSummaries)]

    @property
    def told(self) -> dict[str, Any]:
        """All that the numbers depend on, as it stands in files."""
        return {
            "measures": [{"name": one.name, **one.parameters} for one in self.measures],
            "max_dimension": self.max_dimension,
            "layers": self.layers,
        }


def _said(problem: Any) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def is_zoos(measure: Measure) -> bool:
    """Whether zoos are compared by a measure."""
    return isinstance(measure, OfSummaries) and measure.engine == "exact"


def embedded(measure: OfSummaries) -> bool:
    """Whether networks are points by a measure, whatever they are compared with."""
    return has_points(measure.summary, measure.discretisation)


def is_current(
    path: str | os.PathLike[str], kind: str, inputs: Sequence[str], told: dict[str, Any]
) -> bool:
    """Whether a file is there, whole, and made of the same inputs by the same parameters."""
    try:
        with open_h5(path, kind, 1, made_by="topoprint zoo") as file:
            return read_json(file, "parameters") == told and read_strings(file, "inputs") == tuple(
                inputs
            )
    except ValueError:  # InputError: it is missing or of something else, and is made anew
        return False


def check_of_spec(file: h5py.File, spec: ZooSpec, path: str | os.PathLike[str]) -> None:
    """Refuse a file that was made by other parameters."""
    if read_json(file, "parameters") != spec.told:
        raise InputError(
            f"{path}: was made by other measures or parameters than are asked for; make it again"
        )
