"""Kernels as edges between channels: norms over the taps, by what convolutions compute."""

import numpy as np
import pytest
from helpers import assert_same_bars, by_flagser
from safetensors.numpy import save_file

from topoprint import InputError, Network, persistence, to_graph

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.utils.parametrizations import weight_norm  # noqa: E402

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def matrix_of(network):
    """Weights of the only map from every input channel to every output channel, 0 where none."""
    (one,) = [one for one in network.maps if not one.is_bias]
    sources, targets, weights = one.laid_out()
    found = np.zeros((one.outputs.size, one.inputs.size), dtype=np.float32)
    found[targets - one.outputs.min(), sources - one.inputs.min()] = weights
    return found


def norms_of_responses(module, channels):
    """What a convolution of stride 1 gives of an impulse in each channel, as a norm a channel."""
    found = []
    for channel in range(channels):
        impulse = torch.zeros(1, channels, *[5] * (module.weight.ndim - 2))
        impulse[(0, channel, *[2] * (impulse.ndim - 2))] = 1
        with torch.no_grad():
            answer = module(impulse) - module(torch.zeros_like(impulse))
        found.append(answer[0].flatten(1).norm(dim=1).numpy())
    return np.stack(found, axis=1)


@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize(
    ("kind", "padding"),
    [(nn.Conv1d, 2), (nn.Conv2d, 2), (nn.Conv3d, 2), (nn.ConvTranspose1d, 0),
     (nn.ConvTranspose2d, 0)],
)  # fmt: skip
def test_an_edge_is_the_norm_of_what_a_channel_makes_of_an_impulse(kind, padding, groups):
    torch.manual_seed(groups)
    module = kind(6, 12, 3, padding=padding, groups=groups)
    network = Network.from_torch(module, positions="channels")
    assert np.allclose(matrix_of(network), norms_of_responses(module, 6), atol=1e-6)
    assert network.n_edges == 12 * 6 // groups + 12
    assert_same_bars(persistence(to_graph(network)), by_flagser(to_graph(network)))


def test_weights_are_those_that_act():
    torch.manual_seed(0)
    module = weight_norm(nn.Conv2d(4, 6, 3, padding=2, groups=2))
    with torch.no_grad():
        module.parametrizations.weight.original0 *= 3
    network = Network.from_torch(nn.Sequential(module), positions="channels")
    assert np.allclose(matrix_of(network), norms_of_responses(module, 4), atol=1e-6)


def test_convolutions_chain_where_their_names_do(tmp_path):
    kernel, last = normal(4, 3, 3, 3), normal(2, 4)
    state = {"0.weight": kernel, "0.bias": normal(4), "3.weight": last, "3.bias": normal(2)}
    save_file(state, tmp_path / "a.safetensors")
    for network in (
        Network.load(tmp_path / "a.safetensors", positions="channels"),
        Network.load(tmp_path / "a.safetensors", ["0", "3"], positions="channels"),
        Network.from_state_dict(state, positions="channels"),
    ):
        assert network.layer_sizes == (3, 4, 2)
        assert np.allclose(network.weights[0], np.sqrt((kernel**2).sum(axis=(2, 3))))
        assert np.array_equal(network.weights[1], last)  # dense weights keep their signs
    assert not Network.load(tmp_path / "a.safetensors").is_chain


def test_kernels_of_one_tap_keep_their_signs():
    kernel = normal(5, 4, 1, 1)
    network = Network.from_state_dict({"mix.weight": kernel}, positions="channels")
    assert np.array_equal(matrix_of(network), kernel[..., 0, 0])


def test_a_bias_tells_which_way_a_kernel_stands():
    kernel = normal(3, 5, 2, 2)  # transposed: (in, out, taps)
    state = {"up.weight": kernel, "up.bias": normal(5)}
    network = Network.from_state_dict(state, positions="channels")
    assert np.allclose(matrix_of(network), np.linalg.norm(kernel, axis=(2, 3)).T)


@pytest.mark.parametrize(
    ("name", "kernel", "expected"),
    [
        ("Conv_0/kernel", normal(3, 2, 4, 5), lambda k: np.sqrt((k**2).sum(axis=(0, 1))).T),
        ("conv1d.kernel", normal(3, 4, 5), lambda k: np.sqrt((k**2).sum(axis=0)).T),
        # Of attention, (heads, units a head, out): no kernel.
        ("out/kernel", normal(3, 4, 5), lambda k: k.transpose(2, 1, 0).reshape(5, -1)),
    ],
)
def test_kernels_of_jax_are_taps_in_out(name, kernel, expected):
    network = Network.from_state_dict({name: kernel}, positions="channels")
    assert np.allclose(matrix_of(network), expected(kernel))


def test_depthwise_kernels_of_keras_are_a_group_an_input(tmp_path):
    h5py = pytest.importorskip("h5py")
    kernel = normal(3, 3, 4, 2)
    with h5py.File(tmp_path / "a.weights.h5", "w") as file:
        file.create_group("layers/depthwise_conv2d/vars")["0"] = kernel
    network = Network.load(tmp_path / "a.weights.h5", positions="channels")
    norms = np.linalg.norm(kernel.reshape(9, 4, 2), axis=0)
    expected = np.zeros((8, 4))
    for channel in range(4):
        expected[2 * channel : 2 * channel + 2, channel] = norms[channel]
    assert np.allclose(matrix_of(network), expected)


def test_onnx_tells_the_groups():
    onnx = pytest.importorskip("onnx")
    kernel = normal(6, 2, 3, 3)
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Conv", ["x", "k"], ["y"], group=2)], "g",
        [value("x", onnx.TensorProto.FLOAT, None)], [value("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(kernel, "k")],
    )  # fmt: skip
    network = Network.from_onnx(onnx.helper.make_model(graph), positions="channels")
    module = nn.Conv2d(4, 6, 3, padding=2, groups=2, bias=False)
    module.weight.data = torch.from_numpy(kernel)
    assert np.allclose(matrix_of(network), norms_of_responses(module, 4), atol=1e-6)


def test_refusals():
    module = nn.Conv2d(1, 2, 3)
    with pytest.raises(InputError, match=r"'pixels' are not known; choose each or channels"):
        Network.from_torch(module, positions="pixels")
    with pytest.raises(InputError, match=r"choose each or channels"):
        Network.from_state_dict(module.state_dict(), positions="pixels")
    with pytest.raises(InputError, match=r"takes no example; leave example_input out"):
        Network.from_torch(module, torch.zeros(1, 1, 5, 5), positions="channels")
    with pytest.raises(InputError, match=r"expected a torch module, not dict"):
        Network.from_torch({}, positions="channels")
    with pytest.raises(InputError, match=r"positions='channels' follows no graph"):
        Network.from_onnx(None, architecture=True, positions="channels")
