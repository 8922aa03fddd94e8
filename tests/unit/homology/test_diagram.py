import json

import h5py
import numpy as np
import pytest
from helpers import assert_same_bars, random_network

from topoprint import Diagram, InputError, NetworkId, persistence, to_graph


@pytest.fixture
def diagram():
    bars = [
        [[0, np.inf], [0, 0.25], [0, 0.75]],
        [[0.5, np.inf], [0.25, 1.0], [0.25, 0.5], [0.125, np.inf]],
        [],
    ]
    return Diagram.from_bars(bars, NetworkId(network="a", seed=1), {"zeta": 1e-6})


def test_bars_are_sorted_by_birth_then_death(diagram):
    assert diagram.max_dimension == 2
    np.testing.assert_array_equal(diagram.bars(0), [[0, 0.25], [0, 0.75], [0, np.inf]])
    np.testing.assert_array_equal(
        diagram.bars(1), [[0.125, np.inf], [0.25, 0.5], [0.25, 1.0], [0.5, np.inf]]
    )
    assert diagram.bars(2).shape == (0, 2)
    assert all(diagram.bars(q).dtype == np.float32 for q in range(3))


def test_equal_bars_in_any_order_are_equal_diagrams():
    bars = np.random.default_rng(0).integers(0, 5, (40, 2)).astype(float)
    bars[:, 1] += bars[:, 0] + 1
    shuffled = np.random.default_rng(1).permutation(bars)
    assert_same_bars(Diagram.from_bars([bars]), Diagram.from_bars([shuffled]))


def test_bars_of_no_length_are_dropped():
    diagram = Diagram.from_bars([[[0.5, 0.5], [0.25, 0.5]], [[1.0, 1.0]]])
    np.testing.assert_array_equal(diagram.bars(0), [[0.25, 0.5]])
    assert diagram.bars(1).shape == (0, 2)


@pytest.mark.parametrize(
    "bars",
    [
        [[0.0, 1.0, 2.0]],
        [0.0, 1.0],
        [[1.0, 0.5]],
        [[np.nan, 1.0]],
        [[0.0, np.nan]],
        [[np.inf, np.inf]],
        [[-np.inf, 0.0]],
    ],
)
def test_bars_that_are_none_are_refused(bars):
    with pytest.raises(InputError, match="dimension 1"):
        Diagram.from_bars([[[0, 1]], bars])


@pytest.mark.parametrize("dimension", [-1, 3])
def test_a_dimension_that_was_not_computed_is_refused(diagram, dimension):
    with pytest.raises(InputError, match="dimensions 0 … 2"):
        diagram.bars(dimension)


def test_arrays_cannot_be_written_to(diagram):
    computed = persistence(to_graph(random_network((4, 3), seed=0)))
    for array in (*diagram.births, *diagram.deaths, *computed.births, *computed.deaths):
        if array.size:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def test_repr_counts_the_bars(diagram):
    assert repr(diagram) == "Diagram(H0: 3, H1: 4, H2: 0 bars)"


def test_a_diagram_comes_back_from_its_file(tmp_path, diagram):
    diagram.save(tmp_path / "d.h5")
    loaded = Diagram.load(tmp_path / "d.h5")
    assert_same_bars(loaded, diagram)
    assert loaded.id == Diagram.load_id(tmp_path / "d.h5") == NetworkId(network="a", seed=1)
    assert loaded.parameters == {"zeta": 1e-6}
    for array in (*loaded.births, *loaded.deaths):
        assert array.dtype == np.float32
        assert not array.size or not array.flags.writeable


def test_the_diagram_of_a_network_comes_back_bit_for_bit(tmp_path):
    diagram = persistence(to_graph(random_network((30, 20, 10), seed=0)))
    diagram.save(tmp_path / "d.h5")
    loaded = Diagram.load(tmp_path / "d.h5")
    assert_same_bars(loaded, diagram)
    assert np.isinf(loaded.deaths[1]).all()
    assert np.isinf(loaded.deaths[0]).sum() == 1


