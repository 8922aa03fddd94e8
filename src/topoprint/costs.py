"""What a stage costs: declared beside the work, summed up for the cluster (docs/cluster.md)."""

import math
from dataclasses import dataclass

MARGIN = 1.25
# A cluster job is a snakemake that runs the stage: its own memory comes on top.
SNAKEMAKE_MB = 200
# A node may be so many times slower than the core that was measured.
SLOWER = 3


@dataclass(frozen=True)
class Cost:
    """What a stage was measured to take: resident memory, and CPU time on one core.

    Attributes
    ----------
    mb, minutes : int
        With nothing to do; the minutes are there for the start of Python from a slow shared file
        system.
    bytes_each, seconds_each : float
        Of each unit of its work, such as an edge.
    seconds_pair : float
        Of each pair of networks that is compared.
    """

    mb: int
    minutes: int
    bytes_each: float
    seconds_each: float
    seconds_pair: float = 0.0

    def need(
        self, memory: float, work: float | None = None, pairs: int = 0, data_mb: float = 0
    ) -> "Need":
        """Sum it up: units that are held in memory, units that are worked on (by default these)."""
        seconds = self.seconds_each * (memory if work is None else work) + self.seconds_pair * pairs
        mb = self.mb + self.bytes_each * memory / 1e6 + data_mb
        return Need(mb, self.minutes + SLOWER * seconds / 60)


@dataclass(frozen=True)
class Need:
    """What a job asks for at its first attempt; each further one asks for twice as much."""

    mb: float
    minutes: float

    def mem_mb(self, attempt: int = 1) -> int:
        """Memory to ask for, in MB."""
        return math.ceil((MARGIN * self.mb + SNAKEMAKE_MB) * (1 << attempt - 1))

    def runtime(self, attempt: int = 1) -> int:
        """Time to ask for, in minutes."""
        return math.ceil(round(self.minutes, 1)) * (1 << attempt - 1)
