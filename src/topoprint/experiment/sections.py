"""Sections of config.yaml that say how networks are compared, and what is asked of the measures."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from topoprint.measures.of_diagrams import GridSettings
from topoprint.measures.registry import MeasureEntry, measures
from topoprint.validation import Count, Strict, refuse_repeats

# Measures of the evaluation, where a config names none.
RIVALS = (
    "landscape_10_layers", "heat_unit_mass", "silhouette_h0", "silhouette_h1", "heat_h0",
    "heat_h1", "silhouette_ranks", "heat_ranks", "betti", "persistence_image", "bottleneck",
    "wasserstein", "neural_persistence", "frobenius_aligned", "cka", "procrustes", "predictions",
)  # fmt: skip


class Homology(Strict):
    """Graph → diagram."""

    engine: Literal["auto", "forest", "flagser", "gudhi"] = Field(
        "auto",
        description="What computes the bars; auto: forest where there are no triangles, which "
        "gives the same bars and is fastest",
    )
    max_dimension: Annotated[int, Field(ge=0)] = Field(
        3, description="Highest dimension of the bars; without skips none are above 1"
    )


class Distances(GridSettings):
    """How diagrams are laid on a grid, by every measure that does not say otherwise itself."""

    engine: Literal["exact", "giotto"] = Field(
        "exact", description="What computes them: topoprint, or giotto-tda with its departures"
    )


NullName = Literal[
    "shuffled_layers",
    "shuffled_network",
    "gaussian",
    "resampled",
    "relinked",
    "initial",
    "random_labels",
]


TwinName = Literal["renumbered", "rescaled", "split_neuron", "identity_layer"]


class Evaluation(Strict):
    """What is asked of the measures, to tell what each sees."""

    measures: list[MeasureEntry] = Field(
        [measures()[name] for name in RIVALS],
        json_schema_extra={"default": [*RIVALS]},
        description="Measures that are asked beside those of the matrices",
    )
    nulls: list[NullName] = Field(
        ["shuffled_layers", "initial"], description="Null models; none: no null tests"
    )
    repetitions: Count = Field(2, description="Nulls of each network and seed")
    twins: list[TwinName] = Field([], description="Twins of each network, of the same function")

    @model_validator(mode="after")
    def _distinct(self) -> "Evaluation":
        refuse_repeats(self.nulls, "nulls")
        refuse_repeats(self.twins, "twins")
        return self


class Learning(Strict):
    """What is asked of networks along their training, at the steps of ``training.snapshots``."""

    measures: list[MeasureEntry] = Field(
        [],
        description="Measures of the distances between steps, and between seeds at equal steps; "
        "none: nothing is asked; weights_norm is the baseline of the others",
    )
    nulls: list[
        Literal["shuffled_layers", "shuffled_network", "gaussian", "resampled", "relinked",
                "untrained"]
    ] = Field(
        ["shuffled_layers", "untrained"],
        description="Null models of each step; untrained: the network before its training, with "
        "the norms of the step's layers",
    )  # fmt: skip
    random_labels: bool = Field(
        False, description="Train each network on labels in random order as well"
    )

    @model_validator(mode="after")
    def _distinct(self) -> "Learning":
        refuse_repeats([measure.name for measure in self.measures], "measures")
        refuse_repeats(self.nulls, "nulls")
        return self


class Figures(Strict):
    """What is drawn beside the heatmaps in the order of the config."""

    dendrogram: bool = Field(
        False, description="Draw the mean matrices in the order of their dendrogram as well"
    )


class Data(Strict):
    """Where data sets are kept; neither a reason to rerun nor part of any result."""

    root: str = Field("data", description="Folder of the data sets' files")
