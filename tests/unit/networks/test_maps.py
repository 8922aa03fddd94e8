import ml_dtypes
import numpy as np
import pytest
from helpers import assert_same_network, random_network

from topoprint import Graph, InputError, Network, to_graph
from topoprint.networks import architecture
from topoprint.networks.maps import LinearMap, Wires, convolution_pairs


def pairs_of(shape, kernel, stride=1, padding=0, dilation=1):
    n = len(shape)
    return convolution_pairs(
        shape, kernel, (stride,) * n, ((padding, padding),) * n, (dilation,) * n
    )


@pytest.mark.parametrize(
    ("shape", "kernel", "options"),
    [
        ((7,), (3,), {}),
        ((8,), (4,), {"stride": 3, "padding": 2}),
        ((5, 6), (3, 2), {"padding": 1}),
        ((7, 5), (3, 3), {"stride": 2, "padding": 1}),
        ((8, 7), (2, 3), {"dilation": 2}),
        ((3, 4, 3), (2, 3, 2), {"padding": 1, "stride": 2}),
    ],
)
def test_edges_of_a_convolution_compute_what_torch_does(shape, kernel, options):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    groups, n_out, n_in = 2, 3, 2
    taps, places = int(np.prod(kernel)), int(np.prod(shape))
    weight = rng.standard_normal((groups, n_out, n_in, taps)).astype(np.float32)
    pairs, out = pairs_of(shape, kernel, **options)
    inputs = np.arange(groups * n_in * places).reshape(groups, n_in, places)
    outputs = np.arange(groups * n_out * int(np.prod(out))).reshape(groups, n_out, -1)
    sources, targets, weights = LinearMap("c", weight, inputs, outputs, pairs).laid_out()
    x = rng.standard_normal((groups * n_in, *shape))
    found = np.zeros(outputs.size)
    np.add.at(found, targets, weights * x.ravel()[sources])
    convolve = getattr(torch.nn.functional, f"conv{len(shape)}d")
    expected = convolve(
        torch.tensor(x)[None],
        torch.tensor(weight.reshape(groups * n_out, n_in, *kernel), dtype=torch.float64),
        groups=groups,
        **options,
    )
    assert tuple(expected.shape[2:]) == out
    np.testing.assert_allclose(found, expected.numpy().ravel(), atol=1e-9)


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="5 taps does not fit into 3"):
        pairs_of((3,), (5,))


def test_dense_layers_are_maps_and_maps_are_dense_layers():
    network = random_network((4, 3, 2), seed=0)
    assert network.n_units == 4 + 3 + 2 + 3 + 2
    assert [one.name for one in network.maps] == [
        "layers.0", "layers.0.bias", "layers.1", "layers.1.bias",
    ]  # fmt: skip
    assert network.n_edges == 12 + 6 + 5
    again = Network.from_maps(network.n_units, network.maps)
    assert again.is_chain
    assert_same_network(again, network)
    other_numbers = np.random.default_rng(0).permutation(network.n_units)
    renumbered = [
        LinearMap(
            one.name, one.weight, other_numbers[one.inputs], other_numbers[one.outputs],
            one.pairs, one.is_bias,
        )
        for one in network.maps
    ]  # fmt: skip
    assert_same_network(Network.from_maps(network.n_units, renumbered), network)


def side_by_side(n_units=5, wires=()):
    one = LinearMap.dense("one", np.ones((2, 1), np.float32), [0], [1, 2])
    other = LinearMap.dense("other", np.ones((1, 1), np.float32), [3], [4])
    return Network.from_maps(n_units, [one, other], wires)


@pytest.mark.parametrize(
    "network",
    [
        side_by_side(),
        side_by_side(wires=[Wires(np.array([1]), np.array([3]))]),
        Network.from_maps(3, [LinearMap.dense("a", np.ones((1, 1), np.float32), [0], [1])]),
        Network.from_maps(
            3,
            [
                LinearMap.dense("a", np.ones((1, 1), np.float32), [0], [1]),
                LinearMap.dense("b", np.ones((1, 1), np.float32), [1], [0]),
            ],
        ),
    ],
)
@pytest.mark.parametrize("asked", ["weights", "biases", "layer_sizes"])
def test_what_is_no_chain_says_so(network, asked):
    assert not network.is_chain
    with pytest.raises(InputError, match=rf"maps of \d units .* no chain .* {asked} are known"):
        getattr(network, asked)


def test_shapes_are_equal_where_architectures_are():
    wired = side_by_side(wires=[Wires(np.array([1]), np.array([3]))])
    assert side_by_side().shape == side_by_side().shape
    assert len({side_by_side().shape, wired.shape, side_by_side(6).shape}) == 3
    assert wired.row.edges == wired.n_edges == 4


