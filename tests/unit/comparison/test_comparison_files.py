"""Files of comparisons and of averages: both ways, byte for byte, damaged, and of version 1."""

import json

import h5py
import numpy as np
import pytest
from helpers import LABELS, comparison, index_of, random_values

from topoprint import DistanceMatrix, InputError, load_average, load_distances
from topoprint.comparison.averages import average
from topoprint.comparison.files import (
    load_comparison,
    load_comparisons,
    save_average,
    save_comparisons,
)
from topoprint.comparison.matrix import Comparison


@pytest.fixture
def save(tmp_path):
    """Save the comparison of a seed, with something changed, and give the path."""

    def save_seed(seed, **changes):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.h5"
        save_comparisons(path, [comparison(seed, **changes)])
        return path

    return save_seed


def test_distances_come_back_with_networks_and_parameters(tmp_path):
    path = tmp_path / "d.h5"
    index = index_of(1)
    heat = DistanceMatrix(random_values(0), index, "heat", {"bins": 200, "sigma": 0.1})
    norms = DistanceMatrix(
        random_values(1), index, "one_norm", {"zeta": 1e-6, "dimensions": [0]}, np.arange(3.0)
    )
    save_comparisons(path, [Comparison(index, {"one_norm": norms, "heat": heat})])
    loaded = load_distances(path)
    assert list(loaded) == ["one_norm", "heat"]
    for matrix in (heat, norms):
        again = loaded[matrix.measure]
        np.testing.assert_array_equal(again.values, matrix.values)
        assert again.index == index
        assert again.labels == LABELS
        assert again.measure == matrix.measure
        assert again.parameters == matrix.parameters
    assert loaded["heat"].own_norms is None
    np.testing.assert_array_equal(loaded["one_norm"].own_norms, norms.own_norms)


def test_several_comparisons_come_back_with_all_that_they_hold(tmp_path):
    path = tmp_path / "d.h5"
    given = []
    for seed in (1, 2):
        made = comparison(seed)
        given.append(
            Comparison(made.index, made.matrices, {"heat": np.full(3, seed)}, ("a1", "b2", "c3"))
        )
    save_comparisons(path, given)
    found = load_comparisons(path)
    for again, made in zip(found, given, strict=True):
        assert (again.index, again.inputs) == (made.index, made.inputs)
        assert list(again.matrices) == list(made.matrices)
        assert list(again.own) == ["heat"]
        np.testing.assert_array_equal(again.own["heat"], made.own["heat"])
    for load in (load_distances, load_comparison):
        with pytest.raises(InputError, match=f"^{path}: holds 2 comparisons, those of null models"):
            load(path)


def test_equal_distances_are_equal_bytes(save):
    assert save(1).read_bytes() == save(1).read_bytes()
    assert save(1).read_bytes() != save(2).read_bytes()


@pytest.mark.parametrize("kept", [0.2, 0.9])
def test_truncated_distances_are_named(save, kept):
    path = save(1)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(InputError, match=str(path)):
        load_distances(path)


@pytest.mark.parametrize(
    "values", [np.zeros(3), np.zeros((3, 2)), np.zeros((2, 2)), np.full((3, 3), np.nan)]
)
def test_values_that_are_no_matrix_are_refused(tmp_path, values):
    path = tmp_path / "d.h5"
    index = index_of(1)
    save_comparisons(path, [Comparison(index, {"heat": DistanceMatrix(values, index, "heat")})])
    with pytest.raises(InputError, match=f"{path}: /0/heat is not a square matrix"):
        load_distances(path)


@pytest.mark.parametrize("part", ["0", "0/heat", "0/index", "0/inputs", "0/heat/values"])
def test_a_part_missing_from_the_file_is_refused(save, part):
    path = save(1)
    with h5py.File(path, "a") as file:
        del file[part]
    with pytest.raises(InputError, match=str(path)):
        load_distances(path)


def test_an_average_comes_back_and_is_read_with_h5py_alone(tmp_path):
    averaged = average({"1": comparison(1), "2": comparison(2)})
    path = tmp_path / "matrices.h5"
    save_average(path, averaged)
    for again, matrix in zip(load_average(path), averaged, strict=True):
        np.testing.assert_array_equal(again.runs, matrix.runs)
        for part in ("index", "labels", "groups", "seeds", "measure", "parameters"):
            assert getattr(again, part) == getattr(matrix, part)
        assert again.own_norms is None
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["heat/mean"], averaged[0].mean)
        np.testing.assert_array_equal(file["heat/std"], averaged[0].std)
        assert [name.decode() for name in file["index"]["network"]] == list(LABELS)
        assert file["seeds"][()].tolist() == [1, 2]


