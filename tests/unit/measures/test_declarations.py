"""Every measure is held to what it declares: needs, range, triangle inequality, invariances."""

import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, Network
from topoprint.comparison.compare import distances_of
from topoprint.identity import Index
from topoprint.measures.registry import markdown, measures, with_settings
from topoprint.measures.subject import Subject
from topoprint.networks.nulls import null_network
from topoprint.networks.twins import twin_of
from topoprint.responses.activations import activations
from topoprint.responses.responses import Responses

# The triangle inequality holds on a shared grid; small networks have few units to draw, few
# samples few neighbours.
FEW = {"units": 8, "draws": 6, "samples": 20, "neighbours": 2}


def of_layers(name):
    """Some draw units of each layer, of which there are fewer than of the network."""
    return {"units": 5} if name.startswith("path") else {}


MEASURES = {
    name: with_settings(measure, {"grid": "shared", "bins": 50, **FEW, **of_layers(name)})
    for name, measure in measures().items()
}
SIZES = ([5, 7, 6, 4],) * 4 + ([5, 9, 4], [5, 6, 6, 6, 4], [5, 12, 4])
INPUTS = np.random.default_rng(0).standard_normal((30, 5)).astype(np.float32)
each = pytest.mark.parametrize("name", MEASURES)


def answer(network, inputs=INPUTS):
    """What a network with ReLU answers."""
    hidden = outputs = inputs
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        hidden, outputs = outputs, outputs @ weight.T + bias
        if layer < len(network.weights) - 1:
            outputs = np.maximum(outputs, 0)
    own = tuple(layer.astype(np.float32) for layer in activations(network, inputs))
    return Responses(hidden, outputs.argmax(axis=1), own)


def subject(network, inputs=INPUTS):
    return Subject("one", lambda: network, responses=answer(network, inputs))


def bare(network):
    """A network of which no answers are known."""
    return Subject("one", lambda: network)


def networks(draw="standard_normal"):
    return [random_network(sizes, seed, draw) for seed, sizes in enumerate(SIZES)]


def values_of(name, draw="standard_normal"):
    return MEASURES[name].distances([subject(net) for net in networks(draw)])


@each
@pytest.mark.parametrize("draw", ["standard_normal", "heavy_tailed"])
def test_distances_are_symmetric_not_negative_and_within_their_range(name, draw):
    values = values_of(name, draw)
    np.testing.assert_array_equal(values, values.T)
    np.testing.assert_array_equal(np.diag(values), 0)
    finite = values[np.isfinite(values)]
    assert finite.min() >= 0
    assert finite.max() <= MEASURES[name].greatest
    assert finite.max() > 0


@each
def test_what_cannot_be_compared_is_what_is_declared(name):
    comparable = np.ones((len(SIZES), len(SIZES)), dtype=bool)
    if "equal shapes" in MEASURES[name].needs:
        comparable = np.array([[one == other for other in SIZES] for one in SIZES])
    np.testing.assert_array_equal(np.isfinite(values_of(name)), comparable)


@each
def test_measures_of_responses_say_so(name):
    without = [bare(net) for net in networks()[:2]]
    if "responses" in MEASURES[name].needs:
        with pytest.raises(InputError, match="needs its responses"):
            MEASURES[name].distances(without)
        with pytest.raises(InputError, match=f"measure '{name}' needs its responses"):
            distances_of(without, Index.of_names("ab"), [MEASURES[name]])
    else:
        found = MEASURES[name].distances(without)
        np.testing.assert_array_equal(
            found, MEASURES[name].distances([subject(net) for net in networks()[:2]])
        )


@each
def test_the_triangle_inequality_holds_where_declared(name):
    if not MEASURES[name].metric:
        return
    for draw in ("standard_normal", "heavy_tailed"):
        values = values_of(name, draw)
        for a, b, c in permutations(range(len(values)), 3):
            if np.isfinite([values[a, b], values[b, c], values[a, c]]).all():
                assert values[a, c] <= values[a, b] + values[b, c] + 1e-7


def reorder_neurons(network, rng):
    layers, before = [], np.arange(network.layer_sizes[0])
    for number, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        last = number == len(network.weights) - 1
        order = np.arange(len(weight)) if last else rng.permutation(len(weight))
        layers.append((weight[order][:, before], bias[order]))
        before = order
    return subject(Network.from_layers(layers))


