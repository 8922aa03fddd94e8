"""Torch modules at full size: torchvision's networks at 224 × 224, traced whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.measure import Cost, fresh, watch
from benchmarks.table import Row

FULL = {"resnet18": 224, "vgg11": 224, "mobilenet_v3_small": 224, "densenet121": 224,
        "vit_b_16": 224}  # fmt: skip
QUICK = {"mobilenet_v3_small": 32}


@dataclass(frozen=True)
class Traced:
    """What tracing one network gave."""

    edges: int
    wires: int
    units: int
    coverage: float
    cost: Cost


def rows(cases: dict[str, int]) -> Iterator[Row]:
    """One row a network; nothing else traces them, so none stands beside."""
    for name, size in cases.items():
        found = fresh(trace, name, size)
        whole = found.coverage == 1
        yield Row(
            size=f"{name}, {size} × {size}",
            task="trace from torch",
            edges=found.edges,
            seconds=found.cost.seconds,
            first_seconds=found.cost.first,
            peak_bytes=found.cost.grown,
            agrees=whole,
            agreement="all weights in the graph" if whole else "WEIGHTS ARE LEFT OUT",
            note="random weights; the first call alone; export by torch included",
            details={"wires": found.wires, "units": found.units, "coverage": found.coverage},
        )


def trace(name: str, size: int) -> Traced:
    """Trace one of torchvision's networks."""
    import torch
    import torchvision

    from topoprint import Network

    torch.manual_seed(0)
    torch.set_num_threads(1)
    arguments = {"image_size": size} if re.match("vit", name) else {}
    module = getattr(torchvision.models, name)(weights=None, **arguments)
    image = torch.zeros(1, 3, size, size)
    network, cost = watch(lambda: Network.from_torch(module, image), most=0)
    edges = sum(one.n_edges for one in network.maps)
    wires = sum(one.n_edges for one in network.wires)
    return Traced(edges, wires, network.n_units, network.metadata["coverage"], cost)
