"""Whether networks that belong together are found, by measures of which it is known."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from known_measures import (
    COUNT,
    SHAPES,
    by_measure,
    compared,
    index_of,
    noise,
    real_of,
    seeds_of,
)
from sklearn.metrics import average_precision_score

from topoprint import Index, InputError
from topoprint.evaluation.retrieval import random_precision, retrieval

ORDER = np.array([True] * 3 + [False] * 4)


def test_networks_of_one_shape_are_found():
    found = by_measure(retrieval(seeds_of(5)))
    assert {row.relevant for row in found.values()} == {"shape"}
    assert found["number_of_edges"].average_precision == 1
    assert found["number_of_edges"].nearest == 1
    assert found["by_size"].average_precision > 0.99
    assert found["by_chance"].average_precision < 0.8
    assert found["by_chance"].chance == pytest.approx(3 / 7)
    assert found["by_chance"].chance_precision == pytest.approx(random_precision(ORDER))
    assert found["by_chance"].average_precision.low < found["by_chance"].average_precision.high


def test_average_precision_by_chance_is_the_mean_over_all_orders():
    for relevant in (ORDER, ORDER[2:], ORDER[2:4], ORDER[:3]):
        found = [
            average_precision_score(relevant, order) for order in permutations(range(len(relevant)))
        ]
        assert random_precision(relevant) == pytest.approx(np.mean(found))


def test_ties_count_as_chance():
    equal = real_of(0, by_size=np.ones((COUNT, COUNT)) - np.eye(COUNT))
    found = by_measure(retrieval([equal]))["by_size"]
    assert found.average_precision == found.nearest == pytest.approx(3 / 7)


def test_data_sets_are_found_in_the_control():
    apart = np.kron(np.array([[0.0, 9], [9, 0]]), np.ones((4, 4)))
    datasets = ["one"] * 4 + ["other"] * 4

    def control(edges):
        return [
            compared(
                index_of(seed, SHAPES, edges, datasets),
                {"heat": apart + noise(seed), "one_norm": np.where(apart > 0, np.nan, noise(seed))},
            )
            for seed in range(3)
        ]

    (found,) = retrieval(control((50,) * 4 + (60,) * 4))
    assert (found.measure, found.relevant, found.networks) == ("heat", "data set", 3 * COUNT)
    assert found.average_precision == found.nearest == found.nearest.low == 1
    assert found.chance == pytest.approx(3 / 7)
    whole, equal = retrieval(control((60,) * 2 + (50,) * 2 + (60,) * 4))
    assert whole.relevant == "data set"
    assert (equal.relevant, equal.networks) == ("data set, at equal size", 3 * 6)
    assert equal.chance == pytest.approx((2 * 1 / 5 + 4 * 3 / 5) / 6)


# Two shapes of one size and a third: 3 networks a seed, 4 seeds.
THREE_SHAPES, THREE_EDGES = ("4-8-2", "4-5-5-2", "4-20-2"), (1000, 1008, 2500)


def of_three(seed):
    index = index_of(seed, THREE_SHAPES, THREE_EDGES)
    values = {"seeing": noise(0)[:3, :3], "blind": 1.0 - np.eye(3)}
    edges = np.abs(np.subtract.outer(THREE_EDGES, THREE_EDGES)).astype(float)
    return compared(index, {**values, "number_of_edges": edges})


def across(measures=("seeing", "blind", "number_of_edges")):
    rows = [row for seed in range(4) for row in of_three(seed).index]
    index = Index(sorted(rows, key=lambda row: row.id.network))
    place = np.repeat([0.0, 1, 7], 4) + np.random.default_rng(0).uniform(0, 0.1, 12)
    edges = np.repeat(THREE_EDGES, 4)
    values = {
        "seeing": np.abs(np.subtract.outer(place, place)),
        "blind": 1.0 - np.eye(12),
        "number_of_edges": np.abs(np.subtract.outer(edges, edges)).astype(float),
    }
    return compared(index, {name: values[name] for name in measures})


def test_shapes_are_found_across_seeds_and_at_equal_size():
    rows = retrieval([of_three(seed) for seed in range(4)], across())
    found = {(row.measure, row.relevant): row for row in rows}
    assert found.keys() == {
        ("seeing", "shape, across seeds"), ("blind", "shape, across seeds"),
        ("number_of_edges", "shape, across seeds"),
        ("seeing", "shape, across seeds, at equal size"),
        ("blind", "shape, across seeds, at equal size"),
    }  # fmt: skip
    assert found["seeing", "shape, across seeds"].average_precision == 1
    assert found["seeing", "shape, across seeds"].networks == 12
    assert found["blind", "shape, across seeds"].nearest == pytest.approx(3 / 11)
    equal = found["blind", "shape, across seeds, at equal size"]
    assert (equal.networks, equal.chance) == (8, pytest.approx(3 / 7))
    assert equal.average_precision.low == pytest.approx(
        equal.average_precision
    )  # the same for every seed


def test_a_measure_that_compares_what_is_alike_alone_finds_nothing():
    apart = np.not_equal.outer(SHAPES, SHAPES)
    seeds = [real_of(seed, by_chance=np.where(apart, np.nan, noise(seed))) for seed in range(3)]
    assert "by_chance" not in by_measure(retrieval(seeds))


def test_distances_across_seeds_of_other_networks_are_refused():
    seeds = [of_three(seed) for seed in range(4)]
    for others in (seeds[:3], [*seeds, of_three(7)], seeds_of(2)):
        with pytest.raises(
            InputError,
            match=r"across seeds are of other networks or seeds than those of the seeds$",
        ):
            retrieval(others, across())


def test_distances_across_seeds_of_other_measures_or_parameters_are_refused():
    seeds = [of_three(seed) for seed in range(4)]
    assert len(retrieval(seeds, across(["blind"]))) == 2
    changed = across()
    changed.matrices["blind"] = replace(changed.matrices["blind"], parameters={"kind": "other"})
    more = across()
    more.matrices["more"] = more.matrices["blind"]
    for wrong, measure in ((changed, "blind"), (more, "more")):
        with pytest.raises(
            InputError, match=rf"with other measures or parameters than .* \({measure}\); compute"
        ):
            retrieval(seeds, wrong)


def test_networks_of_one_group_are_found_where_groups_are_known():
    near = np.kron(np.array([[0.0, 9], [9, 0]]), np.ones((4, 4)))
    index = Index(
        replace(row, group="near" if place < 4 else "far")
        for place, row in enumerate(index_of(0, ["a"] * 8, [50] * 8, ["d"] * 8))
    )
    alone = compared(index, {"heat": near + noise(0)})
    assert retrieval([alone]) == []
    whole, equal = retrieval([alone], by_group=True)
    assert (whole.relevant, equal.relevant) == ("group", "group, at equal size")
    assert whole.average_precision == whole.nearest == 1
    assert whole.chance == pytest.approx(3 / 7)
    across = retrieval([alone], alone, by_group=True)
    assert [row.relevant for row in across][2:] == [
        "group, across seeds", "group, across seeds, at equal size",
    ]  # fmt: skip
