"""Which files a run has, what each is made of, and what the stage that makes it is told."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from snakemake.io import expand

from topoprint.costs import Need
from topoprint.evaluation.seeds import FEWEST
from topoprint.experiment import design
from topoprint.experiment.config import Config
from topoprint.experiment.resources import Needs
from topoprint.workflow import along
from topoprint.workflow.jobs import Jobs

NETWORK = "results/{dataset}/networks/{network}/seed{seed}.safetensors"
INITIAL = "results/{dataset}/networks/{network}/seed{seed}.initial.safetensors"
RANDOM_LABELS = "results/{dataset}/networks/{network}/seed{seed}.random_labels.safetensors"
DIAGRAM = "results/{dataset}/diagrams/{network}/seed{seed}.h5"
RESPONSES = "results/{dataset}/responses/seed{seed}.h5"
DISTANCES = "results/{dataset}/distances/{collection}.h5"
# A copy, which Snakemake does not remove before it makes distances anew.
KEPT = "results/{dataset}/distances/.kept/{collection}.h5"
MATRICES = "results/{dataset}/matrices.h5"
FIGURES = "results/{dataset}/figures/{name}.{kind}"
TABLE = "results/tables/{dataset}_{table}.csv"
EVALUATIONS = ("null_tests", "variance_explained", "retrieval")
KINDS = ("svg", "pdf", "png")
# The collection of networks across data sets, in the place of a data set's name.
CONTROL = "control"


class Collection(NamedTuple):
    """Networks that are compared with one another: of some seeds; or null models of them.

    With ``network``, that network alone, at all steps of its trainings.
    """

    seeds: tuple[int, ...]
    nulls: bool = False
    twins: bool = False
    network: str = ""


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
        self.needs = Needs(config, root)
        self.seeds = config.seeds
        self.datasets = [dataset.name for dataset in config.datasets]
        self.networks = {name: list(design.networks(config, name)) for name in self.datasets}
        self.control = design.control(config)
        self.jobs = Jobs(self.networks, self.seeds, remote)
        self.along = along.Along(config, self.networks, (NETWORK, INITIAL), RANDOM_LABELS)
        # Networks that are compared with one another, by data set, under the name of the folder.
        self.members = {name: {name: names} for name, names in self.networks.items()}
        self.members |= {CONTROL: self.control} if self.control else {}
        self.with_control = list(self.members)
        self.heatmaps = [f"{m.name}_{part}" for m in config.measures for part in ("mean", "std")]
        drawn = config.measures if config.figures.dendrogram else []
        self.dendrograms = [f"{measure.name}_dendrogram" for measure in drawn]
        self.collections = {
            **{f"seed{seed}": Collection((seed,)) for seed in config.seeds},
            **{f"seed{seed}_nulls": Collection((seed,), nulls=True) for seed in config.seeds},
            **{f"seed{seed}_twins": Collection((seed,), twins=True) for seed in config.seeds},
            "all_seeds": Collection(tuple(config.seeds)),
            "all_seeds_nulls": Collection(tuple(config.seeds), nulls=True),
            **{
                name: Collection(tuple(config.seeds), nulls, network=network)
                for name, (network, nulls) in self.along.collections.items()
            },
        }
        # Null models that are files beside the networks: of an earlier step, or trained otherwise.
        files = {"initial": INITIAL, "random_labels": RANDOM_LABELS}
        self.stored = {null: files[null] for null in files if null in config.evaluation.nulls}

    # What there is to make, by data set.

    def results(self, dataset: str) -> list[str]:
        """All files of a data set; intermediate ones too: one that is lost is made again."""
        trained = dict.fromkeys(
            [NETWORK, INITIAL, DIAGRAM, *self.stored.values(), *self.along.patterns]
        )
        return [
            f"results/{dataset}/data.h5",
            *self.features(dataset),
            *_expand(trained, dataset=[dataset], network=self.networks[dataset], seed=self.seeds),
            *self.analysis(dataset),
            *_expand([TABLE], dataset=[dataset], table=self.learned(dataset)),
            *self.learning(dataset),
            *_expand([TABLE, FIGURES], dataset=[dataset], table=["accuracy"], name=["accuracy"]),
        ]

    def analysis(self, dataset: str) -> list[str]:
        """Distances, matrices, figures and tables of a data set, or of the control."""
        tables = ["group_statistics", "distances", "networks"]
        return [
            *_expand([DISTANCES], dataset=[dataset], collection=self.single_seeds),
            *_expand([MATRICES], dataset=[dataset]),
            *_expand([FIGURES], dataset=[dataset], name=self.heatmaps + self.dendrograms),
            *_expand([TABLE], dataset=[dataset], table=tables),
            *self.evaluation(dataset),
        ]

    def evaluation(self, dataset: str) -> list[str]:
        """Files that an evaluation makes, where there are networks enough."""
        if not self.is_evaluated(dataset):
            return []
        return [
            *self.evaluated(dataset),
            *_expand([TABLE], dataset=[dataset], table=EVALUATIONS),
            *_expand([FIGURES], dataset=[dataset], name=["evaluation"]),
        ]

    def learning(self, dataset: str) -> list[str]:
        """Files of what is found along the trainings of a data set, where that is asked for."""
        if not self.config.followed:
            return []
        tables = [f"learning_{table}" for table in along.TABLES]
        return _expand(
            [along.LEARNING, TABLE, FIGURES], dataset=[dataset], table=tables, name=along.FIGURES
        )

    def whole(self) -> list[str]:
        """Files that several data sets share: panels side by side, and the paper's numbers."""
        evaluated = ["what_it_sees"] if self.all_evaluated() else []
        heatmaps = self.heatmaps if len(self.datasets) > 1 else []
        paper = ["paper_comparison", "control_norms", "control_norm_statistics"]
        tables = [*(paper if self.config.control else []), *evaluated]
        return [
            *(f"results/tables/{name}.csv" for name in tables),
            *_expand(["results/figures/{name}.{kind}"], name=[*heatmaps, *evaluated]),
        ]

    # What each is made of.

    @property
    def single_seeds(self) -> list[str]:
        """Collections of the networks of one seed."""
        return [f"seed{seed}" for seed in self.seeds]

    def own_file(self, dataset: str) -> list[str]:
        """File of a data set of the user's own; none of known data sets, which never change."""
        found = design.dataset_config(self.config, dataset)
        return [str(self.root / found.path)] if found.type == "npz" else []

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
            for own, names in self.members[dataset].items()
            for found in _expand([pattern], dataset=[own], network=names, seed=list(seeds))
        ]

    def responding(self, dataset: str, seed: int) -> list[str]:
        """Networks of one seed that answer: trained, before their training, other null models."""
        steps = self.along.networks if self.along.asks_responses else []
        patterns = dict.fromkeys([NETWORK, INITIAL, *self.stored.values(), *steps])
        return [file for pattern in patterns for file in self.files(pattern, dataset, [seed])]

    def compared(self, dataset: str, collection: str) -> list[str]:
        """Files that a collection's distances are computed from."""
        seeds, nulls, _, network = self.collections[collection]
        answers = _expand([RESPONSES], dataset=[dataset], seed=list(seeds))
        if network:
            asked = answers if self.along.asks_responses else []
            return [*self.along.compared(dataset, network), *asked]
        patterns = [NETWORK, DIAGRAM, *(self.stored.values() if nulls else [])]
        return [
            *(file for pattern in patterns for file in self.files(pattern, dataset, seeds)),
            *(answers if self._asks_responses(dataset) else []),
        ]

    def followed(self, dataset: str) -> list[str]:
        """Distances along the trainings of a data set."""
        names = self.along.collections_of(dataset)
        return _expand([DISTANCES], dataset=[dataset], collection=names)

    def all_followed(self) -> list[str]:
        """Files of what is found along the trainings of all data sets."""
        asked = self.datasets if self.config.followed else []
        return _expand([along.LEARNING], dataset=asked)

    def evaluated(self, dataset: str) -> list[str]:
        """Distances by which the measures of a data set, or of the control, are evaluated."""
        if not self.is_evaluated(dataset):
            return []
        names = list(self.single_seeds)
        if not self._is_across(dataset):
            names += ["all_seeds"] if len(self.seeds) > 1 else []
            nulls = self.config.evaluation.nulls
            names += [f"{name}_nulls" for name in self.single_seeds] if nulls else []
        return _expand([DISTANCES], dataset=[dataset], collection=names)

    def learned(self, dataset: str) -> list[str]:
        """Tables of what the measures see of what was learned: symmetries, and tasks."""
        tables = ["symmetries"] if self.config.evaluation.twins else []
        return tables + (["tasks", "tasks_variance"] if self.has_tasks(dataset) else [])

    def symmetries(self, dataset: str) -> list[str]:
        """Distances of networks, and of twins of them."""
        names = [f"{name}{twins}" for name in self.single_seeds for twins in ("", "_twins")]
        return _expand([DISTANCES], dataset=[dataset], collection=names)

    def has_tasks(self, dataset: str) -> bool:
        """Whether the experiments of a data set are tasks, two at least that are not apart."""
        tasks = design.tasks(self.config, dataset).values()
        return sum(not task.apart for task in tasks) > 1

    def tasks(self, dataset: str) -> list[str]:
        """Distances by which networks of a task are looked for."""
        names = ["all_seeds", *(["all_seeds_nulls"] if self.config.evaluation.nulls else [])]
        return _expand([DISTANCES], dataset=[dataset], collection=names)

    def apart(self, dataset: str) -> str:
        """Tasks that the benchmark shows apart, separated by commas."""
        tasks = design.tasks(self.config, dataset)
        return ",".join(name for name, task in tasks.items() if task.apart)

    def all_evaluated(self) -> list[str]:
        """Distances by which all measures are evaluated."""
        return [file for dataset in self.with_control for file in self.evaluated(dataset)]

    def is_evaluated(self, dataset: str) -> bool:
        """Whether there are networks enough for an evaluation."""
        return sum(map(len, self.members[dataset].values())) >= FEWEST

    # What the stages are told: the slice of the config that each reads, as JSON.

    def prepare_spec(self, dataset: str) -> str:
        """Describe the data set."""
        found = design.dataset_config(self.config, dataset)
        return found.model_dump_json(exclude={"training", "experiments", "features"})

    def features_spec(self, dataset: str) -> str:
        """Say how the features are made."""
        found = self._features(dataset)
        return found.model_dump_json() if found else "{}"

    def train_spec(self, dataset: str, network: str, snapshots: bool = True) -> str:
        """Say how a network is trained, and with ``snapshots`` what is kept along it."""
        spec = design.networks(self.config, dataset)[network]
        return json.dumps(spec.told if snapshots else {"group": spec.group, **spec.made_by})

    def own_option(self) -> str:
        """Ask for hidden outputs for each network's own samples, where a measure looks at them."""
        asked = any("own inputs" in measure.needs for measure in self.config.compared)
        return "--own" if asked or self.along.asks_own_inputs else ""

    def diagram_spec(self) -> str:
        """Say how diagrams are made."""
        return json.dumps({**self.config.graph.model_dump(), **self.config.homology.model_dump()})

    def average_spec(self) -> str:
        """Say which measures are averaged."""
        return json.dumps([measure.name for measure in self.config.measures])

    def distances_spec(self, dataset: str, collection: str) -> str:
        """Say which measures a collection is compared by, and its null models."""
        if self.collections[collection].network:
            return self.along.distances_spec(self.collections[collection].nulls)
        asked = self.config.compared
        if self._is_across(dataset):  # data sets have different inputs, none to answer
            asked = [measure for measure in asked if "responses" not in measure.needs]
        spec: dict[str, Any] = {"measures": [measure.model_dump(mode="json") for measure in asked]}
        if self.collections[collection].nulls:
            evaluation = self.config.evaluation
            spec |= {"nulls": evaluation.nulls, "repetitions": evaluation.repetitions}
        if self.collections[collection].twins:
            spec["nulls"] = self.config.evaluation.twins
        return json.dumps(spec)

    def report_spec(self) -> str:
        """Show the config."""
        return json.dumps(self.config.science)

    # What the jobs need of a machine.

    def need_of_training(self, dataset: str, network: str) -> Need:
        """Memory and time of a network's trainings with all seeds."""
        return self.needs.train(dataset, network, len(self.seeds))

    def need_of_diagrams(self, dataset: str) -> Need:
        """Memory and time of the diagrams of a data set's networks of one seed."""
        return self.needs.diagram(dataset, self.networks[dataset])

    def need_of_distances(self, dataset: str, collection: str) -> Need:
        """Memory and time of the distances of a collection."""
        seeds, nulls, twins, network = self.collections[collection]
        if network:
            count = len(seeds) * len(self.along.networks)
            made = len(self.along.nulls) if nulls else 0
            return self.needs.distances({dataset: [network]}, count, made)
        asked = self.config.evaluation
        made = sum(1 if null in self.stored else asked.repetitions for null in asked.nulls)
        made = made if nulls else len(asked.twins) if twins else 0
        return self.needs.distances(self.members[dataset], len(seeds), made)

    def _features(self, dataset: str) -> Any:
        return getattr(design.dataset_config(self.config, dataset), "features", None)

    def _asks_responses(self, dataset: str) -> bool:
        asked = any("responses" in measure.needs for measure in self.config.compared)
        return asked and not self._is_across(dataset)

    def _is_across(self, dataset: str) -> bool:
        return len(self.members[dataset]) > 1


def memory(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Megabytes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).mem_mb(attempt)


def minutes(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Minutes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).runtime(attempt)


def _expand(patterns: Iterable[str], **values: Iterable[object]) -> list[str]:
    """Fill in every combination of values; pictures come in every kind."""
    found: list[str] = expand(list(patterns), kind=KINDS, **values)
    return found
