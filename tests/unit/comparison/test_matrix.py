import h5py
import numpy as np
import pytest

from topoprint import DistanceMatrix, InputError, load_average, load_distances
from topoprint.comparison.matrix import average, group_of, save_average, save_distances

LABELS = ("layer_size-4", "layer_size-512", "input_order-1")


def matrix_of(values, measure="heat", labels=LABELS, **parameters):
    return DistanceMatrix(np.asarray(values), labels, measure, parameters)


def random_values(seed):
    values = np.random.default_rng(seed).uniform(size=(3, 3))
    values += values.T
    np.fill_diagonal(values, 0)
    return values


@pytest.fixture
def save(tmp_path):
    """Save the matrices of a seed, with something changed, and give the path."""

    def save_seed(seed, dataset="digits", labels=LABELS, measures=("heat", "landscape"), bins=200):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.h5"
        matrices = [matrix_of(random_values(seed), name, labels, bins=bins) for name in measures]
        save_distances(path, matrices, {"dataset": dataset, "seed": str(seed)})
        return path

    return save_seed


def test_distances_come_back_with_labels_and_parameters(tmp_path):
    path = tmp_path / "d.h5"
    heat = matrix_of(random_values(0), bins=200, sigma=0.1)
    landscape = matrix_of(random_values(1), "landscape", bins=100, grid="paper")
    save_distances(path, [landscape, heat], {"dataset": "digits", "seed": "1"})
    loaded, identity = load_distances(path)
    assert identity == {"dataset": "digits", "seed": "1"}
    assert list(loaded) == ["landscape", "heat"]
    for matrix in (heat, landscape):
        again = loaded[matrix.measure]
        np.testing.assert_array_equal(again.values, matrix.values)
        assert again.labels == LABELS
        assert again.measure == matrix.measure
        assert again.parameters == matrix.parameters


def test_equal_distances_are_equal_bytes(save):
    assert save(1).read_bytes() == save(1).read_bytes()


@pytest.mark.parametrize("kept", [0.2, 0.9])
def test_truncated_distances_are_named(save, kept):
    path = save(1)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(InputError, match=str(path)):
        load_distances(path)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((3, 2)), np.full((3, 3), np.nan)])
def test_values_that_are_no_matrix_are_refused(tmp_path, values):
    path = tmp_path / "d.h5"
    save_distances(path, [matrix_of(values)], {})
    with pytest.raises(InputError, match=f"{path}: /heat is not a square matrix"):
        load_distances(path)


def test_a_measure_missing_from_the_file_is_refused(save):
    path = save(1)
    with h5py.File(path, "a") as file:
        del file["heat"]
    with pytest.raises(InputError, match=str(path)):
        load_distances(path)


def test_text_has_a_labelled_row_for_each_network():
    lines = matrix_of([[0, 1.5, 2], [1.5, 0, 0.25], [2, 0.25, 0]]).to_text().splitlines()
    assert lines[0].split() == list(LABELS)
    assert [line.split() for line in lines[1:]] == [
        ["layer_size-4", "0", "1.5", "2"],
        ["layer_size-512", "1.5", "0", "0.25"],
        ["input_order-1", "2", "0.25", "0"],
    ]
    assert len({len(line) for line in lines}) == 1


def test_mean_and_standard_deviation_over_seeds(save):
    averaged, identity = average([save(seed) for seed in (3, 1, 2)])
    assert identity == {"dataset": "digits"}
    assert [matrix.measure for matrix in averaged] == ["heat", "landscape"]
    runs = np.array([random_values(seed) for seed in (3, 1, 2)])
    for matrix in averaged:
        assert matrix.seeds == ("3", "1", "2")
        assert matrix.labels == LABELS
        assert matrix.groups == ("layer_size", "layer_size", "input_order")
        np.testing.assert_array_equal(matrix.runs, runs)
        np.testing.assert_allclose(matrix.mean, runs.sum(axis=0) / 3, rtol=1e-14)
        spread = np.sqrt(((runs - runs.sum(axis=0) / 3) ** 2).sum(axis=0) / 3)
        np.testing.assert_allclose(matrix.std, spread, rtol=1e-12)


