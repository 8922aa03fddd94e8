"""What jobs ask a cluster for: the sizes it follows from, and the measurements behind it."""

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import topoprint as tp
from topoprint.experiment import design
from topoprint.experiment.config import Config, load_config, parse_config
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.resources import (
    SNAKEMAKE_MB,
    DataSize,
    Need,
    Needs,
    data_size,
    edges,
    feature_size,
)

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
        ("language_identification", (129,), 332_807),
        ("reuters", (10_000,), 5_406_766),
    ],
)
def test_the_papers_networks_have_the_edges_that_are_known(
    dataset: str, shape: tuple[int, ...], base: int, tmp_path: Path
) -> None:
    found = design.dataset_config(PAPER, dataset)
    size = data_size(found, tmp_path)
    if getattr(found, "features", None):
        size = feature_size(size)
    assert size.shape == shape
    assert edges(PAPER.base, size) == base


def test_edges_are_those_of_the_graph() -> None:
    data = DataSize((1, 5, 4), 7, 100)
    for network in design.networks(config(), "digits").values():
        labels = network.number_of_labels
        outputs = 7 if labels == "all" else labels
        sizes = [20, *[network.layer_size] * network.number_of_layers, outputs]
        layers = [(np.ones((m, n), np.float32), np.ones(m, np.float32)) for n, m in pairwise(sizes)]
        assert edges(network, data) == tp.to_graph(tp.Network.from_layers(layers)).n_edges


def test_sizes_are_those_of_the_data(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "mine.npz",
        x_train=rng.integers(0, 255, (30, 1, 16, 16), dtype=np.uint8),
        y_train=np.arange(30) % 3,
        x_test=rng.integers(0, 255, (12, 1, 16, 16), dtype=np.uint8),
        y_test=np.arange(12) % 3,
    )
    datasets = [
        {"name": "digits", "type": "digits"},
        {"name": "mine", "type": "npz", "path": "mine.npz"},
        {"name": "part", "type": "npz", "path": "mine.npz", "train_samples": 6, "test_samples": 3},
    ]
    for found in config(datasets=datasets).datasets:
        samples = load_dataset(found, tmp_path)
        count = len(samples.y_train) + len(samples.y_test)
        assert data_size(found, tmp_path) == DataSize(samples.shape, len(samples.classes), count)


def test_features_have_the_size_that_the_network_gives_them() -> None:
    pytest.importorskip("torch")
    from topoprint.experiment.features import _feature_shape

    for shape in [(1, 28, 28), (3, 32, 32), (1, 9, 17)]:
        assert feature_size(DataSize(shape, 10, 1)).shape == _feature_shape(shape)


def archive(damaged: bool = False, **arrays: object) -> bytes:
    """A compressed .npz, of which the middle of a member may be lost."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    content = bytearray(file.getvalue())
    if damaged:
        at = content.index(b"y_train.npy") + 40
        content[at : at + 60] = bytes(60)
    return bytes(content)


LABELS = np.arange(500) % 7


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"no archive",
        archive(x_train=np.zeros((500, 2)), x_test=np.zeros((1, 2)), y_train=LABELS, damaged=True),
        archive(x_train=np.float64(1), x_test=np.zeros((1, 2)), y_train=LABELS),
        archive(x_train=np.zeros((1, 2)), x_test=np.zeros((1, 2)), y_train=np.array([np.inf])),
    ],
)
def test_a_file_that_cannot_be_read_is_left_to_the_stage_that_reads_it(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "mine.npz").write_bytes(content)
    made = config(datasets=[{"name": "mine", "type": "npz", "path": "mine.npz"}])
    assert Needs(made, tmp_path).train("mine", "layer_size-8").mem_mb() > 500


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
        ("distances", "mnist", 512, 142),
        ("distances", "mnist", 1024, 229),
        ("distances", "reuters", 512, 488),
        ("baselines", "mnist", 512, 346),
        ("baselines", "mnist", 1024, 778),
        ("baselines", "reuters", 512, 1943),
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
        "diagram": lambda: needs.diagram(dataset, name),
        "distances": lambda: needs.distances({dataset: names}),
        "baselines": lambda: needs.baselines({dataset: names}),
    }[stage]()
    asked = need.mem_mb() - SNAKEMAKE_MB
    assert measured < asked < 1.5 * measured


def test_a_study_asks_for_what_was_measured_and_a_margin(tmp_path: Path) -> None:
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
        need = needs.study({dataset: list(design.networks(made, dataset))})
        assert measured < need.mem_mb() - SNAKEMAKE_MB < 1.5 * measured
        assert need.runtime() > 5
    # 95 networks of five seeds, 208 CPU seconds.
    across = needs.across_seeds("things")
    assert 2662 < across.mem_mb() - SNAKEMAKE_MB < 1.5 * 2662
    assert across.runtime() > 10
    # What they answer: their data and features beside torch.
    assert 1990 < needs.activations("clothes").mem_mb() - SNAKEMAKE_MB < 1.5 * 1990


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
        .diagram("digits", "layer_size-1024")
        .mem_mb()
        for engine in ("auto", "forest", "flagser")
    }
    assert asked["auto"] == asked["forest"] < asked["flagser"]
