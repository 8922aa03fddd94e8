"""Which files a run has, and what each is made of."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from topoprint.errors import InputError
from topoprint.experiment import design
from topoprint.experiment.collections import Given
from topoprint.experiment.config import Config
from topoprint.identity import NetworkId
from topoprint.networks.models import check_known
from topoprint.networks.readers.choice import split_path
from topoprint.workflow import along
from topoprint.workflow.given import refuse_wildcards
from topoprint.workflow.jobs import Jobs
from topoprint.workflow.members import Members
from topoprint.workflow.needs import JobNeeds
from topoprint.workflow.paths import (
    DIAGRAM,
    DISTANCES,
    FIGURES,
    INITIAL,
    MATRICES,
    NETWORK,
    RANDOM_LABELS,
    RESPONSES,
    STORED,
    TABLE,
    filled,
)
from topoprint.workflow.told import Told

# Characters of the files that one command names; Linux takes 131,072 of a whole command.
LONGEST = 120_000
EVALUATIONS = ("null_tests", "variance_explained", "retrieval")


class Plan:
    """The plan of a run.

    Parameters
    ----------
    config : Config
    root : path
        Folder of the data sets' own files.
    remote : bool
        Whether it is that of a cluster job, which is told by its name what to run.
    """

    def __init__(self, config: Config, root: Path, remote: bool = False) -> None:
        self.config = config
        self.root = root
        self.members = Members(config)
        self._remote = remote
        self.seeds = config.seeds
        self.datasets = list(self.members.trained)
        self.elsewhere = list(self.members.given)
        self.names = [*self.datasets, *self.elsewhere]
        self.with_control = list(self.members.by_name)
        self.of_paper = [name for name in self.with_control if name not in self.elsewhere]
        self.jobs = Jobs(self.members.trained, self.seeds, remote)
        ends = (NETWORK, INITIAL)
        self.along = along.Along(config, self.members.trained, ends, RANDOM_LABELS)
        self.members.follow(self.along.collections)
        self.told = Told(config, self.members, self.along)
        self.needs = JobNeeds(config, root, self.members, self.along)
        self.heatmaps = [f"{m.name}_{part}" for m in config.measures for part in ("mean", "std")]
        drawn = config.measures if config.figures.dendrogram else []
        self.dendrograms = [f"{measure.name}_dendrogram" for measure in drawn]
        self.stored = {null: STORED[null] for null in STORED if null in config.evaluation.nulls}

    def check(self) -> None:
        """Refuse files of the user's own that a rule cannot name, and architectures not known.

        Raises
        ------
        InputError
            That names the data set or collection.
        """
        for dataset in self.datasets:
            for path in self.own_file(dataset):
                refuse_wildcards(path, f"data set {dataset}")
        for name, given in self.members.given.items():
            for one in given:
                refuse_wildcards(one.path, f"collection {name}")
            named = sum(len(file) + 1 for file in self.compared(name, "all_seeds"))
            if named > LONGEST:
                raise InputError(
                    f"collection {name}: {len(given)} networks are more than one command can name; "
                    "compare them by workflow/zoo.smk, which is for thousands"
                )
        for name, path in self.members.probes.items():
            refuse_wildcards(path, f"probes of collection {name}")
        # What runs the jobs may be another environment; of a cluster job the name says enough.
        if not self._remote and find_spec("torchvision"):
            for collection in self.config.collections:
                if collection.architecture:
                    check_known(collection.architecture)

    # What there is to make, by data set.

    def results(self, dataset: str) -> list[str]:
        """All files of a data set; intermediate ones too: one that is lost is made again."""
        if dataset in self.elsewhere:
            made = (NETWORK, DIAGRAM)
            seeds = self.members.seeds(dataset)
            found = [file for pattern in made for file in self.files(pattern, dataset, seeds)]
            return [*found, *self.analysis(dataset)]
        trained = dict.fromkeys(
            [NETWORK, INITIAL, DIAGRAM, *self.stored.values(), *self.along.patterns]
        )
        return [
            f"results/{dataset}/data.h5",
            *self.features(dataset),
            *filled(
                trained, dataset=[dataset], network=self.members.networks[dataset], seed=self.seeds
            ),
            *self.analysis(dataset),
            *filled([TABLE], dataset=[dataset], table=self.learned(dataset)),
            *self.learning(dataset),
            *filled([TABLE, FIGURES], dataset=[dataset], table=["accuracy"], name=["accuracy"]),
        ]

    def analysis(self, dataset: str) -> list[str]:
        """Distances, matrices, figures and tables of a data set, or of the control."""
        tables = ["group_statistics", "distances", "networks"]
        return [
            *filled([DISTANCES], dataset=[dataset], collection=self.members.single_seeds(dataset)),
            *filled([MATRICES], dataset=[dataset]),
            *filled([FIGURES], dataset=[dataset], name=self.heatmaps + self.dendrograms),
            *filled([TABLE], dataset=[dataset], table=tables),
            *self.evaluation(dataset),
        ]

    def evaluation(self, dataset: str) -> list[str]:
        """Files that an evaluation makes, where there are networks enough."""
        if not self.members.is_evaluated(dataset):
            return []
        return [
            *self.evaluated(dataset),
            *filled([TABLE], dataset=[dataset], table=EVALUATIONS),
            *filled([FIGURES], dataset=[dataset], name=["evaluation"]),
        ]

    def learning(self, dataset: str) -> list[str]:
        """Files of what is found along the trainings of a data set, where that is asked for."""
        if not self.config.followed:
            return []
        tables = [f"learning_{table}" for table in along.TABLES]
        return filled(
            [along.LEARNING, TABLE, FIGURES], dataset=[dataset], table=tables, name=along.FIGURES
        )

    def whole(self) -> list[str]:
        """Files that several data sets share: panels side by side, and the paper's numbers."""
        evaluated = ["what_it_sees"] if self.all_evaluated() else []
        heatmaps = self.heatmaps if len(self.names) > 1 else []
        paper = ["paper_comparison", "control_norms", "control_norm_statistics"]
        tables = [*(paper if self.config.control and self.datasets else []), *evaluated]
        return [
            *(f"results/tables/{name}.csv" for name in tables),
            *filled(["results/figures/{name}.{kind}"], name=[*heatmaps, *evaluated]),
        ]

    # What each is made of.

    def own_file(self, dataset: str) -> list[str]:
        """File of a data set of the user's own; none of known data sets, which never change."""
        found = design.dataset_config(self.config, dataset)
        return [str(self.root / found.path)] if found.type == "npz" else []

    def source(self, job: Any) -> Given:
        """Find the network that was trained elsewhere, by the wildcards of a job."""
        wanted = NetworkId(job.dataset, job.network, int(job.seed))
        (found,) = [one for one in self.members.given[job.dataset] if one.id == wanted]
        return found

    def probes(self, dataset: str) -> Path:
        """File of the inputs that the networks of a collection answer."""
        return split_path(self.members.probes[dataset])[0]

    def features(self, dataset: str) -> list[str]:
        """Files of a data set's features, if its networks see such."""
        names = ["features.h5", "networks/features.safetensors"]
        return [f"results/{dataset}/{name}" for name in names if self._features(dataset)]

    def samples(self, dataset: str) -> str:
        """File that the networks of a data set are trained on."""
        return f"results/{dataset}/{'features' if self._features(dataset) else 'data'}.h5"

    def files(self, pattern: str, dataset: str, seeds: Iterable[int]) -> list[str]:
        """Files of all networks of a data set, or of the control, in the order of the config."""
        return [
            found
            for own, names in self.members.by_name[dataset].items()
            for found in filled([pattern], dataset=[own], network=names, seed=list(seeds))
        ]

    def responding(self, dataset: str, seed: int) -> list[str]:
        """Networks of one seed that answer: trained, before their training, other null models."""
        steps = self.along.networks if self.along.asks_responses else []
        patterns = dict.fromkeys([NETWORK, INITIAL, *self.stored.values(), *steps])
        return [file for pattern in patterns for file in self.files(pattern, dataset, [seed])]

    def compared(self, dataset: str, collection: str) -> list[str]:
        """Files that a collection's distances are computed from."""
        seeds, nulls, _, network = self.members.of(dataset, collection)
        answers = filled([RESPONSES], dataset=[dataset], seed=list(seeds))
        if network:
            asked = answers if self.along.asks_responses else []
            return [*self.along.compared(dataset, network), *asked]
        stored = [STORED[one] for one in self.members.nulls(dataset) if nulls and one in STORED]
        patterns = [NETWORK, DIAGRAM, *stored]
        return [
            *(file for pattern in patterns for file in self.files(pattern, dataset, seeds)),
            *(answers if self._asks_responses(dataset) else []),
        ]

    def averaged(self, dataset: str) -> list[str]:
        """Distances that are averaged: of each seed."""
        singles = self.members.single_seeds(dataset)
        return filled([DISTANCES], dataset=[dataset], collection=singles)

    def followed(self, dataset: str) -> list[str]:
        """Distances along the trainings of a data set."""
        names = self.along.collections_of(dataset)
        return filled([DISTANCES], dataset=[dataset], collection=names)

    def all_followed(self) -> list[str]:
        """Files of what is found along the trainings of all data sets."""
        asked = self.datasets if self.config.followed else []
        return filled([along.LEARNING], dataset=asked)

    def evaluated(self, dataset: str) -> list[str]:
        """Distances by which the measures of a data set, or of the control, are evaluated."""
        if not self.members.is_evaluated(dataset):
            return []
        names = seeds = self.members.single_seeds(dataset)
        if not self.members.is_across(dataset):
            names = [*seeds, "all_seeds"] if len(seeds) > 1 else seeds
        nulls = [f"{name}_nulls" for name in seeds] if self.members.nulls(dataset) else []
        return filled([DISTANCES], dataset=[dataset], collection=[*names, *nulls])

    def learned(self, dataset: str) -> list[str]:
        """Tables of what the measures see of what was learned: symmetries, and tasks."""
        tables = ["symmetries"] if self.config.evaluation.twins else []
        return tables + (["tasks", "tasks_variance"] if self.has_tasks(dataset) else [])

    def symmetries(self, dataset: str) -> list[str]:
        """Distances of networks, and of twins of them."""
        singles = self.members.single_seeds(dataset)
        names = [f"{name}{twins}" for name in singles for twins in ("", "_twins")]
        return filled([DISTANCES], dataset=[dataset], collection=names)

    def has_tasks(self, dataset: str) -> bool:
        """Whether the experiments of a data set are tasks, two at least that are not apart."""
        tasks = design.tasks(self.config, dataset).values()
        return sum(not task.apart for task in tasks) > 1

    def tasks(self, dataset: str) -> list[str]:
        """Distances by which networks of a task are looked for."""
        names = ["all_seeds", *(["all_seeds_nulls"] if self.config.evaluation.nulls else [])]
        return filled([DISTANCES], dataset=[dataset], collection=names)

    def all_evaluated(self) -> list[str]:
        """Distances by which all measures are evaluated."""
        return [file for dataset in self.with_control for file in self.evaluated(dataset)]

    def _features(self, dataset: str) -> Any:
        return getattr(design.dataset_config(self.config, dataset), "features", None)

    def _asks_responses(self, dataset: str) -> bool:
        asked = any("responses" in measure.needs for measure in self.config.compared)
        return asked and self.members.answer(dataset)
