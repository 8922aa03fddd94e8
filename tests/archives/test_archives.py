"""Files that earlier releases wrote stay readable; v1 was written by release 0.1.0."""

from pathlib import Path

import numpy as np

import topoprint as tp

V1 = Path(__file__).parent / "v1"


def test_networks_of_version_1() -> None:
    network = tp.Network.load(V1 / "network-2.safetensors")
    assert network.layer_sizes == (2, 3, 2)
    assert network.weights[1].tolist() == [[0.75, -0.5, 0.0], [0.75, -0.75, -0.5]]
    assert network.biases[1] is None
    assert network.identity == {"dataset": "archive", "network": "size-2", "seed": "1"}


def test_diagrams_of_version_1() -> None:
    diagram = tp.Diagram.load(V1 / "diagram-1.h5")
    births = [0.5, 0.5, 0.5, 0.75, 1.0, 1.0]
    np.testing.assert_array_equal(diagram.bars(1), [[birth, np.inf] for birth in births])
    deaths = [*[np.float32(1e-6)] * 3, *[0.25] * 4, 0.5, 0.5, np.inf]
    np.testing.assert_array_equal(diagram.bars(0), [[0, death] for death in deaths])
    assert len(diagram.bars(3)) == 0
    assert diagram.identity["network"] == "size-1"


def test_distances_and_matrices_of_version_1() -> None:
    distances, identity = tp.load_distances(V1 / "distances.h5")
    assert identity == {"dataset": "archive", "seed": "1"}
    values = distances["landscape"].values
    np.testing.assert_array_equal(values, [[0, values[0, 1]], [values[0, 1], 0]])
    assert values[0, 1] == np.float64(0.2795084971874737)
    (matrix,), identity = tp.load_average(V1 / "matrices.h5")
    assert identity == {"dataset": "archive"}
    np.testing.assert_array_equal(matrix.runs, [values])
    assert matrix.labels == ("size-1", "size-2")
    assert matrix.groups == ("size", "size")