def test_one_seed_has_no_spread(save):
    averaged, _ = average([save(5)])
    np.testing.assert_array_equal(averaged[0].mean, random_values(5))
    np.testing.assert_array_equal(averaged[0].std, np.zeros((3, 3)))


def test_an_average_comes_back_and_is_read_with_h5py_alone(tmp_path, save):
    averaged, identity = average([save(1), save(2)])
    path = tmp_path / "matrices.h5"
    save_average(path, averaged, identity)
    loaded, found = load_average(path)
    assert found == identity
    for again, matrix in zip(loaded, averaged, strict=True):
        np.testing.assert_array_equal(again.runs, matrix.runs)
        assert (again.labels, again.groups, again.seeds, again.measure) == (
            matrix.labels,
            matrix.groups,
            matrix.seeds,
            matrix.measure,
        )
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["heat/mean"], averaged[0].mean)
        np.testing.assert_array_equal(file["heat/std"], averaged[0].std)
        assert list(file["heat/labels"].asstr()) == list(LABELS)


def test_equal_averages_are_equal_bytes(tmp_path, save):
    averaged, identity = average([save(1), save(2)])
    for name in "ab":
        save_average(tmp_path / f"{name}.mean.h5", averaged, identity)
    assert (tmp_path / "a.mean.h5").read_bytes() == (tmp_path / "b.mean.h5").read_bytes()


@pytest.mark.parametrize(
    ("seed", "other", "complaint"),
    [
        (2, {"dataset": "letters"}, "letters"),
        (2, {"labels": LABELS[::-1]}, "other networks"),
        (2, {"labels": ("a", "b", "c")}, "other networks"),
        (2, {"bins": 100}, "other parameters"),
        (2, {"measures": ("heat",)}, "same measures"),
        (2, {"measures": ("heat", "landscape", "silhouette")}, "same measures"),
        (1, {}, "twice"),
    ],
)
def test_matrices_that_do_not_belong_together_are_refused(save, seed, other, complaint):
    first, second = save(1), save(seed, **other)
    with pytest.raises(InputError, match=rf"{second}.*{complaint}"):
        average([first, second])


@pytest.mark.parametrize(
    ("label", "group"),
    [
        ("layer_size-128", "layer_size"),
        ("a-b-4", "a-b"),
        ("plain", "plain"),
        ("digits/layer_size-4", "digits"),
    ],
)
def test_group_of_a_label(label, group):
    assert group_of(label) == group


def test_nothing_to_average() -> None:
    with pytest.raises(InputError, match="no distance files"):
        average([])


def test_measures_in_several_files_of_a_seed_come_together(tmp_path):
    paths = []
    for seed in (1, 2):
        for measure, norms in (("heat", None), ("one_norm", np.array([1.0, 2.0, seed]))):
            values = np.full((3, 3), np.nan) if norms is not None else np.zeros((3, 3))
            np.fill_diagonal(values, 0)
            values[0, 1] = values[1, 0] = seed
            path = tmp_path / f"{measure}-{seed}.h5"
            matrix = DistanceMatrix(values, LABELS, measure, own_norms=norms)
            save_distances(path, [matrix], {"dataset": "digits", "seed": str(seed)})
            paths.append(path)
    averaged, _ = average(paths)
    path = tmp_path / "matrices.h5"
    save_average(path, averaged, {"dataset": "digits"})
    heat, norm = load_average(path)[0]
    assert (heat.measure, heat.seeds, heat.own_norms) == ("heat", ("1", "2"), None)
    np.testing.assert_array_equal(norm.own_norms, [[1, 2, 1], [1, 2, 2]])
    assert (norm.mean[0, 1], norm.greatest) == (1.5, 1.5)
    assert np.isnan(norm.mean[0, 2])
    with pytest.raises(InputError, match="twice"):
        average([*paths, paths[0]])
    with pytest.raises(InputError, match="do not hold the same measures"):
        average(paths[:-1])
