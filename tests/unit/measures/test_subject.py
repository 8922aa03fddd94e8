"""A network as measures see it: every feature is computed once, as long as memory lasts."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, compare, persistence, to_graph
from topoprint.comparison.compare import distances_of
from topoprint.identity import Index
from topoprint.measures import features, subject
from topoprint.measures.base import Pairwise
from topoprint.measures.features import DiagramOf, GraphOf
from topoprint.measures.registry import make_measure, make_measures, measures
from topoprint.measures.subject import Subject, new_cache
from topoprint.responses.responses import Responses
from topoprint.validation import Name

COUNTED = Counter()


@dataclass(frozen=True)
class Multiplied:
    """The first weights of a network, multiplied: an array of a known number of bytes."""

    factor: float

    def of(self, one):
        COUNTED[one.name, self.factor] += 1
        return self.factor * one.network.weights[0]


class Toy(Pairwise):
    """Greatest difference of the first weights, multiplied."""

    needs: ClassVar = frozenset({"weights"})

    kind: Literal["toy"] = "toy"
    name: Name = "toy"
    factor: float = 2.0

    @property
    def feature(self):
        return Multiplied(self.factor)

    def distance(self, one, other):
        return float(np.abs(one - other).max())


@pytest.fixture(autouse=True)
def _counted():
    COUNTED.clear()


def networks():
    return {name: random_network([10, 20, 3], seed) for seed, name in enumerate("abc")}


def subjects(cache=None, loaded=None):
    def load(name, network):
        if loaded is not None:
            loaded[name] += 1
        return network

    cache = new_cache() if cache is None else cache
    return [
        Subject(name, lambda name=name, network=network: load(name, network), cache=cache)
        for name, network in networks().items()
    ]


TOYS = [Toy(), Toy(name="again"), Toy(name="other", factor=3.0)]


def test_a_feature_is_computed_once_for_all_measures():
    loaded = Counter()
    made = distances_of(subjects(loaded=loaded), Index.of_names("abc"), TOYS)
    assert {(name, factor): 1 for name in "abc" for factor in (2.0, 3.0)} == COUNTED
    assert loaded == dict.fromkeys("abc", 1)
    np.testing.assert_array_equal(made["toy"].values, made["again"].values)
    assert not np.array_equal(made["toy"].values, made["other"].values)


def test_compare_shares_features_too():
    compare(list(networks().values()), TOYS, labels=list("abc"))
    assert set(COUNTED.values()) == {1}


def test_the_diagram_of_a_network_is_computed_once_for_all_measures(monkeypatch):
    computed = Counter()

    def count(graph, *arguments):
        computed[id(graph.network)] += 1
        return persistence(graph, *arguments)

    monkeypatch.setattr(features, "persistence", count)
    of_magnitudes = [
        name
        for name, known in measures().items()
        if known.needs == {"diagram"} and known.filtration == "magnitude"
    ]
    assert len(of_magnitudes) > 10
    distances_of(subjects(), Index.of_names("abc"), make_measures(of_magnitudes))
    assert sorted(computed.values()) == [1, 1, 1]


def test_memory_is_bounded_and_what_was_dropped_comes_out_equal():
    # A network takes 1132 bytes and a feature 800: two of these do not fit.
    small = new_cache(1900)
    loaded = Counter()
    evicting = distances_of(subjects(small, loaded), Index.of_names("abc"), TOYS)
    assert small.currsize <= 1900
    assert max(COUNTED.values()) > 1
    assert max(loaded.values()) > 1
    COUNTED.clear()
    whole = distances_of(subjects(), Index.of_names("abc"), TOYS)
    for name, matrix in whole.items():
        np.testing.assert_array_equal(evicting[name].values, matrix.values)


@pytest.mark.parametrize("limit", [1, 3000])
def test_all_measures_come_out_equal_of_little_memory(limit):
    asked = [one for one in measures().values() if not one.needs & {"responses", "units"}]
    asked += [make_measure("functional_h1", units=4, draws=1)]
    index = Index.of_names("abc")
    whole = distances_of(subjects(), index, asked)
    for name, matrix in distances_of(subjects(new_cache(limit)), index, asked).items():
        np.testing.assert_array_equal(whole[name].values, matrix.values, err_msg=name)


def test_what_is_larger_than_the_memory_is_given_all_the_same():
    cache = new_cache(10)
    (one, *_) = subjects(cache)
    np.testing.assert_array_equal(one.feature(Multiplied(2.0)), one.feature(Multiplied(2.0)))
    assert COUNTED["a", 2.0] == 2
    assert cache.currsize <= 10


def test_equal_features_of_other_networks_are_kept_apart():
    one, other, _ = subjects()
    assert not np.array_equal(one.feature(Multiplied(2.0)), other.feature(Multiplied(2.0)))
    assert not np.array_equal(one.feature(Multiplied(2.0)), one.feature(Multiplied(4.0)))


def test_the_bytes_of_features():
    array = np.zeros((3, 4))
    assert subject._size(array) == 96
    assert subject._size([array, (array, array)]) == 3 * 96
    assert subject._size(np.broadcast_to(np.float32(1), (1000,))) == 4
    assert subject._size(Responses(np.zeros((2, 3), np.float32), np.zeros(5, np.int64))) == 64
    network = random_network([10, 20, 3], 0)
    assert subject._size(network) >= 4 * (200 + 20 + 60 + 3)


def test_what_is_known_of_a_subject():
    net = random_network([3, 2], 0)
    diagram = persistence(to_graph(net))
    bare, known = Subject("bare"), Subject("known", diagram=lambda: diagram)
    whole = Subject("whole", lambda: net)
    needs = ("weights", "diagram", "responses", "equal shapes")
    assert [bare.has(need) for need in needs] == [False, False, False, True]
    assert [known.has(need) for need in needs] == [False, True, False, True]
    assert [whole.has(need) for need in needs] == [True, True, False, True]
    assert whole.network is net
    with pytest.raises(InputError, match=r"^known: a measure needs its weights"):
        _ = known.network
    with pytest.raises(InputError, match=r"^whole: a measure needs its responses"):
        _ = whole.responses


def test_a_diagram_that_is_known_is_taken_and_one_made_otherwise_is_refused():
    net = random_network([3, 4, 2], 0)
    parameters = {"zeta": 1e-3, "bias": True, "engine": "auto"}
    made = persistence(to_graph(net, zeta=1e-3))
    told = replace(made, parameters=parameters)
    one = Subject("a", lambda: net, lambda: told)
    assert one.feature(DiagramOf(1e-3, True, "magnitude")) is told
    with pytest.raises(
        InputError, match=r"^a: its diagram was made with zeta 0\.001, the measure asks for 1e-06"
    ):
        one.feature(DiagramOf(1e-6, True, "magnitude"))
    with pytest.raises(InputError, match=r"^a: its diagram was made with bias True, .* False"):
        one.feature(DiagramOf(1e-3, False, "magnitude"))
    # The filtration by ranks is of the weights.
    assert one.feature(DiagramOf(1e-6, True, "ranks")) is not told
    assert one.feature(GraphOf(1e-6, True)).zeta == 1e-6
