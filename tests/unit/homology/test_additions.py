"""Graphs whose neurons sum all that reaches them, beside the same edges written down by hand."""

import numpy as np
import pytest
from helpers import by_flagser

import topoprint as tp
from topoprint import InputError
from topoprint.homology import additions
from topoprint.homology.network_graph import NetworkGraph
from topoprint.networks.maps import LinearMap, Wires
from topoprint.networks.nulls import null_network

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

Edge = tuple[int, int, float]


class Residual(nn.Module):
    """Blocks h + V relu(U h)."""

    def __init__(self, width: int, hidden: int, blocks: int, bias: bool = True) -> None:
        super().__init__()
        self.inner = nn.ModuleList(nn.Linear(width, hidden, bias) for _ in range(blocks))
        self.outer = nn.ModuleList(nn.Linear(hidden, width, bias) for _ in range(blocks))

    def forward(self, x):  # type: ignore[no-untyped-def]
        for inner, outer in zip(self.inner, self.outer, strict=True):
            x = x + outer(torch.relu(inner(x)))
        return x


def graph_of(module: nn.Module, *example: torch.Tensor, **options: bool) -> NetworkGraph:
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    return tp.to_graph(tp.Network.from_torch(module, example), **options)


def barcode(graph: tp.Graph | NetworkGraph) -> list[list[list[float]]]:
    """Bars by flagser: equal where graphs are equal but for the numbers of their vertices."""
    found = by_flagser(graph)
    return [np.sort(found.bars(q), axis=0).tolist() for q in range(4)]


def by_hand(module: Residual, bias: bool) -> tp.Graph:
    """The same graph: weights forwards, reversed where they are not positive, wires beside them."""
    width = module.inner[0].in_features
    edges: list[Edge] = []
    units = iter(range(10**6))
    at = [next(units) for _ in range(width)]
    weights = []
    for inner, outer in zip(module.inner, module.outer, strict=True):
        hidden = [next(units) for _ in range(inner.out_features)]
        after = [next(units) for _ in range(width)]
        for layer, from_, to in ((inner, at, hidden), (outer, hidden, after)):
            matrix = layer.weight.detach().numpy()
            weights.append(np.abs(matrix).max())
            edges += [(a, b, matrix[j, i]) for j, b in enumerate(to) for i, a in enumerate(from_)]
            if bias:
                vector = layer.bias.detach().numpy()
                weights.append(np.abs(vector).max())
                edges += [(next(units), b, vector[j]) for j, b in enumerate(to)]
        edges += [(a, b, np.inf) for a, b in zip(at, after, strict=True)]
        at = after
    scale = max(weights)
    ends = [(a, b) if weight > 0 else (b, a) for a, b, weight in edges]
    values = [max(1 - min(abs(w) / scale, 1), np.float32(1e-6)) for *_, w in edges]
    return tp.Graph.from_edges(next(units), *zip(*ends, strict=True), values)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_residual_blocks(blocks: int, bias: bool) -> None:
    module = Residual(3, 4, blocks)
    merged = tp.merge_additions(graph_of(module, torch.zeros(3), bias=bias))
    expected = by_hand(module, bias)
    assert (merged.n_vertices, merged.n_edges) == (expected.n_vertices, expected.n_edges)
    assert not merged.is_triangle_free()
    np.testing.assert_allclose(np.sort(merged.values), np.sort(expected.values), rtol=1e-6)
    for found, wanted in zip(barcode(merged), barcode(expected), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_higher_homology_appears() -> None:
    """Two neurons in each of three layers, all joined forwards: an octahedron, hollow inside."""
    module = Joined()
    network = tp.Network.from_torch(module, torch.zeros(2))
    found = tp.persistence(tp.merge_additions(tp.to_graph(network)))
    values = [1 - parameter.abs() / 4 for parameter in module.parameters()]
    assert found.bars(2).tolist() == [[pytest.approx(max(v.max().item() for v in values)), np.inf]]
    assert not found.bars(3).size
    assert not tp.persistence(tp.to_graph(network)).bars(2).size


class Joined(nn.Module):
    """A x + C (B x), with weights above 0."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(2, 2, bias=False) for _ in range(3))
        for number, parameter in enumerate(self.parameters()):
            parameter.data = torch.tensor([[4.0, 3.0], [2.0, 1.0]]) / (number + 1)

    def forward(self, x):  # type: ignore[no-untyped-def]
        straight, inner, outer = self.layers
        return straight(x) + outer(inner(x))


class Sums(nn.Module):
    """Sums of several layers of one's own inputs, of sums, of products, of one thing twice."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.layers = nn.ModuleList(nn.Linear(2, 2, bias=False) for _ in range(3))

    def forward(self, x, y, z):  # type: ignore[no-untyped-def]
        one, two, three = self.layers
        match self.kind:
            case "several":
                return one(x) + (two(y) - three(z))
            case "product":
                return one(x) * two(y) + three(z)
            case "twice":
                own = three(z)
                return own + own + (one(x) + two(y))
            case "one input":
                return one(x) + two(x) + three(x) + x
            case _:
                return one(x) + two(x + y) + (three(z) + x)


@pytest.mark.parametrize(
    ("kind", "vertices", "edges"),
    [
        ("several", 6 + 2, 12),  # all three layers give to the same two neurons
        # A product keeps its unit, its factors and the units on their way; c is its sum.
        ("product", 6 + 2 * (2 + 2 + 1) + 2, 12 + 2 * (2 + 2) + 2),
        ("twice", 6 + 2, 12),  # c + c has the units of c
        # Every layer stays, or two edges would join two vertices; two inputs are not used.
        ("one input", 4 + 2 + 2 * 3 + 2, 12 + 2 * 4),
        # x + y gives to a layer, and stays. Two terms would join the sum with x: both stay.
        ("shared", 6 + 2 + 2 + 2 + 2, 12 + 4 + 2 + 2 + 2),
    ],
)
def test_terms(kind: str, vertices: int, edges: int) -> None:
    merged = tp.merge_additions(graph_of(Sums(kind), *torch.zeros(3, 2)))
    assert (merged.n_vertices, merged.n_edges) == (vertices, edges)


def test_one_layer_and_its_input() -> None:
    """W x + x: the neurons of the layer stay, as the diagonal would be joined twice."""
    merged = tp.merge_additions(graph_of(OneLayer(), torch.zeros(3)))
    assert (merged.n_vertices, merged.n_edges) == (9, 9 + 3 + 3)
    assert not merged.is_triangle_free()


class OneLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3, bias=False)

    def forward(self, x):  # type: ignore[no-untyped-def]
        return self.layer(x) + x


