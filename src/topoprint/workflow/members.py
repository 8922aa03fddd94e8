"""Which networks a run has, and which are compared with one another."""

from collections.abc import Mapping
from typing import NamedTuple

from topoprint.evaluation.seeds import FEWEST
from topoprint.experiment import design
from topoprint.experiment.config import Config

# The networks that are compared across data sets, in the place of a data set's name.
CONTROL = "control"


class Collection(NamedTuple):
    """Networks that are compared with one another: of some seeds; or null models of them.

    With ``network``, that network alone, at all steps of its trainings.
    """

    seeds: tuple[int, ...]
    nulls: bool = False
    twins: bool = False
    network: str = ""


class Members:
    """The networks of a run.

    Attributes
    ----------
    seeds : list of int
    networks : dict of str to list of str
        Names of the networks by data set, in the order of the config.
    control : dict of str to list of str
        Those of them that are compared across data sets.
    by_name : dict of str to (dict of str to list of str)
        Networks that are compared with one another, by data set, under the name of the folder:
        a data set, or the control.
    collections : dict of str to Collection
        What of them is compared at a time, by the name of the file.
    """

    def __init__(self, config: Config) -> None:
        self.seeds = config.seeds
        names = [dataset.name for dataset in config.datasets]
        self.networks = {name: list(design.networks(config, name)) for name in names}
        self.control = design.control(config)
        self.by_name = {name: {name: found} for name, found in self.networks.items()}
        self.by_name |= {CONTROL: self.control} if self.control else {}
        every = tuple(config.seeds)
        self.collections = {
            **{f"seed{seed}": Collection((seed,)) for seed in every},
            **{f"seed{seed}_nulls": Collection((seed,), nulls=True) for seed in every},
            **{f"seed{seed}_twins": Collection((seed,), twins=True) for seed in every},
            "all_seeds": Collection(every),
            "all_seeds_nulls": Collection(every, nulls=True),
        }

    def follow(self, collections: Mapping[str, tuple[str, bool]]) -> None:
        """Compare networks along their trainings too: by name, network and whether its nulls."""
        for name, (network, nulls) in collections.items():
            self.collections[name] = Collection(tuple(self.seeds), nulls, network=network)

    @property
    def single_seeds(self) -> list[str]:
        """Collections of the networks of one seed."""
        return [f"seed{seed}" for seed in self.seeds]

    def is_across(self, dataset: str) -> bool:
        """Whether networks of several data sets stand under a name."""
        return len(self.by_name[dataset]) > 1

    def is_evaluated(self, dataset: str) -> bool:
        """Whether there are networks enough for an evaluation."""
        return sum(map(len, self.by_name[dataset].values())) >= FEWEST
