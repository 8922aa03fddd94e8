"""Retrieval of tasks, where it is known what is found."""

from dataclasses import replace

import numpy as np
import pytest
from known_measures import compared

from topoprint import Index, InputError, NetworkId
from topoprint.evaluation.task_retrieval import task_retrieval
from topoprint.identity import Row
from topoprint.measures.registry import kinds

SHAPES = ("4-8-2", "4-9-2")


def index(tasks=("a", "b", "c"), seeds=4, variant=""):
    return Index(
        Row(NetworkId("d", f"{task}-{shape}", seed, variant=variant), task, shape, 50)
        for task in tasks
        for shape in SHAPES
        for seed in range(seeds)
    )


def noise(count, seed=0):
    values = np.triu(np.random.default_rng(seed).random((count, count)), k=1)
    return values + values.T


def measures(networks):
    tasks = np.array([row.group for row in networks])
    shapes = np.array([row.shape for row in networks])
    rest = noise(len(networks), 1)
    return {
        "by_task": (tasks[:, None] != tasks) + rest / 10,
        "by_shape": (shapes[:, None] != shapes) + rest / 10,
        "by_task_at_equal_size": (tasks[:, None] != tasks) * (shapes[:, None] == shapes) + rest / 9,
    }


def rows_of(networks, apart=()):
    found = task_retrieval([compared(networks, measures(networks))], apart)
    return {(row.measure, row.where, row.task): row for row in found}


def test_a_measure_of_the_task_finds_all_and_one_of_the_shape_none():
    rows = rows_of(index())
    equal, across = "at equal size", "across sizes"
    for where in (equal, across):
        assert rows["by_task", where, "all"].precision == 1
        assert rows["by_task", where, "all"].precision.low == 1
        row = rows["by_shape", where, "all"]
        assert row.precision == pytest.approx(row.chance, abs=0.12)
        assert row.precision.low < row.precision < row.precision.high
        assert row.networks == 24
    assert rows["by_task_at_equal_size", equal, "all"].precision == 1
    assert rows["by_task_at_equal_size", across, "all"].precision < 0.6


def test_chance_is_what_random_distances_find():
    networks = index(("a", "b", "c", "d"), seeds=5)
    values = {f"chance_{n}": noise(len(networks), n) for n in range(30)}
    rows = [row for row in task_retrieval([compared(networks, values)]) if row.task == "all"]
    for where in ("at equal size", "across sizes"):
        some = [row for row in rows if row.where == where]
        assert np.mean([row.precision for row in some]) == pytest.approx(some[0].chance, abs=0.02)


def test_tasks_apart_are_no_candidates_for_the_others_and_have_rows_of_their_own():
    whole, without = index(("a", "b", "easy")), index(("a", "b"))
    rows, plain = rows_of(whole, ("easy",)), rows_of(without)
    key = ("by_shape", "at equal size")
    assert rows[*key, "all"].networks == plain[*key, "all"].networks == 16
    assert rows[*key, "all"].chance == plain[*key, "all"].chance
    assert rows[*key, "easy"].networks == 8
    assert rows[*key, "easy"].chance < plain[*key, "a"].chance


def test_null_models_have_rows_of_their_own_state():
    null = index(variant="relinked")
    found = task_retrieval([compared(index(), measures(index())), compared(null, measures(null))])
    assert {row.state for row in found} == {"trained", "relinked"}


def test_a_single_seed_has_no_interval():
    (row, *_) = task_retrieval([compared(index(seeds=1), measures(index(seeds=1)))])
    assert np.isnan(row.precision.low)


def test_what_cannot_be_asked_is_refused():
    networks = index(("a",))
    alone = Index(replace(row, group="a") for row in networks)
    with pytest.raises(InputError, match="two tasks at least"):
        task_retrieval([compared(alone, measures(alone))])
    with pytest.raises(InputError, match="task 'z' is not known"):
        rows_of(index(), ("z",))


def test_a_homology_is_set_beside_its_control_of_the_same_parameters():
    networks = index()
    values = measures(networks)
    found = compared(networks, {"h1": values["by_task"], "histogram": values["by_shape"]})
    told = {"h1": "functional_h1", "histogram": "functional_histogram"}
    for name, kind in told.items():
        found.matrices[name].parameters.update(kind=kind, units=96)
    rows = {(row.measure, row.where): row for row in task_retrieval([found]) if row.task == "all"}
    for where in ("at equal size", "across sizes"):
        one, control = rows["h1", where], rows["histogram", where]
        assert one.over_control == pytest.approx(one.precision - control.precision)
        assert one.over_control.low > 0
        assert one.beside_control == "more than histogram"
        assert np.isnan(control.over_control)
        assert control.beside_control == ""
        assert not one.paired
    found.matrices["histogram"].parameters["units"] = 64
    assert all(np.isnan(row.over_control) for row in task_retrieval([found]))


@pytest.mark.parametrize(
    ("homology", "control", "said"),
    [
        ("by_task", "by_shape", "more than"),
        ("by_shape", "by_task", "less than"),
        ("by_shape", "by_shape", "not more than"),
    ],
)
def test_a_homology_says_whether_it_finds_more_than_its_control(homology, control, said):
    networks = index()
    values = measures(networks)
    found = compared(networks, {"h": values[homology], "c": values[control]})
    found.matrices["h"].parameters.update(kind="silhouette", zeta=1e-6, bias=True, bins=200)
    found.matrices["c"].parameters.update(kind="weight_histogram", zeta=1e-6, bias=True)
    rows = [row for row in task_retrieval([found]) if row.measure == "h" and row.task == "all"]
    assert [row.beside_control for row in rows] == [f"{said} c"] * 2
    found.matrices["c"].parameters["bias"] = False
    assert not any(row.beside_control for row in task_retrieval([found]))


def test_of_a_single_seed_no_homology_is_said_to_find_more():
    networks = index(seeds=1)
    values = measures(networks)
    found = compared(networks, {"h": values["by_task"], "c": values["by_shape"]})
    found.matrices["h"].parameters.update(kind="heat")
    found.matrices["c"].parameters.update(kind="weight_histogram")
    (row, *_) = task_retrieval([found])
    assert row.beside_control == "not more than c"


def test_every_control_is_a_kind_of_measure():
    assert {kind.control for kind in kinds().values()} - {""} <= kinds().keys()
