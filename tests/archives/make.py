"""Makes the archive of today's file formats: ``python tests/archives/make.py FOLDER``.

It is run once for each new version of a format; what an earlier release wrote is never made again.
"""

import argparse
import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import topoprint as tp
from topoprint.comparison.averages import average
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.comparison.files import load_comparison, save_average, save_comparisons
from topoprint.comparison.matrix import Comparison
from topoprint.comparison.zoo.blocks import make_blocks
from topoprint.comparison.zoo.parts import make_part
from topoprint.comparison.zoo.points import make_points
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.evaluation.learning.curves import Place
from topoprint.evaluation.learning.files import save_learning
from topoprint.evaluation.learning.learning import Learning, learning
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.snapshots import Score
from topoprint.homology.files import diagram_of_file
from topoprint.identity import Row
from topoprint.networks.convnet_module import ConvModule, units_of, with_weights
from topoprint.networks.convnets import KEY, ConvNet
from topoprint.networks.maps import LinearMap, Wires
from topoprint.responses.responses import Responses, save_responses

# Weights and biases of two networks of one shape, after training and before.
LAYERS = {
    "size-1": ([[0, 0], [0.5, 1], [-1, -0.75]], [0.75, 1, -0.5],
               [[-0.5, 0.75, -0.25], [-0.5, 0.75, -0.5]]),
    "size-2": ([[-0.25, 0.25], [0, -1], [-1, 0.75]], [0.5, 0.75, 0],
               [[0.75, -0.5, 0], [0.75, -0.75, -0.5]]),
}  # fmt: skip
MEASURES = [
    {"kind": "landscape", "bins": 5},
    {"kind": "heat", "name": "wide", "sigma": 0.5, "bins": 5, "dimensions": [0]},
    "one_norm",
    "predictions",
]


def make(folder: Path) -> None:
    """Write a file of every kind."""
    folder.mkdir()
    networks, initial, diagrams = [], [], []
    for number, (name, (first, bias, second)) in enumerate(LAYERS.items(), start=1):
        identity = {"dataset": "archive", "network": name, "seed": 1}
        told = {"identity": identity, "group": "size", "test_accuracy": 0.5}
        made = tp.Network.from_layers([(first, bias), (second, None)], told)
        networks.append(folder / f"network-{number}.safetensors")
        made.save(networks[-1])
        before = [(np.array(first) / 2 + 0.25, np.zeros(3)), (np.array(second)[::-1], None)]
        initial.append(folder / f"network-{number}.initial.safetensors")
        tp.Network.from_layers(
            before, {"identity": {**identity, "step": 0.0}, "group": "size"}
        ).save(initial[-1])
        diagrams.append(folder / f"diagram-{number}.h5")
        diagram_of_file(networks[-1]).save(diagrams[-1])
    wired().save(folder / "network-wired.safetensors")
    convolutional().save(folder / "network-convolutional.safetensors")
    counted = [[[0, 0.5], [0, np.inf]], [[0.25, np.inf], [0.75, np.inf]], [[0.5, 0.75]]]
    tp.Diagram.from_bars(
        counted, tp.NetworkId(network="counted"), counts=[[3, 1], [5, 2], [1]]
    ).save(folder / "diagram-counted.h5")
    rows = [tp.Network.load(path).row for path in networks]
    answers = [
        Responses(np.eye(3, 2, dtype=np.float32), np.array([0, 1, number])) for number in (0, 1)
    ]
    responses = folder / "responses.h5"
    save_responses(responses, tp.Index(rows), answers, {"samples": 3, "inputs": "of the archive"})
    own = [Responses(one.hidden, one.predictions, (one.hidden[::-1],)) for one in answers]
    save_responses(folder / "responses-own.h5", tp.Index(rows), own, {"samples": 3, "most_own": 3})
    files = [*networks, *initial, *diagrams, responses]
    asked = {"measures": [tp.make_measure(measure) for measure in MEASURES]}
    save_comparisons(folder / "distances.h5", compare_files(files, DistancesSpec(**asked)))
    nulls = {"nulls": ["shuffled_layers", "initial"], "repetitions": 2}
    save_comparisons(folder / "nulls.h5", compare_files(files, DistancesSpec(**asked, **nulls)))
    save_average(folder / "matrices.h5", average({"": load_comparison(folder / "distances.h5")}))
    zoo = ZooSpec.made([tp.make_measure({"kind": "landscape", "bins": 5, "grid": "shared"})])
    with contextlib.chdir(folder):  # the file names what it was made of
        part, points = Path("zoo-diagrams.h5"), Path("zoo-points.h5")
        make_part([path.name for path in diagrams], zoo, part)
        make_points(part, [part], zoo, points)
        make_blocks(0, [part], [points], zoo, Path("zoo-blocks.h5"))
    save_learning(folder / "learning.h5", found_along())
    torch.manual_seed(0)
    recorder = tp.Recorder(model := torch.nn.Linear(2, 2, bias=False), ["weights_norm"])
    for factor in (1, 2):
        model.weight.data = torch.eye(2) * factor
        recorder.record(loss=1 / factor)
    recorder.save(folder / "recording.h5")
    pixels = np.arange(24, dtype=np.uint8).reshape(6, 4)
    labels = np.arange(6, dtype=np.int64) % 2
    Samples(
        "archive", pixels[:4], labels[:4], pixels[4:], labels[4:], ("a", "b"), (1, 2, 2), 1 / 16
    ).save(folder / "data.h5", {"name": "archive"})