def test_rows_of_wires_join_each_source_with_each_target():
    wires = Wires(np.array([[0, 1], [2, 3]]), np.array([[4, 5], [6, 7]]))
    edges = [(0, 4), (0, 5), (1, 4), (1, 5), (2, 6), (2, 7), (3, 6), (3, 7)]
    assert list(zip(*wires.laid_out(), strict=True)) == edges
    assert wires.n_edges == len(edges)


ONES = np.ones((1, 2, 1, 1), np.float32)
FROM, TO = np.array([[[0]]]), np.array([[[1], [2]]])
BIAS = LinearMap.bias("b", np.ones(2, np.float32), [3, 4], [1, 2])


@pytest.mark.parametrize(
    ("maps", "wires", "complaint"),
    [
        ([], [], "at least one linear map"),
        ([LinearMap("a", ONES[0], FROM, TO)], [], r"'a' has weights of shape \(2, 1, 1\)"),
        ([LinearMap("a", ONES, TO, TO)], [], r"'a' has input units of shape \(1, 2, 1\)"),
        ([LinearMap("a", ONES, FROM, FROM)], [], r"'a' has output units of shape \(1, 1, 1\)"),
        ([LinearMap("a", ONES, FROM + 5, TO)], [], "'a' has an input unit outside 0 … 4"),
        ([LinearMap("a", ONES, FROM, TO - 2)], [], "'a' has an output unit outside 0 … 4"),
        ([LinearMap("a", ONES, FROM, TO, ())], [], "1 taps but pairs of positions of 0"),
        ([LinearMap("a", ONES, FROM, TO, (np.array([[0, 1]]),))], [], "pair of positions outside"),
        ([LinearMap("a", ONES, FROM, TO, (np.array([0, 0]),))], [], "pairs of shape"),
        ([LinearMap("a", 0 * ONES, FROM, TO)], [], "all weights and biases are zero"),
        ([LinearMap("a", ONES * np.nan, FROM, TO)], [], "'a' holds NaN or infinity"),
        ([LinearMap("a", ONES.astype(np.float16) * np.inf, FROM, TO)], [], "'a' holds NaN"),
        ([BIAS, LinearMap("a", ONES, FROM + 3, TO)], [], "bias has another edge"),
        ([BIAS, BIAS], [], "bias has another edge"),
        ([BIAS], [Wires(np.array([0]), np.array([4]))], "bias has another edge"),
        ([LinearMap("b", ONES, FROM, TO, is_bias=True)], [], "'b' is no bias"),
        ([BIAS], [Wires(np.array([0]), np.array([5]))], "a wire has a unit outside"),
        ([BIAS], [Wires(np.array([0, 1]), np.array([2]))], "2 rows of sources but 1 of targets"),
    ],
)
def test_what_is_no_network_is_refused(maps, wires, complaint):
    with pytest.raises(InputError, match=complaint), np.errstate(invalid="ignore"):
        Network.from_maps(5, maps, wires)


def test_narrow_weights_stay_as_they_are():
    weight = np.array([[0.5, -2.0]], dtype=np.float16)
    network = Network.from_maps(3, [LinearMap.dense("a", weight, [0, 1], [2])])
    assert network.maps[0].weight.dtype == np.float16
    assert network.weights[0].dtype == np.float32
    np.testing.assert_array_equal(network.weights[0], [[0.5, -2.0]])


def test_what_is_shown_of_a_network_is_short():
    layered = Network.from_layers([(np.ones((2, 3)), np.ones(2)), (np.ones((1, 2)), None)])
    assert repr(layered) == "Network(3-2-1: 10 edges)"
    one, wire = LinearMap("conv", ONES, FROM, TO), Wires(np.array([3]), np.array([4]))
    assert repr(one) == "LinearMap('conv', weight (1, 2, 1, 1): 2 edges)"
    assert repr(wire) == "Wires(1 edges)"
    network = Network.from_maps(5, [one], [wire])
    assert repr(network) == "Network(1 maps: 5 units, 3 edges)"
    assert repr(to_graph(network)) == "NetworkGraph(5 vertices, 3 edges)"
    assert repr(Graph.from_edges(2, [0], [1], [0.5])) == "Graph(2 vertices, 1 edges)"


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16, "float8_e4m3fn"])
@pytest.mark.parametrize("greatest", [0.0, 0.25, -2.5, np.inf, -np.inf, np.nan, -np.nan])
def test_the_greatest_magnitude_of_a_map_is_that_of_its_numbers(dtype, greatest, monkeypatch):
    monkeypatch.setattr(architecture, "BLOCK", 4)
    kind = getattr(ml_dtypes, dtype) if isinstance(dtype, str) else dtype
    weight = np.array([[0.0, -0.125, greatest], [0.125, -0.0, 0.0625]], dtype=kind)
    one = LinearMap.dense("a", weight, [0, 1, 2], [3, 4])
    expected = np.abs(weight.astype(np.float32)).max()
    np.testing.assert_array_equal(architecture.greatest_magnitude(one), expected)
