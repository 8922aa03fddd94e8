"""Which files are made in one job."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from snakemake.io import expand


class Jobs:
    """Jobs that make files of several networks, or of a network with several seeds.

    Parameters
    ----------
    networks : mapping of str to sequence of str
        Names of the networks by data set.
    seeds : sequence of int
    remote : bool
        Whether a cluster job asks, which is told by its name what to make.
    """

    def __init__(
        self, networks: Mapping[str, Sequence[str]], seeds: Sequence[int], remote: bool = False
    ) -> None:
        self._networks, self._seeds, self._remote = networks, seeds, remote
        self._names = list(dict.fromkeys(name for own in networks.values() for name in own))

    @property
    def alike(self) -> dict[tuple[str, ...], list[str]]:
        """Data sets that have networks of the same names, by these."""
        found: dict[tuple[str, ...], list[str]] = {}
        for dataset, names in self._networks.items():
            found.setdefault(tuple(names), []).append(dataset)
        return found

    def together(self, *patterns: str) -> str:
        """Networks, as a regular expression, whose files are made in one job for all seeds.

        Of these all files are there, or none, in every data set. Where some are lost, or a seed is
        new, a job of its own makes what is missing (:meth:`one_by_one`).
        """
        partial = [] if self._remote else self._partial(patterns)
        return one_of(name for name in self._names if name not in partial)

    def one_by_one(self, *patterns: str) -> str:
        """Networks, as a regular expression, of which some files are there and some are not."""
        return one_of(self._names if self._remote else self._partial(patterns))

    def _partial(self, patterns: Iterable[str]) -> list[str]:
        found = []
        for dataset, names in self._networks.items():
            for name in names:
                files = expand(list(patterns), dataset=[dataset], network=[name], seed=self._seeds)
                there = {Path(file).exists() for file in files}
                found += [name] if len(there) > 1 else []
        return found


def one_of(names: Iterable[str]) -> str:
    """Regular expression of some names; of none, one that nothing matches."""
    return "|".join(map(re.escape, dict.fromkeys(names))) or "(?!)"
