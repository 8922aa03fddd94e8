"""Measures of correlated units: draws, and each number beside another way to it."""

import numpy as np
import pytest
from helpers import named, random_network
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.stats import wasserstein_distance

from topoprint import InputError, make_measure
from topoprint.measures.of_units import dissimilarities
from topoprint.measures.size import BINS
from topoprint.measures.subject import Subject
from topoprint.networks.twins import twin_of
from topoprint.responses.activations import activations
from topoprint.responses.responses import Responses, varying

FEW = {"units": 20, "draws": 3, "samples": 60}
NAMES = ("functional_h0", "functional_h1", "functional_histogram", "correlation_spectrum")
NETWORKS = [
    named(random_network(sizes, seed), network=str(seed))
    for seed, sizes in enumerate([(5, 30, 30, 4), (5, 20, 20, 20, 4), (5, 80, 4)])
]


def subject(network, **more):
    return Subject("one", lambda: network, **more)


def correlations(network, **changed):
    return subject(network).feature(
        make_measure("functional_h0", **{**FEW, **changed}).correlations
    )


def distances(name, networks=NETWORKS, **changed):
    measure = make_measure(name, **{**FEW, **changed})
    return measure.distances([subject(network) for network in networks])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("twin", ["renumbered", "rescaled"])
def test_twins_are_at_a_millionth_of_the_median(name, twin):
    median = np.median(distances(name)[np.triu_indices(3, k=1)])
    for seed in range(5):
        made = twin_of(NETWORKS[0], twin, seed).network
        assert distances(name, [NETWORKS[0], made])[0, 1] <= 1e-6 * median


@pytest.mark.parametrize("name", NAMES)
def test_twins_of_units_that_answer_one_probe_alone_are_at_a_millionth_too(name):
    rng = np.random.default_rng(3)
    layer = np.zeros((60, 40), np.float32)
    layer[rng.permutation(60)[:40], np.arange(40)] = rng.random(40) + 0.5
    layer[:, :10] += rng.random((60, 10), dtype=np.float32)
    measure = make_measure(name, units=30, draws=3, probes="data")

    def answering(own):
        return subject(NETWORKS[0], responses=Responses(own, np.zeros(3, np.int64), (own,)))

    one = answering(layer)
    for order in (rng.permutation(40) for _ in range(5)):
        scaled = layer[:, order] * np.exp2(rng.integers(-3, 4, 40)).astype(np.float32)
        assert measure.distances([one, answering(scaled)])[0, 1] < 1e-9


def test_units_are_drawn_evenly_and_a_full_layer_leaves_its_share_to_the_others():
    rng = np.random.default_rng(0)
    # Units of a layer follow one signal, those of other layers another.
    own = tuple(
        (rng.standard_normal((200, 1)) + rng.normal(0, 0.01, (200, size))).astype(np.float32)
        for size in (4, 40, 40)
    )
    given = subject(NETWORKS[0], responses=Responses(own[-1], np.zeros(3, np.int64), own))
    measure = make_measure("functional_h0", units=25, draws=3, probes="data")
    for draw in given.feature(measure.correlations):
        layers = np.cumsum([0, *(np.diagonal(draw, 1) < 0.9)])
        assert np.bincount(layers).tolist() == [4, 11, 10]


def test_draws_differ_and_come_from_the_network_s_own_stream():
    first, second, _ = found = correlations(NETWORKS[0])
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(found, correlations(NETWORKS[0]))
    other = named(NETWORKS[0], network="another")
    assert not np.array_equal(found, correlations(other))
    variant = named(NETWORKS[0], network="0", variant="relinked", repetition=3)
    np.testing.assert_array_equal(found, correlations(variant))