def test_recurrent_networks() -> None:
    """Each step is a neuron that has edges from its input and from the step before."""
    graph = graph_of(nn.RNN(2, 3, bias=False), torch.zeros(4, 2))
    merged = tp.merge_additions(graph)
    assert (merged.n_vertices, merged.n_edges) == (4 * 2 + 4 * 3, 4 * 6 + 3 * 9)
    assert merged.is_triangle_free()


def test_without_sums_nothing_changes() -> None:
    graph = graph_of(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), torch.zeros(3))
    merged, laid_out = tp.merge_additions(graph), graph.laid_out()
    for name in ("sources", "targets", "values"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(laid_out, name))


def test_sums_in_a_circle_stay_apart() -> None:
    maps = [LinearMap.dense("a", np.ones((1, 1), np.float32), [0], [1])]
    wires = [Wires([1, 2, 3], [2, 3, 2])]
    network = tp.Network.from_maps(4, maps, wires, sums=[2, 3])
    merged = tp.merge_additions(tp.to_graph(network))
    assert (merged.n_vertices, merged.n_edges) == (3, 3)


def test_nulls_have_the_same_sums() -> None:
    network = tp.Network.from_torch(Residual(3, 4, 2), torch.zeros(3))
    null = null_network(network, "gaussian", 0)
    sizes = [tp.merge_additions(tp.to_graph(one)) for one in (network, null)]
    assert sizes[0].n_vertices == sizes[1].n_vertices
    assert sizes[0].n_edges == sizes[1].n_edges


def test_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(Residual(3, 4, 1), torch.zeros(3))
    monkeypatch.setattr(additions, "MOST_LAID_OUT", 20)
    with pytest.raises(InputError, match="too many to be laid out one by one"):
        tp.merge_additions(graph)
    with pytest.raises(InputError, match="a sum is outside of the units"):
        tp.Network.from_maps(2, [LinearMap.dense("a", np.ones((1, 1)), [0], [1])], sums=[2])
