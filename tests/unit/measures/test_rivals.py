"""Neural persistence, aligned networks, activations and images, against other ways to them."""

from itertools import permutations

import numpy as np
import pytest
from helpers import layered_networks, random_network
from hypothesis import given, settings
from scipy.linalg import orthogonal_procrustes
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

import topoprint as tp
from topoprint.measures.alignment import aligned_distance
from topoprint.measures.neural_persistence import neural_persistence
from topoprint.responses.responses import (
    Activations,
    centred_gram,
    cka_angle,
    disagreement,
    load_activations,
    principal_parts,
    procrustes_angle,
    save_activations,
)


def rieck(network):
    """Neural persistence by the definition: a spanning tree of each layer's bipartite graph."""
    greatest = max(float(np.abs(weight).max()) for weight in network.weights)
    found = []
    for weight in network.weights:
        out, in_ = weight.shape
        lifetimes = 1 - np.abs(weight.astype(np.float64)) / greatest
        graph = np.zeros((in_ + out, in_ + out))
        graph[:in_, in_:] = lifetimes.T + 1  # more than zero: scipy takes 0 for no edge
        tree = minimum_spanning_tree(csr_array(graph)).data - 1
        found.append(np.sqrt(np.sum(tree**2) / (in_ + out - 1)))
    return found


@settings(deadline=None, max_examples=60)
@given(layered_networks())
def test_neural_persistence_is_that_of_the_definition(network):
    found = neural_persistence(tp.to_graph(network, zeta=1e-30))
    np.testing.assert_allclose(found, rieck(network), atol=1e-6)
    assert (found <= 1).all()


def test_neural_persistence_knows_no_biases():
    weight, bias = np.ones((2, 2)), np.array([2.0, 2.0])  # greater than any weight
    graph = tp.to_graph(tp.Network.from_layers([(weight, bias)]))
    np.testing.assert_allclose(neural_persistence(graph), [0], atol=1e-6)


def test_neural_persistence_of_known_layers():
    equal = tp.Network.from_layers([(np.ones((3, 4)), None), (np.zeros((2, 3)), None)])
    np.testing.assert_allclose(neural_persistence(tp.to_graph(equal)), [0, 1], atol=1e-6)
    # A path of edges of strength 1, ½, ¼: lifetimes 0, ½ and ¾, of three edges.
    path = tp.Network.from_layers([(np.array([[1.0, 0.5], [0.0, 0.25]]), None)])
    expected = np.sqrt((0.5**2 + 0.75**2) / 3)
    assert neural_persistence(tp.to_graph(path))[0] == pytest.approx(expected)


def reordered(network, orders):
    layers, before = [], np.arange(network.layer_sizes[0])
    for weight, bias, order in zip(network.weights, network.biases, orders, strict=True):
        layers.append((weight[order][:, before], None if bias is None else bias[order]))
        before = order
    return tp.Network.from_layers(layers)


def unaligned(one, other):
    scales = [max(np.abs(w).max() for w in (*net.weights, *net.biases)) for net in (one, other)]
    parts = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    return np.sqrt(sum(np.sum((a / scales[0] - b / scales[1]) ** 2) for a, b in parts))


def test_a_reordered_network_is_found_again():
    rng = np.random.default_rng(0)
    network = random_network([6, 20, 15, 4], 0)
    orders = [rng.permutation(20), rng.permutation(15), np.arange(4)]
    other = reordered(network, orders)
    assert unaligned(network, other) > 1
    assert aligned_distance(network, other) == pytest.approx(0, abs=1e-5)


def test_one_hidden_layer_is_matched_best_by_incoming_weights():
    one, other = random_network([3, 5, 2], 1), random_network([3, 5, 2], 2)

    def incoming(order):
        moved = reordered(other, [np.array(order), np.arange(2)])
        scales = [max(np.abs(w).max() for w in (*n.weights, *n.biases)) for n in (one, moved)]
        return sum(
            np.sum((a / scales[0] - b / scales[1]) ** 2)
            for a, b in ((one.weights[0], moved.weights[0]), (one.biases[0], moved.biases[0]))
        )

    best = min(permutations(range(5)), key=incoming)
    expected = unaligned(one, reordered(other, [np.array(best), np.arange(2)]))
    assert aligned_distance(one, other) == pytest.approx(expected, rel=1e-5)
    assert aligned_distance(other, one) == pytest.approx(expected, rel=1e-5)


def test_networks_of_other_shapes_or_without_biases():
    with pytest.raises(tp.InputError, match="different shapes"):
        aligned_distance(random_network([3, 5, 2], 1), random_network([3, 6, 2], 2))
    bare = random_network([3, 5, 2], 1, bias=False)
    assert aligned_distance(bare, bare) == 0