def test_constant_units_are_left_out_and_too_few_refused():
    alive = random_network([5, 30, 4], 0)
    bias = np.repeat([-100.0, 100.0], [12, 18])
    network = alive.from_layers([(alive.weights[0], bias), (alive.weights[1], alive.biases[1])])
    assert np.isfinite(correlations(network, units=18)).all()
    with pytest.raises(InputError, match=r"^one: 18 hidden units vary over the probes, fewer than"):
        correlations(network, units=19)


def test_units_that_differ_by_rounding_alone_are_constant():
    rng = np.random.default_rng(0)
    dead = np.zeros((30, 5)), rng.random(30)
    then = rng.standard_normal((200, 30)), np.ones(200)
    network = NETWORKS[0].from_layers([dead, then, (rng.standard_normal((4, 200)), None)])
    with pytest.raises(InputError, match=r"^one: 0 hidden units vary over the probes"):
        correlations(network, samples=511)
    outputs = rng.random((60, 30), dtype=np.float32)
    outputs[:, :8] = np.float32(0.7)
    outputs[::2, :8] = np.nextafter(np.float32(0.7), np.float32(1))
    assert varying(outputs).tolist() == [False] * 8 + [True] * 22
    assert varying(outputs * np.float32(1e-20)).tolist() == varying(outputs).tolist()
    assert not varying(np.zeros((3, 2))).any()


def test_h0_is_the_distance_of_the_spanning_trees_edges():
    own = [
        np.concatenate([minimum_spanning_tree(draw).data for draw in dissimilarities(found)])
        for found in map(correlations, NETWORKS[:2])
    ]
    expected = wasserstein_distance(*own)
    assert distances("functional_h0")[0, 1] == pytest.approx(expected, rel=1e-9)


def test_h1_is_the_integral_over_a_grid():
    from topoprint.homology.rips import rips

    grid = np.linspace(0, 1, 100_001)[:-1]
    curves = []
    for network in NETWORKS[:2]:
        bars = np.concatenate([rips(draw)[1] for draw in dissimilarities(correlations(network))])
        assert len(bars) > 5
        alive = (bars[:, :1] <= grid) & (grid < bars[:, 1:])
        curves.append(alive.sum(axis=0) / FEW["draws"] / FEW["units"])
    expected = np.abs(curves[0] - curves[1]).mean()
    assert distances("functional_h1")[0, 1] == pytest.approx(expected, abs=1e-4)


def test_the_histogram_is_of_the_same_distances():
    own = [
        np.concatenate([draw[np.triu_indices(20, k=1)] for draw in dissimilarities(found)])
        for found in map(correlations, NETWORKS[:2])
    ]
    found = distances("functional_histogram")[0, 1]
    assert found == pytest.approx(wasserstein_distance(*own), abs=1 / BINS)


def test_the_spectrum_is_that_of_principal_components():
    spectra = []
    for network in NETWORKS[:2]:
        values = [np.linalg.svd(draw, compute_uv=False) / 20 for draw in correlations(network)]
        spectra.append(np.mean(values, axis=0))
    expected = np.abs(spectra[0] - spectra[1]).sum() / 2
    assert distances("correlation_spectrum")[0, 1] == pytest.approx(expected)


def test_own_inputs_are_taken_from_the_responses():
    inputs = np.random.default_rng(1).standard_normal((70, 5))
    own = tuple(layer.astype(np.float32) for layer in activations(NETWORKS[0], inputs))
    measure = make_measure("functional_h0", **FEW, probes="data")
    assert measure.needs == {"weights", "units", "responses", "own inputs"}
    given = Responses(own[-1], np.zeros(3, np.int64), own)
    found = subject(NETWORKS[0], responses=given).feature(measure.correlations)
    assert not np.array_equal(found, correlations(NETWORKS[0]))
    with pytest.raises(InputError, match="needs its responses"):
        subject(NETWORKS[0]).feature(measure.correlations)
    nothing = subject(NETWORKS[0], responses=Responses(own[-1], np.zeros(3, np.int64)))
    with pytest.raises(InputError, match="again with `topoprint respond --own`"):
        nothing.feature(measure.correlations)
