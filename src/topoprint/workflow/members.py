"""Which networks a run has, and which are compared with one another."""

from collections.abc import Mapping
from typing import NamedTuple

from topoprint.evaluation.seeds import FEWEST
from topoprint.evaluation.variance import SIMPLE
from topoprint.experiment import design
from topoprint.experiment.collections import find, names_in, seeds_in
from topoprint.experiment.config import Config
from topoprint.workflow.paths import STORED

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
    trained : dict of str to list of str
        Names of the networks that are trained, by data set, in the order of the config.
    given : dict of str to list of Given
        Networks that were trained elsewhere, by the name of their collection, which stands in the
        place of a data set's.
    grouped : list of str
        Collections of which a table says what groups there are.
    probes : dict of str to str
        File of the inputs that a collection's networks answer, where they are given some.
    networks : dict of str to list of str
        Names of all networks, by data set and collection.
    control : dict of str to list of str
        Trained networks that are compared across data sets.
    by_name : dict of str to (dict of str to list of str)
        Networks that are compared with one another, by data set, under the name of the folder:
        a data set, a collection, or the control.
    collections : dict of str to Collection
        What of them is compared at a time, by the name of the file.
    """

    def __init__(self, config: Config) -> None:
        names = [dataset.name for dataset in config.datasets]
        self.trained = {name: list(design.networks(config, name)) for name in names}
        self.given = {one.name: find(one) for one in config.collections}
        self.probes = {one.name: one.probes for one in config.collections if one.probes}
        self.grouped = [one.name for one in config.collections if one.groups]
        elsewhere = {name: names_in(found) for name, found in self.given.items()}
        self.networks = {**self.trained, **elsewhere}
        self.control = design.control(config)
        self.by_name = {name: {name: found} for name, found in self.networks.items()}
        self.by_name |= {CONTROL: self.control} if self.control else {}
        self._trained_seeds, self._evaluation = tuple(config.seeds), config.evaluation
        self._simple = {*SIMPLE} <= {measure.name for measure in config.compared}
        every = tuple(dict.fromkeys(seed for name in self.networks for seed in self.seeds(name)))
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
            self.collections[name] = Collection(self._trained_seeds, nulls, network=network)

    def seeds(self, dataset: str) -> list[int]:
        """Seeds of the networks of a data set, a collection or the control."""
        given = self.given.get(dataset)
        return list(self._trained_seeds) if given is None else seeds_in(given)

    def of(self, dataset: str, collection: str) -> Collection:
        """Say what is compared at a time, of the seeds that the networks of a data set have."""
        found, own = self.collections[collection], self.seeds(dataset)
        return found._replace(seeds=tuple(seed for seed in own if seed in found.seeds))

    def single_seeds(self, dataset: str) -> list[str]:
        """Name what is compared of each seed."""
        return [f"seed{seed}" for seed in self.seeds(dataset)]

    def is_across(self, dataset: str) -> bool:
        """Whether networks of several data sets stand under a name."""
        return len(self.by_name[dataset]) > 1

    def answer(self, dataset: str) -> bool:
        """Whether there are inputs that all answer: those of their training, or probes."""
        return dataset in self.trained or dataset in self.probes

    def nulls(self, dataset: str) -> list[str]:
        """Null models that are asked for; those that are trained, of trained networks alone."""
        if self.is_across(dataset):
            return []
        trained = dataset in self.trained
        return [one for one in self._evaluation.nulls if trained or one not in STORED]

    def is_evaluated(self, dataset: str) -> bool:
        """Whether there are networks enough for an evaluation, and something to ask of them."""
        asked = dataset not in self.given or dataset in self.grouped
        asked = asked or bool(self.nulls(dataset)) or self._simple
        return asked and sum(map(len, self.by_name[dataset].values())) >= FEWEST
