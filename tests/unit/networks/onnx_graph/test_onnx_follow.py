"""The graph of a file gives the network of the module that was exported, and says what it needs."""

import json
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, example

from topoprint import InputError, Network, persistence, to_graph

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def exported(path, module, *inputs, names=("x", "z"), **options):
    """Write a module as torch does, and return it in inference."""
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, inputs, path, input_names=list(names[: len(inputs)]), dynamo=False, **options
        )
    return module


def assert_same_bars(one, other):
    found, expected = (persistence(to_graph(network)) for network in (one, other))
    for dimension in (0, 1):
        bars = [np.sort(each.bars(dimension), axis=0) for each in (found, expected)]
        assert bars[0].shape == bars[1].shape
        np.testing.assert_allclose(*bars, atol=1e-6)


def residual(conv, norm, other, head, x):
    x = F.relu(norm(conv(x)))
    x = F.max_pool2d(F.relu(other(x) + x), 2)
    return head(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


def squeezed(conv, gate, x):
    x = conv(x)
    return x * torch.sigmoid(gate(F.adaptive_avg_pool2d(x, 1)))


def recurrent(cell, head, x):
    return head(cell(x)[0][:, -1])


MODULES = {
    "dense": lambda: (
        nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.GELU(), nn.Linear(4, 3)),
        example(1, 5),
    ),
    "residual": lambda: (
        Apply(residual, nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 3, padding=1),
              nn.Linear(6, 2)),
        example(1, 2, 6, 6),
    ),
    "depthwise, transposed": lambda: (
        nn.Sequential(nn.Conv1d(4, 4, 3, groups=4, dilation=2), nn.PReLU(4), nn.AvgPool1d(2),
                      nn.ConvTranspose1d(4, 2, 3, stride=2, padding=1, output_padding=1)),
        example(1, 4, 10),
    ),
    "squeeze and excite": lambda: (
        Apply(squeezed, nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 1)), example(1, 1, 5, 5)),
    "group norm": lambda: (
        nn.Sequential(nn.Conv1d(2, 4, 2), nn.GroupNorm(2, 4), nn.Conv1d(4, 2, 1)),
        example(1, 2, 5),
    ),
    "LSTM": lambda: (
        Apply(recurrent, nn.LSTM(3, 4, batch_first=True, bidirectional=True), nn.Linear(8, 2)),
        example(1, 4, 3),
    ),
    "GRU": lambda: (
        Apply(recurrent, nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)), example(1, 4, 3)),
    "encoder": lambda: (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 1),
        example(1, 3, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_it_is_the_network_of_the_module_that_was_exported(name, tmp_path):
    torch.manual_seed(0)
    module, x = MODULES[name]()
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
    # Else a running batch norm is folded by the export itself.
    keep = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
    exported(tmp_path / "model.onnx", module, x, **(keep if name in ("dense", "residual") else {}))
    found = Network.from_onnx(tmp_path / "model.onnx", architecture=True)
    expected = Network.from_torch(module, x)
    assert (found.n_units, found.n_edges) == (expected.n_units, expected.n_edges)
    assert found.metadata == {"coverage": 1.0, "outside": []} or name == "depthwise, transposed"
    assert_same_bars(found, expected)


def test_norms_of_earlier_versions_are_no_units(tmp_path):
    module = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    x = example(1, 2, 3)
    exported(tmp_path / "model.onnx", module, x, opset_version=13)
    kinds = [node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node]
    assert "ReduceMean" in kinds
    assert "LayerNormalization" not in kinds
    found = Network.from_onnx(tmp_path / "model.onnx", architecture=True)
    assert_same_bars(found, Network.from_torch(module, x))


def tokens():
    return Apply(lambda table, head, ids: head(table(ids)).mean(1),
                 nn.Embedding(6, 3), nn.Linear(3, 2))  # fmt: skip


def test_tokens_pick_the_rows_of_an_example(tmp_path):
    module, ids = tokens(), torch.tensor([[1, 4, 4]])
    path = tmp_path / "model.onnx"
    exported(path, module, ids, dynamic_axes={"x": {0: "batch", 1: "length"}})
    expected = Network.from_torch(module, ids)
    for given in (ids, ids.numpy(), [ids], {"x": ids}):
        assert_same_bars(Network.from_onnx(path, example_input=given), expected)
    told = r"\(1 × length\); give an example: example_input=\{'x': array\}, or --example"
    with pytest.raises(InputError, match=r"free dimensions " + told):
        Network.from_onnx(path, architecture=True)
    exported(path, module, ids)
    with pytest.raises(InputError, match="holds int64, by which rows are picked or masked; give"):
        Network.from_onnx(path, architecture=True)


def test_a_file_is_side_by_side_unless_its_architecture_is_asked_for(tmp_path):
    path = tmp_path / "model.onnx"
    exported(path, nn.Sequential(nn.Conv1d(1, 2, 2), nn.Flatten(), nn.Linear(6, 2)),
             example(1, 1, 4), dynamic_axes={"x": {0: "batch"}})  # fmt: skip
    beside, followed = Network.from_onnx(path), Network.from_onnx(path, architecture=True)
    assert beside.n_edges == 2 * 2 + 2 + 2 * 6 + 2
    assert followed.n_edges == 3 * (2 * 2 + 2) + 2 * 6 + 2
    assert Network.load(path).shape == beside.shape
    model = onnx.load(path)
    assert Network.from_onnx(model, architecture=True).shape == followed.shape
    assert {one.name for one in followed.maps} == {one.name for one in model.graph.initializer}


def graph(nodes, arrays, *inputs, **options):
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        nodes, "g",
        [value(name, TensorProto.FLOAT, shape) for name, *shape in inputs or [("x", "n", 3)]],
        [value("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], **options)


W = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
NODE = helper.make_node


def test_weights_that_are_quantised_are_what_they_stand_for():
    q, scale = np.arange(-6, 6, dtype=np.int8).reshape(3, 4), np.float32(0.25)
    nodes = [NODE("DequantizeLinear", ["q", "s", "p"], ["w"]), NODE("MatMul", ["x", "w"], ["y"])]
    given = {"q": q, "s": scale, "p": np.int8(1)}
    found = Network.from_onnx(graph(nodes, given), architecture=True)
    np.testing.assert_array_equal(found.weights[0], ((q.astype(np.float32) - 1) * scale).T)

    # Activations that are quantised on their way are the same units.
    between = [NODE("QuantizeLinear", ["x", "s", "p"], ["i"]),
               NODE("DequantizeLinear", ["i", "s", "p"], ["r"]),
               nodes[0], NODE("MatMul", ["r", "w"], ["y"])]  # fmt: skip
    again = Network.from_onnx(graph(between, given), architecture=True)
    np.testing.assert_array_equal(again.weights[0], found.weights[0])

    computed = [
        NODE("Mul", ["s", "s"], ["t"]),
        NODE("DequantizeLinear", ["q", "t"], ["w"]),
        nodes[1],
    ]
    with pytest.raises(InputError, match=r"'DequantizeLinear' .* its scale is not stored"):
        Network.from_onnx(graph(computed, given), architecture=True)


def test_branches_that_are_known_are_taken_and_others_refused():
    value = helper.make_tensor_value_info("r", TensorProto.FLOAT, None)
    stored = [numpy_helper.from_array(W, "own")]  # names may be the same in both branches
    then = helper.make_graph([NODE("MatMul", ["x", "own"], ["r"])], "then", [], [value], stored)
    stored = [numpy_helper.from_array(-W, "own")]
    other = helper.make_graph([NODE("TopK", ["x", "own"], ["r"])], "other", [], [value], stored)
    branch = NODE("If", ["c"], ["y"], name="if", then_branch=then, else_branch=other)
    found = Network.from_onnx(graph([branch], {"c": np.array(True)}), architecture=True)
    np.testing.assert_array_equal(found.weights[0], W.T)
    with pytest.raises(InputError, match=r"^operator 'TopK' at the node that gives 'r' cannot be"):
        Network.from_onnx(graph([branch], {"c": np.array(False)}), architecture=True)
    by_input = [NODE("ReduceMax", ["x"], ["m"]), NODE("Cast", ["m"], ["c"], to=TensorProto.BOOL)]
    with pytest.raises(InputError, match=r"'If' at node 'if' .* depends on the input"):
        Network.from_onnx(graph([*by_input, branch], {}), architecture=True)


@pytest.mark.parametrize("version", [11, 17])
def test_shapes_are_computed_beforehand(version):
    unsqueezed, at = {11: (["n"], {"axes": [0]}), 17: (["n", "zero"], {})}[version]
    nodes = [
        NODE("MatMul", ["x", "w"], ["h"]), NODE("Shape", ["x"], ["s"]),
        NODE("Gather", ["s", "zero"], ["g"]), NODE("Squeeze", ["g"], ["n"]),
        NODE("Unsqueeze", unsqueezed, ["u"], **at), NODE("Concat", ["u", "two"], ["t"], axis=0),
        NODE("Reshape", ["h", "t"], ["r"]), NODE("MatMul", ["r", "v"], ["y"]),
    ]  # fmt: skip
    given = {"w": W, "v": W[:2, :3].copy(), "zero": np.array([0]), "two": np.array([2, 2])}
    model = graph(nodes, given)
    model.opset_import[0].version = version
    found = Network.from_onnx(model, architecture=True)
    assert found.n_edges == 3 * 4 + 2 * (2 * 3)


def test_functions_of_a_model_are_followed():
    opsets = [helper.make_opsetid("", 17)]
    body = [NODE("MatMul", ["a", "b"], ["m"]), NODE("Relu", ["m"], ["o"])]
    layer = helper.make_function("mine", "Layer", ["a", "b"], ["o"], body, opsets)
    model = graph([NODE("Layer", ["x", "w"], ["y"], domain="mine")], {"w": W}, functions=[layer])
    model.opset_import.append(helper.make_opsetid("mine", 1))
    assert Network.from_onnx(model, architecture=True).layer_sizes == (3, 4)
    del model.functions[:]
    with pytest.raises(InputError, match=r"^operator 'mine\.Layer' at .* is not known here"):
        Network.from_onnx(model, architecture=True)


def test_weights_in_files_beside_it_are_read(tmp_path):
    path = tmp_path / "model.onnx"
    model = graph([NODE("MatMul", ["x", "w"], ["y"])], {"w": W})
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    found = Network.from_onnx(path, architecture=True)
    np.testing.assert_array_equal(found.weights[0], W.T)


def test_masks_are_no_weights():
    mask = np.where(np.tri(2, dtype=bool), 0, -1e9).astype(np.float32)
    nodes = [
        NODE("MatMul", ["x", "w"], ["q"]), NODE("Transpose", ["q"], ["k"], perm=[0, 2, 1]),
        NODE("MatMul", ["q", "k"], ["s"]), NODE("Add", ["s", "mask"], ["t"]),
        NODE("Softmax", ["t"], ["p"]), NODE("MatMul", ["p", "q"], ["y"]),
    ]  # fmt: skip
    found = Network.from_onnx(
        graph(nodes, {"w": W, "mask": mask}, ("x", 1, 2, 3)), architecture=True
    )
    assert [one.name for one in found.maps] == ["w"]
    assert (
        sum(one.n_edges for one in found.wires) == 3 * 4
    )  # of 4 channels, from a token to itself and to later ones


def test_what_does_not_fit_is_refused_in_one_sentence(tmp_path):
    nodes = [NODE("MatMul", ["x", "w"], ["y"])]
    model, path = graph(nodes, {"w": W}), tmp_path / "model.onnx"
    onnx.save(model, path)
    x = np.zeros((1, 3), np.float32)
    for given, told in (
        ({"z": x}, "no input 'z'; its inputs are 'x'"),
        ([x, x], "2 inputs are given, but those of the graph are 'x'"),
        (x[0], "is n × 3; the example is 3"),
        (np.zeros((1, 4)), "is n × 3; the example is 1 × 4"),
        ("an example", "does not hold numbers"),
    ):
        with pytest.raises(InputError, match=told):
            Network.from_onnx(model, example_input=given)
    with pytest.raises(InputError, match="leave out layers"):
        Network.from_onnx(path, layers=["w"], architecture=True)
    with pytest.raises(InputError, match=r"followed as a whole; leave out '::w'"):
        Network.from_onnx(f"{path}::w", architecture=True)
    with pytest.raises(InputError, match=r"^a dict is no model of ONNX"):
        Network.from_onnx({}, architecture=True)
    model.graph.input[0].type.tensor_type.ClearField("shape")
    with pytest.raises(InputError, match="has no declared shape; give an example"):
        Network.from_onnx(model, architecture=True)
    relu = graph([NODE("Relu", ["x"], ["y"])], {})
    with pytest.raises(InputError, match="no trained weight of OnnxGraph acts on the example"):
        Network.from_onnx(relu, architecture=True)
    path.write_bytes(json.dumps({}).encode())
    with pytest.raises(InputError, match="is no complete ONNX file"):
        Network.from_onnx(path, architecture=True)
