"""Every operator gives what the reference of onnx gives, at each of its versions that differ."""

import numpy as np
import pytest
import torch

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from topoprint import InputError  # noqa: E402
from topoprint.networks.onnx_graph.graph import OnnxGraph  # noqa: E402
from topoprint.networks.onnx_graph.operators import OPERATORS  # noqa: E402
from topoprint.networks.onnx_graph.pointwise import OF_ONE, OF_TWO  # noqa: E402
from topoprint.networks.readers.onnx_file import contents_of  # noqa: E402


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape).astype(np.float32)


def ints(*values):
    return np.array(values, dtype=np.int64)


def one_node(kind, x, arrays=(), opset=17, outputs=1, inputs=None, **attributes):
    """A model of one node that takes x, then stored arrays (None: left out)."""
    names = [f"a{k}" if one is not None else "" for k, one in enumerate(arrays)]
    results = [f"y{k}" for k in range(outputs)]
    node = helper.make_node(kind, inputs or ["x", *names], results, name="n", **attributes)
    value = helper.make_tensor_value_info
    types = {np.dtype(bool): TensorProto.BOOL, np.dtype(np.int64): TensorProto.INT64}
    graph = helper.make_graph(
        [node], "g", [value("x", types.get(x.dtype, TensorProto.FLOAT), x.shape)],
        [value(one, TensorProto.UNDEFINED, None) for one in results],
        [numpy_helper.from_array(a, f"a{k}") for k, a in enumerate(arrays) if a is not None],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def given_by(model, *inputs):
    module = OnnxGraph(model, contents_of(model).groups[""])
    with torch.no_grad():
        return [one.numpy() for one in module(*map(torch.from_numpy, inputs))]


IMAGE, ROW, STEPS = numbers(1, 2, 5, 6), numbers(1, 2, 7), numbers(4, 1, 3)
# Axes of a reduction are an attribute, later an input.
OF_VERSION = {17: {"axes": [1]}, 18: {}}
CASES = {
    **{
        kind: (kind, numbers(2, 3) + (kind == "Acosh"), ())
        for kind in OF_ONE if kind not in ("Not", "Mish")
    },
    "Mish": ("Mish", numbers(2, 3), (), {"opset": 18}),
    "Not": ("Not", numbers(2, 3) > 0.5, ()),
    **{
        kind: (kind, numbers(2, 3), (numbers(3, seed=1),))
        for kind in OF_TWO if kind not in ("And", "Or", "Xor")
    },
    **{
        kind: (kind, numbers(2, 3) > 0.5, (numbers(3, seed=1) > 0.5,))
        for kind in ("And", "Or", "Xor")
    },
    **{
        kind: (kind, numbers(2, 3), (numbers(3, seed=1), numbers(2, 1, seed=2)))
        for kind in ("Sum", "Mean", "Max", "Min")
    },
    **{
        kind: (kind, numbers(2, 3) - 0.5, ())
        for kind in ("Elu", "Celu", "Selu", "LeakyRelu", "ThresholdedRelu", "HardSigmoid", "Shrink")
    },
    "Elu set": ("Elu", numbers(2, 3) - 0.5, (), {"alpha": 0.3}),
    "HardSigmoid set": ("HardSigmoid", numbers(2, 3), (), {"alpha": 0.3, "beta": 0.1}),
    "Shrink set": ("Shrink", numbers(2, 3) - 0.5, (), {"bias": 0.1, "lambd": 0.2}),
    "Swish": ("Swish", numbers(2, 3), (), {"opset": 24, "alpha": 0.7}),
    "Gelu": ("Gelu", numbers(2, 3), (), {"opset": 20}),
    "Gelu tanh": ("Gelu", numbers(2, 3), (), {"opset": 20, "approximate": "tanh"}),
    "PRelu": ("PRelu", IMAGE - 0.5, (numbers(2, 1, 1),)),
    "PRelu of one": ("PRelu", IMAGE - 0.5, (numbers(1),)),
    "Clip": ("Clip", numbers(2, 3), (np.float32(0.3), np.float32(0.5))),
    "Clip above": ("Clip", numbers(2, 3), (None, np.float32(0.5))),
    "Clip 6": ("Clip", numbers(2, 3), (), {"opset": 6, "min": 0.3}),
    "Softmax": ("Softmax", numbers(2, 3, 4), (), {"axis": 1}),
    "LogSoftmax": ("LogSoftmax", numbers(2, 3, 4), ()),
    "Where": ("Where", numbers(2, 3) > 0.5, (numbers(2, 3), numbers(3, seed=1))),
    "Cast": ("Cast", numbers(2, 3), (), {"to": TensorProto.DOUBLE}),
    "CastLike": ("CastLike", numbers(2, 3), (np.array([1.0]),)),
    "Identity": ("Identity", numbers(2, 3), ()),
    "Dropout": ("Dropout", numbers(2, 3), ()),
    "MatMul": ("MatMul", numbers(2, 3, 4), (numbers(4, 5),)),
    "Gemm": ("Gemm", numbers(2, 4), (numbers(4, 3), numbers(3))),
    "Gemm set": ("Gemm", numbers(4, 2), (numbers(3, 4), numbers(2, 3)),
                 {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0}),
    "Gemm bare": ("Gemm", numbers(2, 4), (numbers(4, 3),)),
    "Einsum": ("Einsum", numbers(2, 3), (numbers(3, 4),), {"equation": "ij,jk->ik"}),
    "Conv": ("Conv", IMAGE, (numbers(4, 1, 3, 2), numbers(4)),
             {"group": 2, "pads": [1, 0, 2, 1], "strides": [2, 1], "dilations": [1, 2]}),
    "Conv 1d": ("Conv", ROW, (numbers(3, 2, 3),), {"pads": [1, 1]}),
    "Conv 3d": ("Conv", numbers(1, 1, 3, 4, 3), (numbers(2, 1, 2, 2, 2),)),
    "Conv same": ("Conv", IMAGE, (numbers(3, 2, 2, 3),),
                  {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    "Conv same lower": ("Conv", IMAGE, (numbers(3, 2, 2, 3),), {"auto_pad": "SAME_LOWER"}),
    "ConvTranspose": ("ConvTranspose", IMAGE, (numbers(2, 3, 3, 3), numbers(3)),
                      {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 0]}),
    "ConvTranspose uneven": ("ConvTranspose", IMAGE, (numbers(2, 3, 3, 3),),
                             {"strides": [2, 2], "pads": [1, 0, 0, 2]}),
    "ConvTranspose same": ("ConvTranspose", IMAGE, (numbers(2, 3, 3, 3),),
                           {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    "ConvTranspose shape": ("ConvTranspose", IMAGE, (numbers(2, 3, 3, 3),),
                            {"strides": [2, 2], "output_shape": [10, 12],
                             "auto_pad": "SAME_LOWER"}),
    "Gather": ("Gather", numbers(3, 4), (ints(2, 0, -1),), {"axis": 1}),
    "Gather one": ("Gather", numbers(3, 4), (np.array(1),)),
    "Gather square": ("Gather", numbers(3, 4), (ints(1, 2, 0, 0).reshape(2, 2),), {"axis": 1}),
    "Gather tokens": ("Gather", ints(2, 0, 1).reshape(1, 3), (numbers(4, 2),),
                      {"inputs": ["a0", "x"]}),
    "MaxPool": ("MaxPool", IMAGE, (),
                {"kernel_shape": [3, 2], "pads": [0, 1, 1, 0], "strides": [2, 1]}),
    "MaxPool ceil": ("MaxPool", IMAGE, (),
                     {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    "MaxPool same": ("MaxPool", IMAGE, (), {"kernel_shape": [3, 2], "auto_pad": "SAME_UPPER"}),
    "AveragePool": ("AveragePool", IMAGE, (), {"kernel_shape": [2, 3], "pads": [1, 1, 1, 1]}),
    "AveragePool counted": ("AveragePool", IMAGE, (),
                            {"kernel_shape": [2, 3], "pads": [1, 1, 1, 1],
                             "count_include_pad": 1}),
    "GlobalAveragePool": ("GlobalAveragePool", IMAGE, ()),
    "GlobalMaxPool": ("GlobalMaxPool", IMAGE, ()),
    **{
        f"{kind} {opset}": (kind, numbers(2, 3, 4), (ints(1),) if opset == 18 else (),
                            {"opset": opset, "keepdims": 0} | OF_VERSION[opset])
        for kind in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceLogSumExp", "ReduceLogSum",
                     "ReduceL1", "ReduceL2", "ReduceSumSquare")
        for opset in OF_VERSION
    },
    "ReduceSum": ("ReduceSum", numbers(2, 3, 4), (ints(-1, 0),)),
    "ReduceSum of all": ("ReduceSum", numbers(2, 3, 4), ()),
    "ReduceSum of none": ("ReduceSum", numbers(2, 3, 4), (), {"noop_with_empty_axes": 1}),
    "BatchNormalization": ("BatchNormalization", IMAGE,
                           tuple(numbers(2, seed=k) for k in range(4)), {"epsilon": 1e-3}),
    "InstanceNormalization": ("InstanceNormalization", IMAGE, (numbers(2), numbers(2, seed=1))),
    "LayerNormalization": ("LayerNormalization", numbers(2, 3, 4), (numbers(4), numbers(4))),
    "LayerNormalization axes": ("LayerNormalization", numbers(2, 3, 4), (numbers(3, 4),),
                                {"axis": 1}),
    "RMSNormalization": ("RMSNormalization", numbers(2, 3, 4), (numbers(4),), {"opset": 23}),
    "GroupNormalization": ("GroupNormalization", numbers(1, 4, 3), (numbers(4), numbers(4)),
                           {"opset": 21, "num_groups": 2}),
    "LpNormalization": ("LpNormalization", numbers(2, 3), (), {"axis": 1}),
    "Reshape": ("Reshape", numbers(2, 3, 4), (ints(0, -1),)),
    "Flatten": ("Flatten", numbers(2, 3, 4), (), {"axis": 2}),
    "Flatten all": ("Flatten", numbers(2, 3, 4), (), {"axis": 0}),
    "Transpose": ("Transpose", numbers(2, 3, 4), (), {"perm": [2, 0, 1]}),
    "Transpose round": ("Transpose", numbers(2, 3, 4), ()),
    "Squeeze": ("Squeeze", numbers(1, 3, 1), (ints(-1),)),
    "Squeeze 11": ("Squeeze", numbers(1, 3, 1), (), {"opset": 11, "axes": [0]}),
    "Squeeze all": ("Squeeze", numbers(1, 3, 1), ()),
    "Unsqueeze": ("Unsqueeze", numbers(2, 3), (ints(0, -1),)),
    "Unsqueeze 11": ("Unsqueeze", numbers(2, 3), (), {"opset": 11, "axes": [1]}),
    "Concat": ("Concat", numbers(2, 3), (numbers(2, 2),), {"axis": -1}),
    "Split": ("Split", numbers(2, 5), (ints(2, 3),), {"axis": 1, "outputs": 2}),
    "Split even": ("Split", numbers(2, 6), (), {"axis": 1, "outputs": 3}),
    "Split 18": ("Split", numbers(2, 5), (),
                 {"opset": 18, "axis": 1, "num_outputs": 2, "outputs": 2}),
    "Slice": ("Slice", numbers(4, 6), (ints(1, -5), ints(9, 2**62), ints(0, -1), ints(2, 3))),
    "Slice back": ("Slice", numbers(4, 6), (ints(-1), ints(-(2**63)), ints(1), ints(-2))),
    "Expand": ("Expand", numbers(3, 1), (ints(2, 1, 4),)),
    "Tile": ("Tile", numbers(2, 3), (ints(2, 1),)),
    "Pad": ("Pad", numbers(2, 3), (ints(0, 1, 2, 0), np.float32(0.5))),
    "Pad reflect": ("Pad", IMAGE, (ints(0, 0, 1, 2, 0, 0, 0, 1),), {"mode": "reflect"}),
    "Pad edge": ("Pad", IMAGE, (ints(0, 0, 1, 2, 0, 0, 0, 1),), {"mode": "edge"}),
    "Pad axes": ("Pad", numbers(2, 3), (ints(1, 2), np.float32(0), ints(-1)), {"opset": 18}),
    "DepthToSpace": ("DepthToSpace", numbers(1, 8, 2, 3), (), {"blocksize": 2}),
    "DepthToSpace CRD": ("DepthToSpace", numbers(1, 8, 2, 3), (), {"blocksize": 2, "mode": "CRD"}),
    "SpaceToDepth": ("SpaceToDepth", numbers(1, 2, 4, 6), (), {"blocksize": 2}),
    "Resize": ("Resize", IMAGE, (None, np.float32([1, 1, 2, 3])),
               {"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
                "nearest_mode": "floor"}),
    "Resize whole": ("Resize", IMAGE, (None, np.float32([1, 1, 2, 3]))),
    "Resize linear": ("Resize", IMAGE, (None, None, ints(1, 2, 8, 9)), {"mode": "linear"}),
    "Resize corners": ("Resize", IMAGE, (None, None, ints(1, 2, 8, 9)),
                       {"mode": "linear", "coordinate_transformation_mode": "align_corners"}),
    "Resize cubic": ("Resize", IMAGE, (None, None, ints(1, 2, 8, 9)), {"mode": "cubic"}),
    "Attention": ("Attention", numbers(1, 2, 3, 4),
                  (numbers(1, 2, 5, 4, seed=1), numbers(1, 2, 5, 6, seed=2)), {"opset": 23}),
    "Attention together": ("Attention", numbers(1, 3, 8), (numbers(1, 5, 8), numbers(1, 5, 8)),
                           {"opset": 23, "q_num_heads": 4, "kv_num_heads": 4}),
    "LSTM": ("LSTM", STEPS, (numbers(1, 8, 3), numbers(1, 8, 2), numbers(1, 16)),
             {"hidden_size": 2, "outputs": 3}),
    "LSTM states": ("LSTM", STEPS, (numbers(1, 8, 3), numbers(1, 8, 2), None, None,
                                    numbers(1, 1, 2), numbers(1, 1, 2, seed=1)),
                    {"hidden_size": 2, "outputs": 3}),
    "GRU": ("GRU", STEPS, (numbers(1, 6, 3), numbers(1, 6, 2), numbers(1, 12)),
            {"hidden_size": 2, "linear_before_reset": 1, "outputs": 2}),
    "RNN": ("RNN", STEPS, (numbers(1, 2, 3), numbers(1, 2, 2), numbers(1, 4)),
            {"hidden_size": 2, "outputs": 2}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_gives_what_the_reference_gives(case):
    kind, x, arrays, *attributes = CASES[case]
    model = one_node(kind, x, arrays, **(attributes[0] if attributes else {}))
    expected = ReferenceEvaluator(model).run(None, {"x": x})
    found = given_by(model, x)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_softmax_went_along_all_later_axes_before_version_13():
    x = numbers(2, 3, 4)
    (found,) = given_by(one_node("Softmax", x, opset=11), x)
    np.testing.assert_allclose(found, np.exp(x) / np.exp(x).sum((1, 2), keepdims=True), rtol=1e-5)


def test_every_operator_has_a_case():
    others = {"QuantizeLinear", "DequantizeLinear", "Upsample"}  # below, and with whole graphs
    assert {case[0] for case in CASES.values()} == OPERATORS.keys() - others


@pytest.mark.parametrize("version", [7, 9])
def test_upsampling_repeats_elements(version):
    scales = np.float32([1, 1, 2, 3])
    of_version = {7: ((), {"scales": scales.tolist()}), 9: ((scales,), {})}
    arrays, attributes = of_version[version]
    (found,) = given_by(one_node("Upsample", IMAGE, arrays, opset=version, **attributes), IMAGE)
    np.testing.assert_array_equal(found, IMAGE.repeat(2, 2).repeat(3, 3))


@pytest.mark.parametrize("direction", ["reverse", "bidirectional"])
def test_directions_are_runs_from_either_end(direction):
    both = direction == "bidirectional"
    w, r, b = numbers(1 + both, 8, 3), numbers(1 + both, 8, 2, seed=1), numbers(1 + both, 16)
    model = one_node("LSTM", STEPS, (w, r, b), hidden_size=2, direction=direction)
    (found,) = given_by(model, STEPS)
    for place in range(1 + both):
        steps = STEPS[::-1].copy() if place == both else STEPS
        alone = one_node("LSTM", steps, [one[place][None] for one in (w, r, b)], hidden_size=2)
        (expected,) = ReferenceEvaluator(alone).run(None, {"x": steps})
        expected = expected[::-1] if place == both else expected
        np.testing.assert_allclose(found[:, place], expected[:, 0], rtol=1e-4, atol=1e-6)


REFUSED = {
    "which places": ("MaxPool", IMAGE, (), {"kernel_shape": [2, 2], "outputs": 2}),
    "reset before": ("GRU", STEPS, (numbers(1, 6, 3), numbers(1, 6, 2)), {"hidden_size": 2}),
    "unequal lengths": ("RNN", STEPS, (numbers(1, 2, 3), numbers(1, 2, 2), None,
                                       np.array([2], np.int32)), {"hidden_size": 2}),
    "training": ("BatchNormalization", IMAGE, tuple(numbers(2) for _ in range(4)),
                 {"training_mode": 1, "outputs": 3}),
    "crooked": ("Resize", IMAGE, (None, None, ints(1, 2, 8, 9)),
                {"coordinate_transformation_mode": "half_pixel_symmetric"}),
    "not known": ("TopK", numbers(2, 3), (ints(1),), {"outputs": 2}),
    "drawn": ("RandomNormalLike", numbers(2, 3), ()),
    "a shape that depends on the input": ("Reshape", ints(2, 3), (numbers(6),),
                                          {"inputs": ["a0", "x"]}),
    "an axis that is missing": ("Concat", numbers(2, 3), (numbers(2, 2),), {"axis": 3}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_name_and_node(case):
    kind, x, arrays, *attributes = REFUSED[case]
    model = one_node(kind, x, arrays, **(attributes[0] if attributes else {}))
    with pytest.raises(InputError, match=rf"^operator '{kind}' at node 'n' cannot be followed: "):
        given_by(model, x)
