"""Distances that are there already: what is taken over, and what is computed anew."""

import numpy as np
import pytest
from helpers import COLLECTION, Collection, named, random_network

from topoprint import DistanceMatrix
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.comparison.files import load_comparisons, save_comparisons
from topoprint.comparison.matrix import Comparison

# What stands in a file where nothing could compute it.
MARK = np.array([[0.0, 42, 42], [42, 0, 42], [42, 42, 0]])
MEASURES = ["heat", "one_norm", "number_of_edges", "cka"]


def spec(*asked, **more):
    return DistancesSpec.model_validate({"measures": list(asked) or MEASURES, **more})


NULLS = {"nulls": ["gaussian", "same"]}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "files").mkdir()
    return Collection(tmp_path / "files")


@pytest.fixture
def update(tmp_path, files):
    """Compute distances of all files beside an earlier file; of the earlier, numbers are marked."""

    def run(asked, earlier, mark=True, damage=None):
        previous = tmp_path / "previous.h5"
        if not previous.exists():
            made = compare_files(files.all, earlier)
            save_comparisons(previous, [marked(one) for one in made] if mark else made)
        if damage:
            damage(previous)
        return lambda: compare_files(files.all, asked, previous)

    return run


def marked(made):
    return Comparison(
        made.index,
        {
            name: DistanceMatrix(MARK, made.index, name, matrix.parameters, matrix.own_norms)
            for name, matrix in made.matrices.items()
        },
        {name: np.full(3, 42.0) for name in made.own},
        made.inputs,
    )


def taken(made):
    """Measures that were taken over, all of them or each comparison's."""
    for comparison in made:
        for name, own in comparison.own.items():
            assert (own == 42).all() == (comparison.matrices[name].values == MARK).all()
    return [
        [name for name, matrix in comparison.matrices.items() if (matrix.values == MARK).all()]
        for comparison in made
    ]


def assert_fresh_bytes(found, files, asked, tmp_path):
    save_comparisons(tmp_path / "found.h5", found)
    save_comparisons(tmp_path / "fresh.h5", compare_files(files.all, asked))
    assert (tmp_path / "found.h5").read_bytes() == (tmp_path / "fresh.h5").read_bytes()


@pytest.mark.parametrize("nulls", [{}, NULLS])
def test_all_is_taken_over_where_nothing_changed(update, nulls):
    kept = taken(update(spec(**nulls), spec(**nulls))())
    without = [name for name in MEASURES if name != "cka"]
    assert kept == ([without, MEASURES] if nulls else [MEASURES])


@pytest.mark.parametrize("nulls", [{}, NULLS])
def test_a_changed_parameter_computes_its_measure_alone(update, files, tmp_path, nulls, capsys):
    asked = spec({"kind": "heat", "sigma": 0.5}, *MEASURES[1:], **nulls)
    assert not any("heat" in names for names in taken(update(asked, spec(**nulls))()))
    assert "computed heat, kept 3" in capsys.readouterr().err
    (tmp_path / "previous.h5").unlink()
    unmarked = update(asked, spec(**nulls), mark=False)()
    assert_fresh_bytes(unmarked, files, asked, tmp_path)


def test_a_new_version_of_a_kind_computes_it_anew(update, monkeypatch):
    from topoprint.measures.heat import Heat

    run = update(spec(), spec())
    monkeypatch.setattr(Heat, "version", 2)
    assert taken(run()) == [["one_norm", "number_of_edges", "cka"]]


def test_measures_come_and_go_and_stand_in_the_order_asked_for(update, files, tmp_path):
    asked = spec("number_of_edges", "betti", "heat")
    assert taken(update(asked, spec())()) == [["number_of_edges", "heat"]]
    (tmp_path / "previous.h5").unlink()
    found = update(asked, spec(), mark=False)()
    assert list(found[0].matrices) == ["number_of_edges", "betti", "heat"]
    assert_fresh_bytes(found, files, asked, tmp_path)


def test_a_name_that_means_another_measure_is_computed_anew(update):
    run = update(spec({"kind": "betti", "name": "heat"}, "one_norm"), spec())
    assert taken(run()) == [["one_norm"]]


@pytest.mark.parametrize("nulls", [{}, NULLS])
def test_a_changed_network_computes_all_anew(update, files, tmp_path, nulls):
    run = update(spec(**nulls), spec(**nulls))
    changed = random_network(COLLECTION[1].layer_sizes, 99)
    named(changed, "a", dataset="d", network="a-1", seed=1).save(files.networks[1])
    files.diagrams[1].unlink()
    files.diagrams.pop(1)
    found = run()
    assert not any(taken(found))
    assert_fresh_bytes(found, files, spec(**nulls), tmp_path)


def test_a_changed_null_model_computes_its_distances_anew(update, files):
    run = update(spec(**NULLS), spec(**NULLS))
    changed = random_network(COLLECTION[1].layer_sizes, 99)
    named(changed, dataset="d", network="a-1", seed=1, variant="same").save(files.same[1])
    gaussian, same = taken(run())
    assert (len(gaussian), same) == (3, [])


def test_a_network_more_or_in_another_place_computes_all_anew(update, files):
    run = update(spec(), spec())
    files.networks.reverse()
    assert taken(run()) == [[]]
    files.networks.pop()
    assert run()[0].matrices["heat"].values.shape == (2, 2)


def test_changed_responses_compute_all_again(update, files, tmp_path):
    run = update(spec(**NULLS), spec(**NULLS))
    other = Collection(tmp_path / "files", inputs="ffff", seed=5)
    assert other.responses == files.responses
    found = run()
    assert taken(found) == [[], []]
    fresh = compare_files(files.all, spec(**NULLS))
    np.testing.assert_array_equal(found[1].matrices["cka"].values, fresh[1].matrices["cka"].values)


def test_other_null_models_and_repetitions_are_computed_beside(update):
    earlier = spec("heat", nulls=["gaussian"], repetitions=2)
    asked = spec("heat", nulls=["resampled", "gaussian"], repetitions=3)
    assert taken(update(asked, earlier)()) == [[], [], [], ["heat"], ["heat"], []]


def test_distances_of_networks_are_none_of_their_null_models(update):
    assert taken(update(spec("heat", nulls=["same"]), spec("heat"))()) == [[]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:1000]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("not HDF5"),
        lambda path: path.unlink(),
        lambda path: Collection(path.parent).networks[0].rename(path),
    ],
)
def test_an_earlier_file_that_cannot_be_read_is_made_anew(update, files, tmp_path, damage):
    found = update(spec(), spec(), damage=damage)()
    assert taken(found) == [[]]
    assert_fresh_bytes(found, files, spec(), tmp_path)


def test_the_stage_brings_its_output_up_to_date(files, tmp_path, topoprint):
    output = tmp_path / "d.h5"
    arguments = ("distances", *files.all, "-o", output, "--measure")
    assert topoprint(*arguments, "heat").returncode == 0
    save_comparisons(output, [marked(one) for one in load_comparisons(output)])
    result = topoprint(*arguments, "heat", "--measure", "betti")
    assert "computed betti, kept 1" in result.stderr
    (found,) = load_comparisons(output)
    assert taken([found]) == [["heat"]]
    result = topoprint(*arguments, "heat:sigma=0.5")
    assert result.returncode == 0, result.stderr
    assert taken(load_comparisons(output)) == [[]]
