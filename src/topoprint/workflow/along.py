"""Which files a run keeps along its trainings, and what follows them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from snakemake.io import expand

from topoprint.experiment.config import Config

# Networks at steps, a file each, and scores.
SNAPSHOT = "results/{dataset}/networks/{network}/seed{seed}.step{step}.safetensors"
SCORES = "results/{dataset}/networks/{network}/seed{seed}.scores.csv"
RANDOM_SNAPSHOT = SNAPSHOT.replace(".step", ".random_labels.step")
RANDOM_SCORES = SCORES.replace(".scores", ".random_labels.scores")
LEARNING = "results/{dataset}/learning.h5"
TABLES = ("scores", "curves", "steps", "map", "bars", "settling", "scale", "separation", "gap")
FIGURES = ("learning_curves", "learning_map", "learning_steps", "learning_bars")


class Along:
    """The plan of what is kept, and asked, along the trainings.

    Parameters
    ----------
    config : Config
    networks : mapping of str to sequence of str
        Names of the networks by data set.
    ends : sequence of str
        Patterns of the files of a network after its training and before it.
    random : str
        Pattern of the file of a network that was trained on random labels.
    """

    def __init__(
        self,
        config: Config,
        networks: Mapping[str, Sequence[str]],
        ends: Sequence[str],
        random: str,
    ) -> None:
        self._seeds, self._networks, self._asked = config.seeds, networks, config.learning
        self._measures = config.followed
        own = [dataset.training for dataset in config.datasets if dataset.training]
        training = own[0] if own else config.training  # all keep the same steps
        steps = [f"{step:g}" for step in training.between]
        of_random = bool(self._measures) and config.learning.random_labels
        # Patterns of what a training keeps, beside its ends.
        self.kept = _filled(SNAPSHOT, SCORES, steps) if training.snapshots else []
        self.kept_random = _filled(RANDOM_SNAPSHOT, RANDOM_SCORES, steps) if of_random else []
        self._random = [random] if of_random else []
        every = [*ends, *self.kept, *self._random, *self.kept_random]
        followed = every if self._measures else []
        self.networks = [pattern for pattern in followed if pattern.endswith(".safetensors")]
        self._scores = [pattern for pattern in followed if pattern.endswith(".csv")]
        # Network and whether of null models, by the name of the collection.
        self.collections = {
            f"learning_{name}{'_nulls' if nulls else ''}": (name, nulls)
            for name in dict.fromkeys(name for names in networks.values() for name in names)
            for nulls in ((False, True) if self.nulls else (False,))
            if self._measures
        }

    @property
    def nulls(self) -> list[str]:
        """Null models of each step."""
        return list(self._asked.nulls)

    @property
    def patterns(self) -> list[str]:
        """Patterns of all files that trainings keep, beside the ends of those on true labels."""
        return [*self.kept, *self._random, *self.kept_random]

    @property
    def asks_responses(self) -> bool:
        """Whether a measure looks at what networks answer at each step."""
        return any("responses" in measure.needs for measure in self._measures)

    @property
    def asks_own_inputs(self) -> bool:
        """Whether a measure looks at hidden outputs for inputs of each network's own."""
        return any("own inputs" in measure.needs for measure in self._measures)

    def compared(self, dataset: str, network: str) -> list[str]:
        """Networks at all steps of the trainings of a network."""
        return self._files(self.networks, dataset, [network], self._seeds)

    def distances_spec(self, nulls: bool) -> str:
        """Say which measures follow the trainings, and which null models."""
        measures = [measure.model_dump(mode="json") for measure in self._measures]
        spec = {"measures": measures, "steps": True, "nulls": self.nulls if nulls else None}
        return json.dumps(spec)

    def collections_of(self, dataset: str) -> list[str]:
        """Name the collections of a data set."""
        names = self._networks[dataset]
        return [own for own, (network, _) in self.collections.items() if network in names]

    def scores(self, dataset: str) -> list[str]:
        """Scores along all trainings of a data set."""
        return self._files(self._scores, dataset, self._networks[dataset], self._seeds)

    def drawn(self, dataset: str) -> list[str]:
        """Networks whose bars are drawn: those of the first seed."""
        return self._files(self.networks, dataset, self._networks[dataset], self._seeds[:1])

    def _files(
        self, patterns: Sequence[str], dataset: str, networks: Sequence[str], seeds: Sequence[int]
    ) -> list[str]:
        found: list[str] = expand(patterns, dataset=[dataset], network=networks, seed=seeds)
        return found


def options(kept: Sequence[str]) -> list[str]:
    """Options of ``topoprint train`` that name what it keeps along a training, by patterns."""
    networks = [file for file in kept if file.endswith(".safetensors")]
    pattern = [re.sub(r"step[^/]*$", "step{step}.safetensors", file) for file in networks[:1]]
    scores = [file for file in kept if file.endswith(".csv")]
    return [
        *(f"--snapshot '{file}'" for file in pattern),
        *(f"--scores '{file}'" for file in scores),
    ]


def _filled(snapshot: str, scores: str, steps: Iterable[str]) -> list[str]:
    return [*(snapshot.replace("{step}", step) for step in steps), scores]