def wired() -> tp.Network:
    """Make a network of two taps at two positions, a bias, and the sum of both channels' first."""
    pairs = (np.array([[0, 0], [1, 1]]), np.array([[1, 0]]))
    weight = np.array([0.5, -1.0, 0.25, 0.75], np.float32).reshape(1, 2, 1, 2)
    kernel = LinearMap("kernel", weight, np.array([[[0, 1]]]), np.array([[[2, 3], [4, 5]]]), pairs)
    bias = LinearMap.bias(
        "bias", np.array([0.5, 0.0], np.float32), [[6, 7], [8, 9]], [[2, 3], [4, 5]]
    )
    wires = [Wires([2, 4], [10, 11]), Wires([[10, 11]], [[12]])]
    identity = {"identity": {"network": "wired"}}
    return tp.Network.from_maps(13, [kernel, bias], wires, identity, sums=[12])


def convolutional() -> tp.Network:
    """Make a convolutional network of the experiment, of two convolutions and a skip."""
    known = ConvNet((1, 8, 8), 2, 2, 2, 3, True)
    module = ConvModule(known)
    weights = {
        name: (np.arange(one.numel(), dtype=np.float32) % 7 - 3).reshape(one.shape) / 4
        for name, one in module.named_parameters()
    }
    identity = {"dataset": "archive", "network": "conv-1", "seed": 1}
    told = {"identity": identity, "group": "conv", KEY: known.to_json()}
    return with_weights(units_of(module), weights, told)


def found_along() -> Learning:
    """What is found along two trainings of which distances and scores are told here."""
    steps = (0.0, 0.5, 2.0)
    lines = {1: (0.0, 0.75, 1.0), 2: (0.25, 1.0, 1.5)}
    ids = [
        tp.NetworkId("archive", "size-1", seed, None if step == 2 else step)
        for seed in lines
        for step in steps
    ]
    index = tp.Index(map(Row, ids))
    places = np.array([place for line in lines.values() for place in line])
    values = np.abs(places[:, None] - places)
    matrix = tp.DistanceMatrix(values, index, "weights_norm", {"kind": "weights_norm"})
    scores = [
        Score("archive", "size-1", seed, "", step, 1 - step / 2, step / 2, 1 - step / 4, step / 4)
        for seed in lines
        for step in steps
    ]
    diagram = replace(tp.Diagram.from_bars([[[0, 0.5], [0, np.inf]], [[0.25, np.inf]]]), id=ids[1])
    found = learning({"": [Comparison(index, {"weights_norm": matrix})]}, scores, [diagram])
    # Places of points on a line are noise across it.
    place = Place("archive", "size-1", "", 1, "weights_norm", 0.5, -0.25, 0.5, 0.125)
    return replace(found, map=[place])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the archive of today's file formats.")
    parser.add_argument("folder", type=Path)
    make(parser.parse_args().folder)
