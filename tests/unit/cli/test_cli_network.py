"""A network that is read in a chosen way is written for the other commands."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from support import refused

import topoprint as tp

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    weight = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    save_file(
        {"conv.weight": weight, "conv.bias": np.ones(4, np.float32)}, tmp_path / "c.safetensors"
    )
    return tmp_path / "c.safetensors"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Rows of a table that tokens pick, x + W x of each, as an ONNX file."""
    random = np.random.default_rng(0)
    arrays = {name: random.normal(size=size).astype(np.float32) for name, size in SIZES.items()}
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["x"]),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
        helper.make_node("Add", ["x", "y"], ["out"]),
    ]
    made = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, [2])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [2, 3])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, tmp_path / "g.onnx")
    np.savez(tmp_path / "tokens.npz", tokens=np.array([4, 1]))
    return tmp_path / "g.onnx"


SIZES = {"table": (6, 3), "w": (3, 3)}


def same(path: Path, network: tp.Network) -> None:
    found = tp.Network.load(path)
    assert (found.n_units, found.n_edges) == (network.n_units, network.n_edges)
    for q in range(2):
        bars = [tp.persistence(tp.to_graph(one)).bars(q) for one in (found, network)]
        np.testing.assert_array_equal(*bars)


def test_channels(kernel: Path, tmp_path: Path, topoprint) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "new" / "channels.safetensors"
    made = topoprint("network", kernel, "--positions", "channels", "-o", out)
    assert made.returncode == 0, made.stderr
    same(out, tp.Network.load(kernel, positions="channels"))
    assert tp.Network.load(out).id.network == "c"


def test_a_graph_is_followed(graph: Path, tmp_path: Path, topoprint) -> None:  # type: ignore[no-untyped-def]
    out, example = tmp_path / "out.safetensors", tmp_path / "tokens.npz"
    refused(
        topoprint("network", graph, "--architecture", "-o", out),
        graph, "'tokens'", "or --example with an npz that has the array 'tokens'",
    )  # fmt: skip
    assert not out.exists()
    made = topoprint("network", graph, "--example", example, "-o", out)
    assert made.returncode == 0, made.stderr
    followed = tp.Network.from_onnx(graph, example_input={"tokens": np.array([4, 1])})
    same(out, followed)
    assert followed.n_edges != tp.Network.load(graph).n_edges


def test_what_does_not_go_together_is_refused(
    kernel: Path, graph: Path, tmp_path: Path, topoprint
) -> None:  # type: ignore[no-untyped-def]
    out = ["-o", tmp_path / "out.safetensors"]
    both = topoprint("network", graph, "--architecture", "--positions", "channels", *out)
    refused(both, "--positions follows no graph")
    refused(topoprint("network", kernel, "--architecture", *out), kernel)
    example = tmp_path / "none.npz"
    refused(topoprint("network", graph, "--example", example, *out), example)
    refused(topoprint("network", graph, "-o", tmp_path / "out.h5"), "safetensors is written here")
