"""What `workflow/zoo.smk` makes: the parts of a zoo, what each is told, and what it needs."""

import os
from collections.abc import Mapping
from glob import glob
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from topoprint.comparison.zoo import costs
from topoprint.comparison.zoo.groups import load_groups
from topoprint.comparison.zoo.run import parted
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.costs import Need
from topoprint.errors import InputError
from topoprint.measures.registry import PAPER, MeasureEntry, make_measures, with_settings
from topoprint.summaries.distances import GridKind
from topoprint.validation import Count, Strict, explain
from topoprint.workflow.given import refuse_wildcards


class ZooConfig(Strict):
    """The config of a zoo.

    Attributes
    ----------
    files : str or list of str
        Networks, as globs; ``**`` stands for folders below one another.
    measures : list of Measure
        By default those of the paper.
    grid : {"shared", "paper"}
        Of the measures that say nothing else.
    max_dimension : int
        Of the diagrams.
    groups : str, or None
        CSV with the columns ``file`` and ``group``.
    block : int, or None
        Networks of a part, by default 1000, fewer of large files.
    skip_unreadable : bool
        Leave files out that cannot be read.
    """

    files: str | list[str]
    measures: list[MeasureEntry] = Field(default_factory=lambda: make_measures(PAPER))
    grid: GridKind = "shared"
    max_dimension: int = 3
    groups: str | None = None
    block: Count | None = None
    skip_unreadable: bool = False


class Zoo:
    """A zoo that the workflow compares.

    Parameters
    ----------
    values : mapping
        The config.

    Raises
    ------
    InputError
        If it is no :class:`ZooConfig`, names no two files, or its groups do not fit the files.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        try:
            config = ZooConfig.model_validate(dict(values))
        except ValidationError as error:
            raise InputError(f"config: {explain(error, ZooConfig)}") from error
        asked = [config.files] if isinstance(config.files, str) else config.files
        found = {path for one in asked for path in glob(one, recursive=True)}
        files = sorted(path for path in found if os.path.isfile(path))
        if len(files) < 2:
            raise InputError(f"config: files: {', '.join(asked)}: names {len(files)} files")
        for path in files:
            refuse_wildcards(path, "a network")
        if config.groups:
            load_groups(Path(config.groups), files)
        self.config = config
        measures = [with_settings(measure, {"grid": config.grid}) for measure in config.measures]
        self.spec = ZooSpec.made(measures, config.max_dimension)
        self.parts = parted(files, config.block)
        self.count = len(files)
        self._mb = [sum(map(os.path.getsize, part)) / 1e6 for part in self.parts]

    @property
    def options(self) -> str:
        """Options of stages that meet files which cannot be read."""
        return "--skip-unreadable" if self.config.skip_unreadable else ""

    @property
    def groups(self) -> list[str]:
        """The table of the groups, if there is one."""
        return [self.config.groups] if self.config.groups else []

    @staticmethod
    def number(job: Any) -> int:
        """Give the number of a job's part, from 0; Snakemake counts ``1-of-3``."""
        return int(job.scatteritem.partition("-")[0]) - 1

    def files(self, job: Any) -> list[str]:
        """Networks of a job's part."""
        return self.parts[self.number(job)]

    def need_of_part(self, job: Any) -> Need:
        """Of its diagrams, or of its points."""
        number = self.number(job)
        return costs.of_part(len(self.parts[number]), self._mb[number])

    def need_of_blocks(self, job: Any) -> Need:
        """Of its distances from half of the zoo."""
        rows = len(self.parts[self.number(job)])
        return costs.of_blocks(rows, self.count, self.spec, max(self._mb))

    def need_of_gather(self) -> Need:
        """Of the whole matrices."""
        return costs.of_gather(max(map(len, self.parts)), self.count, self.spec)