def test_norms_of_an_average_come_back(tmp_path):
    files = {}
    for seed in (1, 2):
        made = comparison(seed, measures=("heat",))
        norms = np.array([1.0, 2.0, seed])
        made.matrices["one_norm"] = DistanceMatrix(
            random_values(seed), made.index, "one_norm", {}, norms
        )
        files[str(seed)] = made
    save_average(tmp_path / "matrices.h5", average(files))
    heat, norm = load_average(tmp_path / "matrices.h5")
    assert heat.own_norms is None
    np.testing.assert_array_equal(norm.own_norms, [[1, 2, 1], [1, 2, 2]])


def test_equal_averages_are_equal_bytes(tmp_path):
    averaged = average({"1": comparison(1), "2": comparison(2)})
    for name in "ab":
        save_average(tmp_path / f"{name}.mean.h5", averaged)
    assert (tmp_path / "a.mean.h5").read_bytes() == (tmp_path / "b.mean.h5").read_bytes()


def test_files_of_another_kind_are_refused(tmp_path, save):
    save_average(tmp_path / "matrices.h5", average({"1": comparison(1)}))
    with pytest.raises(InputError, match="expected a topoprint distances file, found topoprint"):
        load_distances(tmp_path / "matrices.h5")
    with pytest.raises(InputError, match="expected a topoprint matrices file, found topoprint"):
        load_average(save(1))
    with pytest.raises(InputError, match="no such file"):
        load_distances(tmp_path / "missing.h5")


def version_1(path, kind, measures, labels, **attributes):
    """Write a file as earlier releases did."""
    with h5py.File(path, "w") as file:
        file.attrs["format"] = f"topoprint {kind}"
        file.attrs["format_version"] = 1
        for name, value in attributes.items():
            file.attrs[name] = json.dumps(value)
        for name, parts in measures.items():
            group = file.create_group(name)
            for part, values in {"labels": labels, **parts}.items():
                text = isinstance(values[0], str)
                kept = h5py.string_dtype() if text else None
                group.create_dataset(part, data=values, dtype=kept)


def test_distances_of_version_1_are_read(tmp_path):
    path = tmp_path / "d.h5"
    measures = {
        "heat": {"values": random_values(0)},
        "one_norm": {"values": random_values(1), "own_norms": np.arange(3.0)},
    }
    used = [["heat", {"bins": 200}], ["one_norm", {}]]
    version_1(
        path, "distances", measures, LABELS,
        identity={"dataset": "digits", "seed": "3"}, parameters={"measures": used},
    )  # fmt: skip
    found = load_comparison(path)
    assert found.index.ids == index_of(3).ids
    assert found.index.groups == ("layer_size", "layer_size", "input_order")
    assert list(found.matrices) == ["heat", "one_norm"]
    assert found.matrices["heat"].parameters == {"bins": 200}
    np.testing.assert_array_equal(found.matrices["heat"].values, random_values(0))
    np.testing.assert_array_equal(found.matrices["one_norm"].own_norms, np.arange(3.0))


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        (("layer_size-128", "a-b-4", "plain"), ("layer_size", "a-b", "plain")),
        (("digits/layer_size-4", "mnist/layer_size-4", "mnist/a-1"), ("digits", "mnist", "mnist")),
    ],
)
def test_averages_of_version_1_are_read(tmp_path, labels, groups):
    path = tmp_path / "matrices.h5"
    runs = np.stack([random_values(seed) for seed in (1, 2)])
    version_1(
        path, "matrices", {"heat": {"runs": runs, "seeds": ["1", "2"]}}, labels,
        identity={}, parameters={"measures": ["heat"]},
    )  # fmt: skip
    (found,) = load_average(path)
    assert (found.labels, found.groups, found.seeds) == (labels, groups, (1, 2))
    assert (found.measure, found.parameters) == ("heat", {})
    np.testing.assert_array_equal(found.runs, runs)