def test_a_diagram_without_bars_comes_back(tmp_path):
    Diagram.from_bars([[], []]).save(tmp_path / "d.h5")
    assert repr(Diagram.load(tmp_path / "d.h5")) == "Diagram(H0: 0, H1: 0 bars)"


def test_equal_diagrams_are_equal_bytes(tmp_path, diagram):
    diagram.save(tmp_path / "a.h5")
    diagram.save(tmp_path / "b.h5")
    Diagram.load(tmp_path / "a.h5").save(tmp_path / "c.h5")
    first = (tmp_path / "a.h5").read_bytes()
    assert (tmp_path / "b.h5").read_bytes() == first
    assert (tmp_path / "c.h5").read_bytes() == first


def test_the_file_is_read_with_h5py_alone(tmp_path, diagram):
    diagram.save(tmp_path / "d.h5")
    with h5py.File(tmp_path / "d.h5") as file:
        assert file.attrs["format"] == "topoprint diagram"
        assert file.attrs["format_version"] == 3
        for dimension in range(3):
            group = file[f"dim{dimension}"]
            assert group["birth"].dtype == group["death"].dtype == np.float32
            np.testing.assert_array_equal(group["birth"], diagram.bars(dimension)[:, 0])
            np.testing.assert_array_equal(group["death"], diagram.bars(dimension)[:, 1])


def test_a_million_essential_bars_take_less_than_two_bytes_each(tmp_path):
    values = np.random.default_rng(0).standard_normal(1_000_000).astype(np.float32)
    births = np.sort(1 - np.abs(values) / np.abs(values).max()).astype(np.float32)
    path = tmp_path / "d.h5"
    essential = np.column_stack([births, np.full_like(births, np.inf)])
    Diagram.from_bars([[[0, np.inf]], essential]).save(path)
    assert path.stat().st_size < 2 * len(births)
    with h5py.File(path) as file:
        assert np.isposinf(file["dim1/death"][()]).all()
        assert file["dim1/death"].shape == births.shape
        assert file["dim1/death"].id.get_storage_size() == 0
        np.testing.assert_array_equal(file["dim1/birth"][()], births)


def test_equal_values_take_no_memory_and_no_disk(tmp_path):
    path = tmp_path / "d.h5"
    Diagram.from_bars([np.tile([0.25, 0.5], (1_000_000, 1))]).save(path)
    assert path.stat().st_size < 20_000
    loaded = Diagram.load(path)
    assert loaded.births[0].strides == loaded.deaths[0].strides == (0,)
    assert loaded.deaths[0].shape == (1_000_000,)
    assert loaded.deaths[0].max() == loaded.deaths[0].min() == 0.5


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_named(tmp_path, kept):
    path = tmp_path / "d.h5"
    persistence(to_graph(random_network((60, 40), seed=0))).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(InputError, match=f"{path}: not a complete HDF5 file"):
        Diagram.load(path)


def test_a_dimension_missing_from_the_file_is_refused(tmp_path, diagram):
    path = tmp_path / "d.h5"
    diagram.save(path)
    with h5py.File(path, "a") as file:
        del file["dim1"]
    with pytest.raises(InputError, match=str(path)):
        Diagram.load(path)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("trained", {}),
        ("initial", {"step": 0.0}),
        ("random_labels", {"variant": "random_labels"}),
        (None, {}),
    ],
)
def test_a_diagram_of_version_1_is_read(tmp_path, diagram, state, expected):
    path = tmp_path / "d.h5"
    diagram.save(path)
    told = {"zeta": 1e-6} if state is None else {"zeta": 1e-6, "state": state}
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 1
        for dimension in range(3):
            del file[f"dim{dimension}/count"]
        file.attrs["identity"] = json.dumps({"dataset": "d", "network": "a", "seed": "3"})
        file.attrs["parameters"] = json.dumps(told)
    loaded = Diagram.load(path)
    assert loaded.id == Diagram.load_id(path) == NetworkId("d", "a", 3, **expected)
    assert loaded.parameters == {"zeta": 1e-6}
    assert_same_bars(loaded, diagram)


