"""What measures of persistence diagrams have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from topoprint.errors import InputError
from topoprint.measures.base import Array, Measure
from topoprint.measures.features import DiagramOf, Filtration, GraphOf
from topoprint.measures.subject import Need, Subject
from topoprint.summaries.base import Summary
from topoprint.summaries.distances import Discretisation, GridKind, distances
from topoprint.validation import Positive, Strict, refuse_repeats


class GraphSettings(Strict):
    """Network → graph."""

    zeta: Annotated[float, Field(ge=1e-38, lt=1)] = Field(
        1e-6, description="Smoothing parameter ζ of equation 1"
    )
    bias: bool = Field(True, description="Whether biases are edges")


class BarSettings(Strict):
    """Diagram → bars of finite length; essential bars are infinite while short ones are dropped."""

    min_persistence: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0.01, description="η: bars of at most this length are dropped"
    )
    infinity: Positive = Field(1.0, description="What stands for a death at ∞")


class GridSettings(BarSettings):
    """Bars → summaries, as :class:`topoprint.summaries.distances.Discretisation`."""

    grid: GridKind = Field("paper", description="Each pair its own grid, or one for all")
    bins: Annotated[int, Field(ge=2)] = Field(200, description="Grid points")


class OfGraphs(GraphSettings, Measure):
    """A measure of the weighted graphs of networks (paper, section 3.1)."""

    @property
    def graph(self) -> GraphOf:
        """Graph of a network."""
        return GraphOf(self.zeta, self.bias)


class OfDiagrams(BarSettings, OfGraphs):
    """A measure of persistence diagrams, those of a ``filtration`` by magnitude or by ranks."""

    needs: ClassVar[frozenset[Need]] = frozenset({"diagram"})
    control: ClassVar[str] = "weight_histogram"

    filtration: Filtration = Field(
        "magnitude", description="Values of equation 1, or ranks within a layer"
    )

    @property
    def highest_dimension(self) -> int:
        """Highest homology dimension that diagrams must have; measures look at all they have."""
        return 0

    @property
    def diagram(self) -> DiagramOf:
        """What it compares of a network."""
        return DiagramOf(self.zeta, self.bias, self.filtration)


class OfSummaries(GridSettings, OfDiagrams):
    """L2 distance of summaries of the diagrams on a grid, Euclidean norm over the dimensions.

    Attributes
    ----------
    dimensions : tuple of int, or None
        Homology dimensions to compare; None: all.
    engine : {"exact", "giotto"}
        Ours, or giotto-tda's own code; both give the same numbers.
    """

    # giotto-tda's name of the metric, where it has it.
    giotto: ClassVar[str] = ""

    dimensions: tuple[int, ...] | None = Field(
        None, strict=False, description="Homology dimensions to compare; null: all"
    )
    engine: Literal["exact", "giotto"] = Field(
        "exact", description="Our code, or giotto-tda's, which is for small networks"
    )

    @field_validator("dimensions")
    @classmethod
    def _some_each_once(cls, dimensions: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if dimensions is not None and (not dimensions or min(dimensions) < 0):
            raise ValueError(f"dimensions {list(dimensions)} are not some from 0 on; null: all")
        refuse_repeats(dimensions or (), "dimensions")
        return dimensions

    @property
    def highest_dimension(self) -> int:
        """Highest of the dimensions that it names."""
        return max(self.dimensions or (0,))

    @property
    @abstractmethod
    def summary(self) -> Summary[Any]:
        """How bars are summed up."""

    @property
    def discretisation(self) -> Discretisation:
        """How bars are laid on grids."""
        return Discretisation(self.grid, self.bins, self.min_persistence, self.infinity)

    def giotto_parameters(self) -> dict[str, float]:
        """Give what giotto-tda is told, by its own names."""
        raise InputError(f"giotto-tda has no {self.name}; use the engine exact")

    def distances(self, subjects: Sequence[Subject]) -> Array:
        """Distances of the summaries, in their units."""
        diagrams = [subject.feature(self.diagram) for subject in subjects]
        how = self.discretisation
        if self.engine == "giotto":
            from topoprint.summaries.giotto import giotto_distances

            parameters = self.giotto_parameters()
            return giotto_distances(diagrams, self.giotto, parameters, how, self.dimensions)
        return distances(diagrams, self.summary, how, self.dimensions)