def reorder_inputs(network, rng):
    order = rng.permutation(network.layer_sizes[0])
    (first, *others) = zip(network.weights, network.biases, strict=True)
    changed = Network.from_layers([(first[0][:, order], first[1]), *others])
    return subject(changed, INPUTS[:, order])


def multiplied(network, factor):
    return subject(
        Network.from_layers(
            (factor * w, factor * b) for w, b in zip(network.weights, network.biases, strict=True)
        )
    )


CHANGES = {
    "neurons": reorder_neurons,
    "inputs": reorder_inputs,
    "scale": lambda network, rng: multiplied(network, 1 / 16),
    "signs": lambda network, rng: multiplied(network, -1.0),
    "wiring": lambda network, rng: subject(
        null_network(network, "shuffled_layers", int(rng.integers(99)))
    ),
    "rescaling": lambda network, rng: twin(network, "rescaled", rng),
    "splitting": lambda network, rng: twin(network, "split_neuron", rng),
    "insertion": lambda network, rng: twin(network, "identity_layer", rng),
}


def twin(network, name, rng):
    return subject(twin_of(network, name, int(rng.integers(99))).network)


@each
@pytest.mark.parametrize("change", CHANGES)
def test_a_measure_is_invariant_where_it_says_so_and_nowhere_else(name, change):
    measure = MEASURES[name]
    if change in measure.invariances:
        before, after, own = distances_of_changed(measure, change)
        np.testing.assert_allclose(after, before, rtol=1e-6)
        np.testing.assert_allclose(own, 0, atol=3e-4)  # the arccos of nearly 1
    else:
        draws = ("standard_normal", "heavy_tailed", "one_path")
        found = (distances_of_changed(measure, change, draw)[2] for draw in draws)
        assert any(max(np.nan_to_num(own, nan=np.inf)) > 1e-3 for own in found)


def distances_of_changed(measure, change, draw="standard_normal"):
    """Distance of two networks, of one to the other changed, and of that one to itself changed."""
    rng = np.random.default_rng(1)
    nets = networks(draw)
    fixed = [subject(net) for net in nets]
    before = measure.distances([fixed[0], fixed[1]])[0, 1]
    after, own = [], []
    for _ in range(10):
        changed = CHANGES[change](nets[1], rng)
        after.append(measure.distances([fixed[0], changed])[0, 1])
        own.append(measure.distances([fixed[1], changed])[0, 1])
    return before, after, own


@each
def test_biases_that_are_left_out_change_nothing(name):
    if "bias" not in type(MEASURES[name]).model_fields:
        return
    rng = np.random.default_rng(0)
    one, other = (random_network(SIZES[0], seed) for seed in (0, 1))
    large = Network.from_layers(
        (weight, 100 * rng.standard_normal(len(weight))) for weight in other.weights
    )
    none = Network.from_layers((weight, None) for weight in other.weights)
    measure = with_settings(MEASURES[name], {"bias": False})
    with_, without = (
        measure.distances([bare(net) for net in (one, changed)]) for changed in (large, none)
    )
    np.testing.assert_array_equal(with_, without)


def test_the_table_of_measures_in_the_docs_is_the_registry():
    text = (Path(__file__).parents[3] / "docs/measures.md").read_text(encoding="utf-8")
    assert markdown() in text  # `topoprint measures --markdown` prints it


def test_the_guide_of_the_readme_is_of_known_measures_and_what_they_declare():
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    table = text.partition("| question | measure |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert len(rows) >= 10
    for _, named, needs, control, unseen, _ in rows:
        chosen = [MEASURES[name] for name in re.findall(r"`(\w+)`", named)]
        assert chosen
        assert all(name in MEASURES for name in re.findall(r"`(\w+)`", control))
        for one in chosen:
            assert one.control in ("", *re.findall(r"`(\w+)`", control))
            assert ("the same probes" in needs) == (one.paired and "responses" in one.needs)
            assert ("equal shapes" in needs) == ("equal shapes" in one.needs)
            if "scales of ReLU units" in unseen:
                assert "rescaling" in one.invariances
            if "signs" in unseen:
                assert "signs" in one.invariances
