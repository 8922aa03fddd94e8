"""Paths through a network, against the tensors themselves."""

import numpy as np
import pytest
from helpers import named, random_network
from scipy.stats import wasserstein_distance

from topoprint import InputError, make_measure
from topoprint.homology.rips import rips
from topoprint.measures.size import BINS
from topoprint.measures.subject import Subject
from topoprint.networks.twins import twin_of

FEW = {"units": 20, "draws": 2}
NETWORKS = [
    named(random_network(sizes, seed), network=str(seed))
    for seed, sizes in enumerate([(6, 30, 25, 4), (6, 40, 4), (6, 20, 20, 20, 4), (6, 30, 5)])
]


def subject(network):
    return Subject("one", lambda: network)


def paths(network, **changed):
    return subject(network).feature(make_measure("path_tensor", **{**FEW, **changed}).paths)


def distances(name, networks=NETWORKS, **changed):
    measure = make_measure(name, **{**FEW, **changed})
    return measure.distances([subject(network) for network in networks])


def test_distances_are_angles_between_sums_of_all_paths_through_a_unit():
    network = NETWORKS[2]
    first, second, third, last = (weight.astype(np.float64) for weight in network.weights)
    found = paths(network, draws=1).distances  # all units of each layer, in another order
    for layer, (into, out_of) in enumerate(
        [(first, last @ third @ second), (second @ first, last @ third),
         (third @ second @ first, last)]
    ):  # fmt: skip
        tensors = np.array([np.outer(out_of[:, i], into[i]).ravel() for i in range(20)])
        tensors /= np.linalg.norm(tensors, axis=1, keepdims=True)
        expected = np.arccos(np.clip(tensors @ tensors.T, -1, 1)) / np.pi
        np.testing.assert_allclose(np.sort(found[layer], axis=None)[20:],
                                   np.sort(expected, axis=None)[20:], atol=1e-7)  # fmt: skip


def test_units_are_drawn_in_proportion_to_their_paths():
    network = random_network([3, 6, 2], 0)
    weight = network.weights[0].copy()
    weight[0] *= 1e6
    heavy = network.from_layers([(weight, None), (network.weights[1], None)])
    draws = paths(heavy, units=4, draws=200).distances
    whole = paths(heavy, units=6, draws=1).distances[0]
    # The heavy unit stands last in the order of sizes, and is among those drawn every time.
    assert all(np.isin(draw[-1, :-1].round(9), whole[-1, :-1].round(9)).all() for draw in draws)


def test_the_distance_adds_those_of_both_homologies():
    grid = np.linspace(0, 1, 100_001)[:-1]
    ends, curves = [], []
    for network in NETWORKS[:2]:
        bars = [rips(draw) for draw in paths(network).distances]
        ends.append(np.concatenate([deaths for deaths, _ in bars]))
        cycles = np.concatenate([some for _, some in bars])
        assert len(cycles) > 5
        alive = (cycles[:, :1] <= grid) & (grid < cycles[:, 1:])
        curves.append(alive.sum(axis=0) / 20 / len(bars))
    expected = wasserstein_distance(*ends) + np.abs(curves[0] - curves[1]).mean()
    assert distances("path_tensor")[0, 1] == pytest.approx(expected, abs=1e-4)


def test_the_histogram_is_of_the_same_distances():
    own = [
        np.concatenate([draw[np.triu_indices(20, k=1)] for draw in paths(network).distances])
        for network in NETWORKS[:2]
    ]
    found = distances("path_histogram")[0, 1]
    assert found == pytest.approx(wasserstein_distance(*own), abs=1 / BINS)


@pytest.mark.parametrize("name", ["path_tensor", "path_histogram"])
def test_twins_are_at_a_millionth_of_the_median_and_other_outputs_not_compared(name):
    values = distances(name)
    np.testing.assert_array_equal(np.isnan(values[3]), [True, True, True, False])
    median = np.median(values[:3, :3][np.triu_indices(3, k=1)])
    for twin in ("renumbered", "rescaled"):
        made = twin_of(NETWORKS[0], twin, 1).network
        assert distances(name, [NETWORKS[0], made])[0, 1] <= 1e-6 * median


def test_too_few_units_are_refused():
    with pytest.raises(InputError, match="25 units of hidden layer 2 lie on paths, fewer than"):
        paths(NETWORKS[0], units=26)
    with pytest.raises(InputError, match="no hidden layer"):
        paths(random_network([3, 2], 0))