@pytest.mark.parametrize("identity", [{"seed": "3"}, {"colour": "red"}, ["a"]])
def test_an_identity_that_is_none_is_refused(tmp_path, diagram, identity):
    path = tmp_path / "d.h5"
    diagram.save(path)
    with h5py.File(path, "a") as file:
        file.attrs["identity"] = json.dumps(identity)
    for read in (Diagram.load, Diagram.load_id):
        with pytest.raises(InputError, match=f"^{path}: not a complete HDF5 file"):
            read(path)


def test_another_format_version_is_refused(tmp_path, diagram):
    path = tmp_path / "d.h5"
    diagram.save(path)
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 4
    with pytest.raises(InputError, match=f"^{path}: format version 4 .* reads 1 and 2 and 3"):
        Diagram.load(path)


COUNTED = [[[0, np.inf], [0, 0.5]], [[0.5, np.inf], [0.25, 0.75], [0.5, 0.5]], []]
COUNTS = [[1, 4], [3, 1, 7], []]


def test_a_bar_may_stand_for_several(tmp_path):
    diagram = Diagram.from_bars(COUNTED, counts=COUNTS)
    assert repr(diagram) == "Diagram(H0: 5, H1: 4, H2: 0 bars)"
    np.testing.assert_array_equal(diagram.bars(0), [*[[0, 0.5]] * 4, [0, np.inf]])
    np.testing.assert_array_equal(diagram.bars(1), [[0.25, 0.75], *[[0.5, np.inf]] * 3])
    assert [counts.tolist() for counts in diagram.counts] == [[4, 1], [1, 3], []]
    assert diagram.n_bars(1) == 4
    with pytest.raises(ValueError, match="read-only"):
        diagram.counts[0][0] = 2
    diagram.save(tmp_path / "d.h5")
    loaded = Diagram.load(tmp_path / "d.h5")
    assert_same_bars(loaded, diagram)
    assert [len(counts) for counts in loaded.counts] == [2, 2, 0]
    with h5py.File(tmp_path / "d.h5") as file:
        assert file["dim1/count"].dtype == np.int64
        np.testing.assert_array_equal(file["dim1/count"], [1, 3])


def test_counts_of_one_take_no_memory_and_no_disk(tmp_path, diagram):
    counts = [np.ones(len(diagram.births[q]), int) for q in range(3)]
    same = Diagram.from_bars(map(diagram.bars, range(3)), diagram.id, diagram.parameters, counts)
    same.save(tmp_path / "a.h5")
    diagram.save(tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    for made in (diagram, same, Diagram.load(tmp_path / "a.h5")):
        assert all(not any(counts.strides) for counts in made.counts if counts.size)


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        ([[1], [1, 1, 1], []], "dimension 0 are not 2 whole numbers"),
        ([[1, 1], [1, 0, 1], []], "dimension 1 are not 3 whole numbers"),
        ([[1, 1], [1, 1.5, 1], []], "dimension 1"),
        ([[1, 1]], "bars of 3 dimensions have counts of 1"),
    ],
)
def test_counts_that_are_none_are_refused(counts, complaint):
    with pytest.raises(InputError, match=complaint):
        Diagram.from_bars(COUNTED, counts=counts)


def test_a_file_of_counts_below_one_is_refused(tmp_path):
    path = tmp_path / "d.h5"
    Diagram.from_bars(COUNTED, counts=COUNTS).save(path)
    with h5py.File(path, "a") as file:
        file["dim0/count"][0] = 0
    with pytest.raises(InputError, match=str(path)):
        Diagram.load(path)


def test_more_bars_than_can_be_listed_are_counted_alone():
    diagram = Diagram.from_bars([[[0, np.inf]], [[0.5, np.inf]]], counts=[[1], [10**12]])
    assert repr(diagram) == "Diagram(H0: 1, H1: 1000000000000 bars)"
    with pytest.raises(InputError, match="1,000,000,000,000 bars, too many to list"):
        diagram.bars(1)
