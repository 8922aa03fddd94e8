"""What the stages of a zoo cost, from its numbers and sizes (docs/scale.md)."""

from topoprint.comparison.zoo.spec import ZooSpec, embedded
from topoprint.costs import Cost, Need

# Of each edge, four bytes of a file or more.
DIAGRAMS = Cost(mb=150, minutes=5, bytes_each=40, seconds_each=4.5e-7)
# Of each network, whatever its size: reading, its diagram, and its points by three measures.
SECONDS_NETWORK = 0.015
# Of each pair and measure: of points, and of summaries on a grid of the pair's own.
SECONDS_POINTS, SECONDS_PAIR = 2e-7, 4e-4
# Of each number of a block, on the disk in passing.
BYTES_NUMBER = 24


def of_part(networks: int, mb: float) -> Need:
    """Diagrams or points of a part, from the number and megabytes of its files."""
    edges = mb * 1e6 / 4
    need = DIAGRAMS.need(edges)
    return Need(need.mb, need.minutes + 3 * SECONDS_NETWORK * networks / 60)


def of_blocks(rows: int, networks: int, spec: ZooSpec, mb: float) -> Need:
    """Distances of the networks of a part, ``rows``, from half of the zoo."""
    pairs = rows * (networks / 2 + rows)
    seconds = pairs * sum(
        SECONDS_POINTS if embedded(measure) else SECONDS_PAIR for measure in spec.summaries
    )
    need = DIAGRAMS.need(2 * mb * 1e6 / 4, work=0)
    return Need(need.mb + BYTES_NUMBER * rows * rows / 1e6, need.minutes + 3 * seconds / 60)


def of_gather(rows: int, networks: int, spec: ZooSpec) -> Need:
    """Whole matrices, of which a band of rows is held at a time."""
    written = 8e-8 * networks * networks * len(spec.summaries)
    return Need(150 + BYTES_NUMBER * rows * networks / 1e6, 5 + written / 60)
