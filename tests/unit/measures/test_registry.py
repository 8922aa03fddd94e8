"""Measures as values: names, kinds and parameters; JSON both ways; what is refused."""

import json
import sys
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Literal

import numpy as np
import pytest
from helpers import random_network
from pydantic import TypeAdapter, ValidationError

from topoprint import InputError, compare, make_measure
from topoprint.measures import registry
from topoprint.measures.base import TAKEN, Pairwise
from topoprint.measures.features import GraphOf
from topoprint.measures.heat import Heat
from topoprint.measures.registry import (
    PAPER,
    MeasureEntry,
    kinds,
    make_measures,
    measures,
    table,
    with_settings,
)
from topoprint.measures.size import NumberOfEdges
from topoprint.validation import Name

each = pytest.mark.parametrize("name", measures())
ENTRY = TypeAdapter(list[MeasureEntry])


class Toy(Pairwise):
    """Difference of the numbers of vertices."""

    kind: Literal["toy"] = "toy"
    name: Name = "toy"

    @property
    def feature(self):
        return GraphOf(1e-6, True)

    def distance(self, one, other):
        return float(abs(one.n_vertices - other.n_vertices))


@pytest.fixture
def bring(monkeypatch):
    """Let an installed package bring measures; what is found is forgotten afterwards."""
    points = []
    monkeypatch.setattr(registry, "entry_points", lambda group: points)

    def install(package, *brought):
        module = ModuleType(package)
        module.MEASURES = brought
        monkeypatch.setitem(sys.modules, package, module)
        points.append(EntryPoint(package, package, "topoprint.measures"))
        measures.cache_clear()
        kinds.cache_clear()

    yield install
    measures.cache_clear()
    kinds.cache_clear()


@each
def test_a_measure_goes_to_json_and_back_as_an_equal_value(name):
    measure = measures()[name]
    assert measure.name == name
    assert measure.kind == kinds_of(measure)
    assert make_measure(measure.model_dump()) == measure
    assert make_measure(json.loads(measure.model_dump_json())) == measure
    assert make_measure({"kind": measure.kind, "name": name, **set_of(measure)}) == measure
    assert json.loads(json.dumps(measure.parameters)) == measure.parameters
    assert "name" not in measure.parameters


@each
def test_an_entry_of_a_config_goes_to_json_and_back(name):
    (measure,) = ENTRY.validate_python([name])
    assert measure == measures()[name]
    dumped = ENTRY.dump_json([measure])
    (again,) = ENTRY.validate_json(dumped)
    assert again == measure
    # What is not set itself still takes shared settings.
    settings = {"bins": 17, "zeta": 0.5}
    assert with_settings(again, settings) == with_settings(measure, settings)


@each
def test_equal_measures_are_one_key(name):
    measure = measures()[name]
    assert {measure: 1}[make_measure(measure.model_dump())] == 1
    assert len({*measures().values()}) == len(measures())


def kinds_of(measure):
    (found,) = (kind for kind, known in kinds().items() if known is type(measure))
    return found


def set_of(measure):
    return measure.model_dump(exclude_unset=True)


def test_measures_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        make_measure("heat").sigma = 0.5


def test_parameters_are_laid_over_those_of_a_name():
    measure = make_measure("heat_h0", sigma=0.5)
    assert (measure.name, measure.dimensions, measure.sigma) == ("heat_h0", (0,), 0.5)
    assert make_measure("heat").sigma == 0.1
    wide = make_measure({"kind": "heat", "name": "wide", "sigma": 2})
    assert wide == Heat(name="wide", sigma=2.0)
    assert make_measure(wide, sigma=0.25) == Heat(name="wide", sigma=0.25)
    assert make_measure(wide) is wide
    assert make_measure("heat", dimensions=[0, 1]).parameters["dimensions"] == [0, 1]


