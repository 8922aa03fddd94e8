"""What renumbering hidden neurons changes of the aligned distance: nothing, ties or not."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from helpers import layered_networks, random_network
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from topoprint import InputError, Network
from topoprint.measures.alignment import aligned_distance

SEEDS = range(100)


def renumbered(network, rng):
    """The same network, the neurons of each hidden layer in another order."""
    sizes = network.layer_sizes
    orders = [np.arange(sizes[0]), *map(rng.permutation, sizes[1:-1]), np.arange(sizes[-1])]
    return Network.from_layers(
        (weight[np.ix_(after, before)], None if bias is None else bias[after])
        for weight, bias, (before, after) in zip(
            network.weights, network.biases, pairwise(orders), strict=True
        )
    )


def scaled(network, factor):
    return Network.from_layers(
        (weight * np.float32(factor), None if bias is None else bias * np.float32(factor))
        for weight, bias in zip(network.weights, network.biases, strict=True)
    )


def _dead(rng, weight, bias):
    gone = rng.random(len(weight)) < 0.4
    weight[gone], bias[gone] = 0, 0


def _dead_and_unheard(rng, weight, bias):
    _dead(rng, weight, bias)
    weight[:, rng.random(weight.shape[1]) < 0.4] = 0


def _same_incoming(rng, weight, bias):
    copied = rng.integers(0, (len(weight) + 1) // 2, len(weight))
    weight[:], bias[:] = weight[copied], bias[copied]


def _duplicates(rng, weight, bias):
    _same_incoming(rng, weight, bias)
    inputs = weight.shape[1]
    weight[:] = weight[:, rng.integers(0, (inputs + 1) // 2, inputs)]


def _pruned(rng, weight, bias):
    weight[rng.random(weight.shape) < 0.85] = 0
    bias[:] = 0


def _ternary(rng, weight, bias):
    weight[:], bias[:] = rng.integers(-1, 2, weight.shape), 0


def _negative_zeros(rng, weight, bias):
    _ternary(rng, weight, bias)
    weight[(weight == 0) & (rng.random(weight.shape) < 0.5)] = -0.0


def _thirds(rng, weight, bias):
    weight[:], bias[:] = rng.integers(-3, 4, weight.shape), rng.integers(-3, 4, bias.shape)


CHANGES = {
    function.__name__.strip("_"): function
    for function in (
        _dead, _dead_and_unheard, _same_incoming, _duplicates, _pruned, _ternary, _negative_zeros,
        _thirds,
    )
}  # fmt: skip
changes = pytest.mark.parametrize("change", CHANGES)


def tied(change, seed, sizes=None):
    """A random network with ties of a kind."""
    rng = np.random.default_rng(seed)
    if sizes is None:
        sizes = [int(size) for size in rng.integers(1, 9, rng.integers(3, 6))]
    layers = []
    for in_, out in pairwise(sizes):
        weight, bias = rng.standard_normal((out, in_)), rng.standard_normal(out)
        CHANGES[change](rng, weight, bias)
        layers.append((weight, bias))
    layers[-1][0][0, 0] = 3.0  # not all zero
    return Network.from_layers(layers)


@changes
def test_a_renumbered_copy_has_distance_0(change):
    for seed in SEEDS:
        network, rng = tied(change, seed), np.random.default_rng(seed)
        copy = renumbered(network, rng)
        assert aligned_distance(network, copy) == 0
        assert aligned_distance(renumbered(network, rng), scaled(copy, 0.125)) == 0


@settings(deadline=None, max_examples=200)
@given(layered_networks(), st.integers(0, 2**32 - 1))
def test_a_renumbered_copy_of_any_network_has_distance_0(network, seed):
    assert aligned_distance(network, renumbered(network, np.random.default_rng(seed))) == 0


def test_the_distance_is_0_only_where_some_renumbering_makes_networks_equal():
    rng, answers = np.random.default_rng(0), {True: 0, False: 0}
    orders = [np.array(order) for order in permutations(range(3))]
    for _ in range(400):
        weights = [
            [
                np.ones((3, 1)),
                rng.integers(0, 2, (3, 3)),
                rng.integers(1, rng.integers(2, 4), (1, 3)),
            ]
            for _ in range(2)
        ]
        (first, middle, last), other = weights
        equal = any(
            np.array_equal(first[one], other[0])
            and np.array_equal(middle[np.ix_(two, one)], other[1])
            and np.array_equal(last[:, two], other[2])
            for one in orders
            for two in orders
        )
        answers[equal] += 1
        nets = [Network.from_layers((weight, None) for weight in own) for own in weights]
        assert (aligned_distance(*nets) == 0) == equal
    assert min(answers.values()) > 5


@pytest.mark.parametrize("change", ["dead_and_unheard", "duplicates", "ternary"])
def test_a_renumbered_copy_of_a_wide_network_has_distance_0(change):
    network = tied(change, 0, [30, 150, 120, 100, 5])
    assert aligned_distance(network, renumbered(network, np.random.default_rng(0))) == 0


@changes
def test_renumbering_changes_no_distance_to_another_network(change):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        one = tied(change, seed)
        other = tied(change, seed + 1000, one.layer_sizes)
        expected = aligned_distance(one, other)
        assert aligned_distance(one, renumbered(other, rng)) == expected
        found = aligned_distance(renumbered(one, rng), renumbered(other, rng))
        assert found == pytest.approx(expected, rel=1e-12)


def test_matchings_that_are_as_good_are_chosen_between_by_no_number_of_a_neuron():
    ones = [[[1, 0], [0, 1]], [[1, 0.5]]]
    others = [[[1, 1], [0, 0]], [[1, 0.25]]]
    one, other = (
        Network.from_layers((np.array(weight), None) for weight in net) for net in (ones, others)
    )
    rng = np.random.default_rng(0)
    found = {aligned_distance(renumbered(one, rng), renumbered(other, rng)) for _ in range(20)}
    assert found == {aligned_distance(one, other)}


@changes
def test_scaling_a_renumbered_copy_leaves_rounding(change):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        network = tied(change, seed)
        copy = scaled(renumbered(network, rng), rng.uniform(0.1, 1))
        assert aligned_distance(network, copy) < 1e-5


def patterned(pattern):
    """Two hidden layers that only the pattern of the weights between them tells apart."""
    out, in_ = pattern.shape
    return Network.from_layers(
        [(np.ones((in_, 2)), None), (pattern, None), (np.ones((1, out)), None)]
    )


def along_the_diagonal(*blocks):
    size = sum(map(len, blocks))
    found, start = np.zeros((size, size)), 0
    for block in blocks:
        found[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return found


def ring(length):
    return np.eye(length) + np.roll(np.eye(length), 1, axis=0)


def strongly_regular(steps):
    """On a torus of 4 by 4 places, those joined that are a step apart; 3 on the diagonal."""
    row, column = np.divmod(np.arange(16), 4)
    apart = np.stack([np.subtract.outer(row, row), np.subtract.outer(column, column)]) % 4
    joined = [(apart[0] == down) & (apart[1] == right) for down, right in steps]
    return np.any(joined, axis=0) + 3 * np.eye(16)


ROOK = strongly_regular([(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)])
SHRIKHANDE = strongly_regular([(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)])
PATTERNS = {
    "one ring": ring(9),
    "rings of one length": along_the_diagonal(*[ring(4)] * 5),
    "rings of two lengths": along_the_diagonal(*[ring(6)] * 3, *[ring(3)] * 4),
    "identity": np.eye(40),
    "all but identity": 1 - np.eye(40),
    "rook": ROOK,
    "rook and Shrikhande": along_the_diagonal(ROOK, SHRIKHANDE, ROOK),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_copy_is_found_where_all_neurons_look_the_same(name):
    network, rng = patterned(PATTERNS[name]), np.random.default_rng(0)
    for _ in range(3):
        assert aligned_distance(network, renumbered(network, rng)) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ROOK, SHRIKHANDE),
        (along_the_diagonal(ring(6)), along_the_diagonal(ring(3), ring(3))),
        (along_the_diagonal(*[ring(4)] * 9), along_the_diagonal(*[ring(6)] * 6)),
    ],
)
def test_networks_that_look_the_same_everywhere_may_be_different(one, other):
    rng = np.random.default_rng(0)
    found = [
        aligned_distance(renumbered(patterned(one), rng), renumbered(patterned(other), rng))
        for _ in range(3)
    ]
    assert found[0] > 1
    np.testing.assert_allclose(found, found[0], rtol=1e-12)


def forwards(one, other):
    """The distance with no thought of ties: a linear assignment of each hidden layer."""
    scales = [
        np.float32(max(np.abs(array).max() for array in (*net.weights, *net.biases)))
        for net in (one, other)
    ]
    order, square = np.arange(one.layer_sizes[0]), 0.0
    for number in range(len(one.weights)):
        fixed, moved = (
            np.column_stack([net.weights[number], net.biases[number]]) / scale
            for net, scale in zip((one, other), scales, strict=True)
        )
        moved = np.column_stack([moved[:, order], moved[:, -1]])
        if number < len(one.weights) - 1:
            order = linear_sum_assignment(fixed @ moved.T, maximize=True)[1]
            moved = moved[order]
        square += float(np.sum((fixed - moved) ** 2, dtype=np.float64))
    return float(np.sqrt(square))


@pytest.mark.parametrize("draw", ["standard_normal", "heavy_tailed"])
def test_without_ties_the_distance_is_that_of_the_assignment_alone(draw):
    for seed in SEEDS:
        sizes = [int(size) for size in np.random.default_rng(seed).integers(1, 30, 2 + seed % 4)]
        one, other = (random_network(sizes, seed + k, draw) for k in (0, 1000))
        assert aligned_distance(one, other) == pytest.approx(forwards(one, other), rel=1e-14)


def test_outgoing_weights_decide_between_neurons_of_the_same_incoming_weights():
    rng = np.random.default_rng(0)
    incoming, outgoing = np.ones((5, 3)), rng.standard_normal((4, 5))
    one = Network.from_layers([(incoming, None), (outgoing, None)])
    noise = 1e-3 * rng.standard_normal((4, 5))
    other = Network.from_layers([(incoming, None), ((outgoing + noise)[:, ::-1], None)])

    def apart(order):
        scales = [max(1, np.abs(net.weights[1]).max()) for net in (one, other)]
        moved = [weight / scales[1] for weight in other.weights]
        fixed = [weight / scales[0] for weight in one.weights]
        return np.hypot(
            np.linalg.norm(fixed[0] - moved[0][list(order)]),
            np.linalg.norm(fixed[1] - moved[1][:, list(order)]),
        )

    best = min(map(apart, permutations(range(5))))
    assert aligned_distance(one, other) == pytest.approx(best, rel=1e-5)


def test_incoming_weights_are_never_given_up_for_outgoing_ones():
    one = Network.from_layers([([[1.0], [1.0], [0.5]], None), ([[0.0, 0.25, 1.0]], None)])
    other = Network.from_layers([([[1.0], [0.5], [1.0]], None), ([[1.0, 0.0, 0.25]], None)])
    # By outgoing weights alone, the neuron of 0.5 would be matched to the first of the other.
    expected = np.sqrt((1.0 - 0.0) ** 2 + (0.0 - 0.25) ** 2 + (0.25 - 1.0) ** 2)
    assert aligned_distance(one, other) == pytest.approx(expected)


@changes
def test_the_distance_is_between_its_bounds(change):
    for seed in SEEDS:
        one = tied(change, seed)
        other = tied(change, seed + 1000, one.layer_sizes)
        found = aligned_distance(one, other)
        layers = [[*net.weights, *net.biases] for net in (one, other)]
        units = [[a / max(np.abs(b).max() for b in arrays) for a in arrays] for arrays in layers]
        norms = [np.sqrt(sum(np.sum(a**2) for a in arrays)) for arrays in units]
        assert abs(norms[0] - norms[1]) - 1e-4 <= found <= norms[0] + norms[1] + 1e-4


def test_networks_without_hidden_neurons_are_not_renumbered():
    one, other = (random_network([3, 4], seed) for seed in (0, 1))
    assert aligned_distance(one, one) == 0
    assert aligned_distance(one, other) == pytest.approx(forwards(one, other))
    with pytest.raises(InputError, match="different shapes"):
        aligned_distance(one, random_network([4, 3], 0))
