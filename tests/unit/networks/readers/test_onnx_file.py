"""ONNX: what initialisers are is told by the operations that take them."""

import numpy as np
import pytest

from topoprint import InputError, Network

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def model(nodes, **arrays):
    """A model of nodes, (operation, inputs, output, attributes), and its initialisers."""
    made = [
        helper.make_node(kind, inputs.split(), [output], **attributes)
        for kind, inputs, output, attributes in nodes
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        made, "g", [value("x", TensorProto.FLOAT, None)], [value("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    return helper.make_model(graph)


def shapes(network):
    """Shape (out, in × taps) of each map by its name."""
    return {one.name: one.weight.shape[1:3] for one in network.maps}


def test_matrices_are_turned_as_their_operations_take_them(tmp_path):
    w1, w2, b = normal(4, 6), normal(3, 6), normal(6)
    made = model(
        [("MatMul", "x w1", "a", {}), ("Add", "a b", "c", {}), ("Relu", "c", "d", {}),
         ("Gemm", "d w2", "y", {"transB": 1})],
        w1=w1, w2=w2, b=b,
    )  # fmt: skip
    onnx.save(made, tmp_path / "m.bin")
    for network in (Network.load(tmp_path / "m.bin"), Network.from_onnx(made)):
        np.testing.assert_array_equal(network.weights[0], w1.T)
        np.testing.assert_array_equal(network.biases[0], b)
        np.testing.assert_array_equal(network.weights[1], w2)


def test_the_graph_says_whether_layers_follow_each_other():
    arrays = {"w1": normal(4, 4), "w2": normal(4, 4)}
    following = [("MatMul", "x w2", "a", {}), ("Tanh", "a", "b", {}), ("MatMul", "b w1", "y", {})]
    network = Network.from_onnx(model(following, **arrays))
    np.testing.assert_array_equal(network.weights[0], arrays["w2"].T)
    beside = [("MatMul", "x w1", "a", {}), ("MatMul", "x w2", "b", {}), ("Add", "a b", "y", {})]
    residual = [
        ("MatMul", "x w1", "a", {}), ("Add", "a x", "b", {}), ("MatMul", "b w2", "y", {}),
    ]  # fmt: skip
    twice = [("MatMul", "x w1", "a", {}), ("MatMul", "a w1", "b", {}), ("MatMul", "b w2", "y", {})]
    for nodes in (beside, residual, twice):
        assert shapes(Network.from_onnx(model(nodes, **arrays))) == {"w1": (4, 4), "w2": (4, 4)}


def test_convolutions_norms_tables_and_recurrent_layers():
    made = model(
        [("Gather", "table x", "t", {}), ("Conv", "t k kb", "a", {}),
         ("ConvTranspose", "a kt", "b", {}),
         ("BatchNormalization", "b scale shift mean var", "c", {}),
         ("LSTM", "c w r rb", "d", {"hidden_size": 5, "direction": "bidirectional"}),
         ("Mul", "d gain", "e", {}), ("Pow", "e two", "y", {})],
        table=normal(9, 3), k=normal(4, 3, 2), kb=normal(4), kt=normal(4, 6, 3), scale=normal(6),
        shift=normal(6), mean=normal(6), var=normal(6), w=normal(2, 20, 6), r=normal(2, 20, 5),
        rb=normal(2, 40), gain=normal(1, 5), two=np.float32(2),
    )  # fmt: skip
    found = shapes(Network.from_onnx(made))
    assert found.pop("scale bias") == (1, 1)
    assert found == {
        "table": (3, 9), "k": (4, 6), "k bias": (1, 1), "kt": (6, 12), "scale": (1, 1),
        "w.forward": (20, 6), "w.reverse": (20, 6), "r.forward": (20, 5), "r.reverse": (20, 5),
        "w.forward bias": (1, 1), "w.reverse bias": (1, 1), "r.forward bias": (1, 1),
        "r.reverse bias": (1, 1), "gain": (1, 1),
    }  # fmt: skip


def test_quantised_weights_are_what_they_stand_for():
    q, scale, zero = (
        RANDOM.integers(0, 255, (4, 3)).astype(np.uint8),
        normal(3),
        np.uint8([1, 2, 3]),
    )
    made = model(
        [("DequantizeLinear", "q scale zero", "w", {"axis": 1}), ("MatMul", "x w", "y", {})],
        q=q, scale=scale, zero=zero,
    )  # fmt: skip
    expected = ((q.astype(np.float32) - zero) * scale).T
    weight = Network.from_onnx(made).weights[0]
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    symmetric = model(  # without a zero point
        [("DequantizeLinear", "q scale", "w", {"axis": 1}), ("MatMul", "x w", "y", {})],
        q=q, scale=scale,
    )  # fmt: skip
    expected = (q.astype(np.float32) * scale).T
    np.testing.assert_allclose(Network.from_onnx(symmetric).weights[0], expected, rtol=1e-6)
    made = model(
        [("MatMulInteger", "x w_quantized xz wz", "y", {})],
        w_quantized=q.view(np.int8), w_scale=np.float32(0.5), wz=np.int8(3),
    )  # fmt: skip
    expected = (q.view(np.int8).astype(np.float32) - 3).T / 2
    np.testing.assert_array_equal(Network.from_onnx(made).weights[0], expected)


def test_weights_beside_the_file_are_read(tmp_path):
    weight = normal(40, 50)
    made = model([("MatMul", "x w", "y", {})], w=weight)
    onnx.save(made, tmp_path / "m.onnx", save_as_external_data=True, size_threshold=0)
    np.testing.assert_array_equal(Network.load(tmp_path / "m.onnx").weights[0], weight.T)
    for path in tmp_path.iterdir():
        if path.name != "m.onnx":
            path.unlink()
    with pytest.raises(InputError, match=r"m\.onnx: not a complete ONNX file"):
        Network.load(tmp_path / "m.onnx")


def test_weights_of_branches_are_found():
    branch = model([("MatMul", "x w", "z", {})], w=normal(3, 2)).graph
    other = model([("Identity", "x", "z", {})]).graph
    made = model([("If", "x", "y", {"then_branch": branch, "else_branch": other})])
    assert Network.from_onnx(made).layer_sizes == (3, 2)


def test_a_missing_onnx_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    (tmp_path / "m.onnx").write_bytes(b"\x08\x07\x12\x00\xff")
    with pytest.raises(InputError, match=r"m\.onnx: reading ONNX needs onnx \(pip install"):
        Network.load(tmp_path / "m.onnx")


def test_weights_of_unknown_operations_are_taken_or_refused():
    made = model([("Fused", "x table", "y", {"domain": "of.somebody"})], table=normal(4, 6))
    assert Network.from_onnx(made).n_edges == 24
    q = np.ones((40, 6), np.int8)
    for nodes in ([("Fused", "x q", "y", {"domain": "of.somebody"})],
                  [("MatMulInteger", "x q", "y", {})]):  # fmt: skip
        with pytest.raises(InputError, match=r"q is quantised \(int8\), and no scale"):
            Network.from_onnx(model(nodes, q=q))
