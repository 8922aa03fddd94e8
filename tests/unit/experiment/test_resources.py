"""What jobs ask a cluster for: the sizes it follows from, and the measurements behind it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import topoprint as tp
from topoprint.costs import SNAKEMAKE_MB, Need
from topoprint.experiment import design
from topoprint.experiment.config import Config, load_config, parse_config
from topoprint.experiment.datasets.base import DataSize, feature_size
from topoprint.experiment.resources import Needs, edges

ROOT = Path(__file__).parents[3]
PAPER = load_config(ROOT / "config.yaml", ROOT / "config/paper.yaml")


def config(**changes: Any) -> Config:
    base: dict[str, Any] = {
        "datasets": [{"name": "digits", "type": "digits"}],
        "experiments": [
            {"name": "layer_size", "networks": [{"layer_size": 8}, {"layer_size": 1024}]},
            {"name": "number_of_labels", "networks": [{"number_of_labels": 3}]},
            {"name": "input_order", "networks": [{"input_order": 1}]},
        ],
    }
    return parse_config({**base, **changes})


@pytest.mark.parametrize(
    ("dataset", "shape", "base"),
    [
        ("mnist", (1, 28, 28), 669_706),
        ("fashion_mnist", (128, 3, 3), 858_122),
        ("cifar10", (128, 4, 4), 1_316_874),
        ("language_identification", (132,), 334_343),
        ("reuters", (10_000,), 5_406_766),
    ],
)
def test_the_papers_networks_have_the_edges_that_are_known(
    dataset: str, shape: tuple[int, ...], base: int, tmp_path: Path
) -> None:
    found = design.dataset_config(PAPER, dataset)
    size = found.size(tmp_path)
    if getattr(found, "features", None):
        size = feature_size(size)
    assert size.shape == shape
    assert edges(PAPER.base, size) == base


def test_preparing_asks_for_more_where_there_are_many_windows(tmp_path: Path) -> None:
    needs = Needs(PAPER, tmp_path)
    assert needs.prepare("language_identification").mem_mb() > 4000
    assert needs.prepare("mnist").mem_mb() < 3000
    assert needs.prepare("mnist").runtime() == 60


def test_edges_are_those_of_the_graph() -> None:
    data = DataSize((1, 5, 4), 7, 100)
    for spec in design.networks(config(), "digits").values():
        network = spec.architecture
        labels = network.number_of_labels
        outputs = 7 if labels == "all" else labels
        sizes = [20, *[network.layer_size] * network.number_of_layers, outputs]
        layers = [(np.ones((m, n), np.float32), np.ones(m, np.float32)) for n, m in pairwise(sizes)]
        assert edges(network, data) == tp.to_graph(tp.Network.from_layers(layers)).n_edges


def test_a_file_that_cannot_be_read_is_left_to_the_stage_that_reads_it(tmp_path: Path) -> None:
    made = config(datasets=[{"name": "mine", "type": "npz", "path": "mine.npz"}])
    assert Needs(made, tmp_path).train("mine", "layer_size-8").mem_mb() > 500


def test_a_job_asks_for_the_memory_of_its_largest_part_and_the_time_of_all(tmp_path: Path) -> None:
    needs = Needs(PAPER, tmp_path)
    names = ["layer_size-128", "layer_size-1024"]
    small, large = (needs.diagram("reuters", [name]) for name in names)
    both = needs.diagram("reuters", names)
    assert both.mb == large.mb
    assert both.minutes - 2 == pytest.approx(small.minutes - 2 + large.minutes - 2)
    one, five = (needs.train("mnist", names[0], seeds) for seeds in (1, 5))
    assert five.mb == one.mb
    assert five.minutes - 5 == pytest.approx(5 * (one.minutes - 5))


def test_each_attempt_asks_for_twice_as_much() -> None:
    need = Need(mb=100, minutes=2.5)
    assert [need.runtime(attempt) for attempt in (1, 2, 3)] == [3, 6, 12]
    assert need.mem_mb(2) == 2 * need.mem_mb(1)
    assert need.mem_mb(3) == 4 * need.mem_mb(1)


# Peak resident memory in MB, as docs/cluster.md shows it: 784-512-512-10, 784-1024-1024-10,
# 10000-512-512-46 and 10000-1024-1024-46, on the samples of MNIST and Reuters.
@pytest.mark.parametrize(
    ("stage", "dataset", "layer_size", "measured"),
    [
        ("train", "mnist", 512, 818),
        ("train", "mnist", 1024, 902),
        ("train", "reuters", 512, 1162),
        ("train", "reuters", 1024, 1244),
        ("diagram", "mnist", 512, 95),
        ("diagram", "mnist", 1024, 109),
        ("diagram", "reuters", 512, 158),
        ("diagram", "reuters", 1024, 235),
        ("distances", "mnist", 512, 315),
        ("distances", "mnist", 1024, 695),
        ("distances", "reuters", 512, 1373),
        ("distances of nulls", "mnist", 512, 597),
    ],
)
def test_what_is_asked_for_is_what_was_measured_and_a_margin(
    stage: str, dataset: str, layer_size: int, measured: int, tmp_path: Path
) -> None:
    networks = [{"layer_size": layer_size}]
    networks += [{"layer_size": layer_size, "input_order": k} for k in range(1, 19)]
    made = config(
        datasets=[{"name": dataset, "type": dataset}],
        experiments=[{"name": "same", "networks": networks}],
    )
    needs = Needs(made, tmp_path)
    name, *_ = names = list(design.networks(made, dataset))
    need = {
        "train": lambda: needs.train(dataset, name),
        "diagram": lambda: needs.diagram(dataset, [name]),
        "distances": lambda: needs.distances({dataset: names}),
        "distances of nulls": lambda: needs.distances({dataset: names}, nulls=2),
    }[stage]()
    asked = need.mem_mb() - SNAKEMAKE_MB
    assert measured < asked < 1.5 * measured


def test_null_models_and_all_seeds_ask_for_what_was_measured_and_a_margin(tmp_path: Path) -> None:
    """The paper's 19 networks on the features of Fashion-MNIST 779 MB, on CIFAR-10's 1,022 MB."""
    sizes = [{"layer_size": size} for size in (128, 256, 512, 1024)]
    layers = [{"number_of_layers": number} for number in (2, 4, 6, 8, 10)]
    same = [{"input_order": k} for k in range(1, 6)]
    labels = [{"number_of_labels": number} for number in (2, 4, 6, 8, 10)]
    named = zip(("sizes", "layers", "orders", "labels"), (sizes, layers, same, labels), strict=True)
    made = config(
        datasets=[
            {"name": "clothes", "type": "fashion_mnist", "features": {}},
            {"name": "things", "type": "cifar10", "features": {}},
        ],
        seeds=[1, 2, 3, 4, 5],
        experiments=[{"name": name, "networks": networks} for name, networks in named],
    )
    needs = Needs(made, tmp_path)
    for dataset, measured in (("clothes", 779), ("things", 1022)):
        need = needs.distances({dataset: list(design.networks(made, dataset))}, nulls=3)
        assert measured < need.mem_mb() - SNAKEMAKE_MB < 1.5 * measured
        assert need.runtime() > 5
    # 95 networks of five seeds, 208 CPU seconds.
    across = needs.distances({"things": list(design.networks(made, "things"))}, seeds=5)
    assert 2662 < across.mem_mb() - SNAKEMAKE_MB < 1.5 * 2662
    assert across.runtime() > 10
    # What they answer: their data and features beside torch.
    assert 1990 < needs.respond("clothes").mem_mb() - SNAKEMAKE_MB < 1.5 * 1990


@pytest.mark.parametrize(("dataset", "measured"), [("mnist", 1002), ("cifar10", 1126)])
def test_features_ask_for_what_was_measured_and_a_margin(
    dataset: str, measured: int, tmp_path: Path
) -> None:
    part = {"train_samples": 12_000, "test_samples": 2_000, "features": {}}
    made = config(datasets=[{"name": dataset, "type": dataset, **part}])
    assert (
        measured < Needs(made, tmp_path).features(dataset).mem_mb() - SNAKEMAKE_MB < 1.5 * measured
    )


def test_flagser_asks_for_more_than_the_forest(tmp_path: Path) -> None:
    asked = {
        engine: Needs(config(homology={"engine": engine}), tmp_path)
        .diagram("digits", ["layer_size-1024"])
        .mem_mb()
        for engine in ("auto", "forest", "flagser")
    }
    assert asked["auto"] == asked["forest"] < asked["flagser"]