def answers_of(seed, n=40, neurons=6):
    rng = np.random.default_rng(seed)
    return Activations(rng.standard_normal((n, neurons)).astype(np.float32), rng.integers(0, 3, 10))


def centred(answer):
    hidden = answer.hidden.astype(np.float64)
    return hidden - hidden.mean(axis=0)


def test_cka_is_that_of_kornblith():
    one, other = answers_of(0), answers_of(1, neurons=9)
    x, y = centred(one), centred(other)
    cka = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    found = cka_angle(centred_gram(one), centred_gram(other))
    assert np.cos(found) == pytest.approx(cka)


def test_procrustes_is_what_the_best_rotation_leaves():
    one, other = answers_of(0), answers_of(1)
    x, y = (centred(a) / np.linalg.norm(centred(a)) for a in (one, other))
    rotation, _ = orthogonal_procrustes(y, x)
    left = np.linalg.norm(x - y @ rotation)
    found = procrustes_angle(principal_parts(one), principal_parts(other))
    assert 2 - 2 * np.cos(found) == pytest.approx(left**2)


def test_rotated_and_scaled_answers_are_the_same():
    one = answers_of(0)
    rotation, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((6, 6)))
    other = Activations((3 * one.hidden @ rotation + 7).astype(np.float32), one.predictions)
    assert cka_angle(centred_gram(one), centred_gram(other)) == pytest.approx(0, abs=2e-3)
    parts = principal_parts(one), principal_parts(other)
    assert procrustes_angle(*parts) == pytest.approx(0, abs=2e-3)


def test_constant_answers_cannot_be_compared():
    dead = Activations(np.ones((40, 6), np.float32), np.zeros(10, np.int64))
    assert np.isnan(cka_angle(centred_gram(dead), centred_gram(answers_of(0))))
    assert np.isnan(procrustes_angle(principal_parts(dead), principal_parts(answers_of(0))))


def test_disagreement():
    one = Activations(np.zeros((1, 1), np.float32), np.array([0, 1, 2, 2]))
    other = Activations(np.zeros((1, 1), np.float32), np.array([0, 1, 1, 0]))
    assert disagreement(one, other) == 0.5
    with pytest.raises(tp.InputError, match="different numbers"):
        disagreement(one, answers_of(0))


def test_a_file_gives_back_the_answers(tmp_path):
    given_answers = {("a-1", "trained"): answers_of(0), ("a-1", "initial"): answers_of(1)}
    save_activations(tmp_path / "a.h5", given_answers, {"dataset": "d", "seed": "2"})
    found, identity = load_activations(tmp_path / "a.h5")
    assert identity == {"dataset": "d", "seed": "2"}
    assert found.keys() == given_answers.keys()
    for key, answer in given_answers.items():
        np.testing.assert_array_equal(found[key].hidden, answer.hidden)
        np.testing.assert_array_equal(found[key].predictions, answer.predictions)


def image_distance(one, other, sigma):
    """L2 distance of persistence images in closed form, bar by bar."""
    points = [(b, d - b, d - b) for b, d in one] + [(b, d - b, b - d) for b, d in other]
    places = np.array([point[:2] for point in points])
    masses = np.array([point[2] for point in points])
    squares = ((places[:, None] - places) ** 2).sum(axis=2)
    kernel = np.exp(-squares / (4 * sigma**2)) / (4 * np.pi * sigma**2)
    return np.sqrt(masses @ kernel @ masses)


@pytest.mark.parametrize("count", [4, 60])  # fewer places than grid points, and more
@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.5])
def test_persistence_images_of_bars_on_the_grid(sigma, count):
    rng = np.random.default_rng(0)
    bars = []
    for _ in range(2):
        births = rng.integers(0, 12, count)
        deaths = births + rng.integers(1, 5, count)
        # The grid of 17 points from 0 to 1 is that of sixteenths.
        bars.append(np.vstack([np.column_stack([births, deaths]), [[0, 16]]]) / 16)
    found = tp.distance_matrix(
        [tp.Diagram.from_bars([[], some]) for some in bars],
        "persistence_image", bins=17, min_persistence=0, sigma=sigma,
    )  # fmt: skip
    expected = image_distance(*bars, sigma)
    assert found.values[0, 1] == pytest.approx(expected, rel=1e-10)


def test_the_other_engine_has_no_such_image():
    bars = tp.Diagram.from_bars([[], [[0, 1]]])
    with pytest.raises(tp.InputError, match="persistence image is another"):
        tp.distance_matrix([bars, bars], "persistence_image", engine="giotto")