def test_parameters_tell_measures_apart_and_names_do_not():
    assert make_measure("heat", name="other").parameters == make_measure("heat").parameters
    assert make_measure("heat", sigma=0.5).parameters != make_measure("heat").parameters


def test_a_new_version_of_a_kind_is_another_measure(monkeypatch):
    before = make_measure("heat").parameters
    monkeypatch.setattr(Heat, "version", 2)
    assert make_measure("heat").parameters == {**before, "version": 2}


@pytest.mark.parametrize(
    ("measure", "parameters", "sentence"),
    [
        ("warmth", {}, "measure 'warmth' is not known; did you mean 'wasserstein'?"),
        ("two_norm", {}, "measure 'two_norm' is not known; did you mean 'one_norm'?"),
        ("Heat", {}, "measure 'Heat' is not known; did you mean 'heat'?"),
        ("", {}, "measure '' is not known"),
        ({"kind": "warmth"}, {}, "kind 'warmth' is not known; choose .*heat.*"),
        ({"kind": "heat_h0"}, {}, "kind 'heat_h0' is not known; choose .*heat.*"),
        ({"sigma": 0.5}, {}, "kind None is not known"),
        ({"kind": ["heat"]}, {}, r"kind \['heat'\] is not known"),
        (3, {}, "3 is no measure: give its name, or its kind and parameters"),
        (None, {}, "None is no measure"),
        (["heat"], {}, r"\['heat'\] is no measure"),
        (["heat"] * 20, {}, "a list is no measure"),
        ("heat", {"sgima": 0.5}, "measure heat: sgima is not a known key; did you mean 'sigma'?"),
        ("cka", {"bins": 50}, "measure cka: bins is not a known key"),
        ("heat", {"sigma": -1.0}, "measure heat: sigma: input should be greater than 0, not -1.0"),
        ("heat", {"sigma": "wide"}, 'measure heat: sigma: .* not "wide"'),
        ("heat", {"unit_mass": 1}, "measure heat: unit_mass: .* boolean, not 1"),
        ("heat", {"zeta": 0.0}, "measure heat: zeta: .* not 0.0"),
        ("one_norm", {"zeta": 1.0}, "measure one_norm: zeta: .* less than 1, not 1.0"),
        ("landscape", {"layers": 2.0}, "measure landscape: layers: .* valid integer, not 2.0"),
        ("silhouette", {"power": float("inf")}, "measure silhouette: power: .* not inf"),
        ("bottleneck", {"infinity": 0}, "measure bottleneck: infinity: .* not 0"),
        ("heat", {"grid": "mine"}, "measure heat: grid: .*'paper' or 'shared', not \"mine\""),
        ("heat", {"filtration": "signs"}, "measure heat: filtration: .* not \"signs\""),
        ("heat", {"dimensions": ["a"]}, "measure heat: dimensions: .* integer, not \"a\""),
        ("heat", {"name": "My heat"}, "measure heat: name: .* pattern .*, not \"My heat\""),
    ],
)  # fmt: skip
def test_what_is_no_measure_is_refused_in_one_sentence(measure, parameters, sentence):
    with pytest.raises(InputError, match=f"^{sentence}") as caught:
        make_measure(measure, **parameters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_names_that_mean_something_else_in_files_are_refused(name):
    with pytest.raises(InputError, match=f"^measure heat: name: '{name}' has another meaning"):
        make_measure("heat", name=name)


@pytest.mark.parametrize("entry", [3, None, [], {}, "warmth", {"kind": "heat", "sigma": -1}])
def test_entries_of_a_config_that_are_no_measures_are_told_as_mistakes(entry):
    with pytest.raises(ValidationError, match=r"no measure|is not known|greater than 0"):
        ENTRY.validate_python([entry])


def test_several_measures_are_those_of_the_paper_by_default():
    assert [measure.name for measure in make_measures(None)] == list(PAPER)
    both = make_measures(["heat", {"kind": "heat", "name": "wide", "sigma": 1}])
    assert [measure.name for measure in both] == ["heat", "wide"]
    with pytest.raises(InputError, match=r"^measure 'heat' is asked for twice; give one another"):
        make_measures(["heat", {"kind": "heat", "sigma": 1}])


def test_shared_settings_lie_under_what_a_measure_sets_itself():
    settings = {"sigma": 0.5, "bins": 17, "grid": "shared", "zeta": 0.25, "power": 3.0}
    found = with_settings(make_measure("heat_h0", bins=50), settings)
    assert (found.bins, found.dimensions, found.name) == (50, (0,), "heat_h0")
    assert (found.sigma, found.grid, found.zeta) == (0.5, "shared", 0.25)
    # A value that is set to the default is set.
    assert with_settings(make_measure("heat", bins=200), settings).bins == 200
    assert with_settings(make_measure("cka"), settings) == make_measure("cka")
    assert with_settings(make_measure("one_norm"), settings).zeta == 0.25
    with pytest.raises(InputError, match=r"measure heat: bins: .* not 1"):
        with_settings(make_measure("heat"), {"bins": 1})


def test_the_order_is_that_of_the_modules_and_of_each():
    names = list(measures())
    assert sorted(names, key=names.index) == names
    modules = [type(measure).__module__ for measure in measures().values()]
    assert modules == sorted(modules)
    in_module = [name for name in names if name.startswith("heat")]
    assert in_module == ["heat", "heat_unit_mass", "heat_h0", "heat_h1", "heat_ranks"]


def test_installed_packages_bring_measures_after_ours(bring):
    ours = list(measures())
    bring("zoo", Toy(), Toy(name="toy_too"))
    assert list(measures()) == [*ours, "toy", "toy_too"]
    assert kinds()["toy"] is Toy
    assert make_measure({"kind": "toy", "name": "third"}) == Toy(name="third")
    assert [row["measure"] for row in table()][-2:] == ["toy", "toy_too"]


def test_a_package_cannot_take_the_name_of_a_measure(bring):
    bring("zoo", Toy(name="heat"))
    with pytest.raises(InputError, match=r"^measure 'heat' of zoo has a taken name$"):
        measures()


def test_two_packages_cannot_bring_one_name(bring):
    bring("zoo", Toy())
    bring("circus", Toy())
    with pytest.raises(InputError, match=r"^measure 'toy' of zoo has a taken name$"):
        measures()


def test_a_package_cannot_take_a_kind(bring):
    class Other(Toy):
        kind: Literal["number_of_edges"] = "number_of_edges"

    bring("zoo", Other())
    with pytest.raises(InputError, match=r"^kind 'number_of_edges' of .* is a taken one$"):
        make_measure("number_of_edges", zeta=0.5)
    assert make_measure("number_of_edges") == NumberOfEdges()


def test_a_measure_that_nobody_registered_is_computed_all_the_same(bring):
    networks = [random_network([3, n, 2], n) for n in (2, 5)]
    found = compare(networks, [Toy(), "number_of_edges"])
    assert list(found) == ["toy", "number_of_edges"]
    np.testing.assert_array_equal(found["toy"].values, [[0, 6], [6, 0]])


def test_the_table_says_of_each_what_it_declares():
    rows = {row["measure"]: row for row in table()}
    assert list(rows) == list(measures())
    assert rows["heat_h0"]["parameters of its own"] == "dimensions: [0]"
    assert rows["heat"]["parameters of its own"] == "–"
    assert rows["one_norm"]["needs"] == "dense layers, equal shapes, weights"
    assert (rows["cka"]["range"], rows["heat"]["range"]) == ("[0, π/2]", "[0, ∞)")
    assert rows["frobenius_aligned"]["metric"] == "no"
    assert rows["weight_histogram"]["invariant under"] == "inputs, neurons, scale, signs, wiring"
    assert all(row["what it is"] for row in rows.values())
