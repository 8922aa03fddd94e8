"""A zoo compared in parts and blocks: the numbers of a comparison, whatever the parts."""

import h5py
import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.comparison.files import load_distances
from topoprint.comparison.zoo import blocks, parts, run
from topoprint.comparison.zoo.gather import copies
from topoprint.comparison.zoo.points import load_points
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.measures.registry import make_measures

NAMES = ("silhouette", "heat", "landscape", "persistence_image")


def spec(grid="shared", names=NAMES, **more):
    return ZooSpec.made(make_measures({"kind": n, "grid": grid, "bins": 20} for n in names), **more)


@pytest.fixture
def files(tmp_path):
    """Files of seven networks, the last as the first."""
    found = []
    for number in range(7):
        found.append(tmp_path / f"{number}.safetensors")
        random_network([4, 3 + number % 6, 2], number % 6, "heavy_tailed").save(found[-1])
    return [str(path) for path in found]


@pytest.fixture
def compared(tmp_path, files):
    """Compare files in this process; returns the zoo and the file of distances."""

    def compare(asked, block, name="zoo", among=files, **more):
        output = tmp_path / f"{name}-{block}.h5"
        return run.compare_zoo(among, asked, output, tmp_path / "parts", block, **more), output

    return compare


@pytest.mark.parametrize("grid", ["shared", "paper"])
def test_distances_are_those_of_a_comparison_and_the_same_bytes_in_any_parts(
    grid, files, compared, tmp_path
):
    asked = spec(grid)
    outputs = [compared(asked, block)[1] for block in (1, 2, 3, 7)]
    assert len({path.read_bytes() for path in outputs}) == 1
    assert not (tmp_path / "parts").exists()
    found = load_distances(outputs[0])
    expected = tp.compare(files, asked.measures)
    assert list(found) == list(NAMES)
    for name in NAMES:
        assert found[name].labels == tuple(files)
        assert found[name].parameters == expected[name].parameters
        tolerance = {"rtol": 1e-12, "atol": 1e-14} if name == "persistence_image" else {"rtol": 0}
        np.testing.assert_allclose(found[name].values, expected[name].values, **tolerance)
        assert found[name].values[0, 6] == 0
        assert np.count_nonzero(found[name].values) == 40  # all other pairs
    assert {row.edges for row in found["heat"].index} == {(n + 3) * 4 + n + 3 + (n + 3) * 2 + 2
                                                         for n in range(6)}  # fmt: skip


def test_every_two_parts_meet_once():
    for count in range(1, 9):
        met = [(one, other) for one in range(count) for other in blocks.partners(one, count)]
        pairs = {tuple(sorted(pair)) for pair in met}
        assert len(met) == len(pairs) == count * (count + 1) // 2
        work = [len(blocks.partners(one, count)) for one in range(count)]
        assert max(work) - min(work) <= 1


def test_what_is_there_of_the_same_files_and_parameters_is_taken_over(files, compared, tmp_path):
    made, output = compared(spec(), 3)
    whole = output.read_bytes()
    folder = tmp_path / "parts"
    folder.mkdir()
    first = folder / "diagrams-00000.h5"
    parts.make_part(files[:3], spec(), first)
    kept = first.stat().st_mtime_ns, first.stat().st_ino
    parts.make_part(files[:3], spec(), first)
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == kept
    # Another network under the same name, other parameters, a file cut short: made anew.
    random_network([4, 9, 2], 11).save(files[0])
    parts.make_part(files[:3], spec(), first)
    changed = first.stat().st_ino
    assert changed != kept[1]
    parts.make_part(files[:3], spec(names=["heat"]), first)
    assert first.stat().st_ino != changed
    first.write_bytes(first.read_bytes()[:2000])
    random_network([4, 3, 2], 0, "heavy_tailed").save(files[0])
    assert compared(spec(), 3)[1].read_bytes() == whole
    assert len(made.index) == 7


def test_points_are_vectors_whose_distances_are_the_measures(files, tmp_path):
    from topoprint.comparison.zoo.points import make_points

    asked = spec(names=["silhouette", "persistence_image"])
    part, output = tmp_path / "part.h5", tmp_path / "points.h5"
    parts.make_part(files, asked, part)
    make_points(part, [part], asked, output)
    index, points = load_points(output, "silhouette")
    expected = tp.compare(files, asked.measures)["silhouette"].values
    assert index.labels == tuple(files)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.testing.assert_allclose(apart, expected, rtol=1e-12)
    with pytest.raises(tp.InputError, match=r"no points by 'persistence_image': it has silhouette"):
        load_points(output, "persistence_image")


def test_files_that_cannot_be_read_are_named_counted_and_left_out_on_request(
    files, compared, tmp_path
):
    broken, empty = tmp_path / "broken.safetensors", tmp_path / "gone.safetensors"
    broken.write_bytes(b"no network")
    other = tmp_path / "diagram.h5"
    tp.Diagram.from_bars([[[0, 1]], [[0, 1]]]).save(other)
    among = [str(broken), *files, str(empty), str(other)]
    told = r"3 of 10 files cannot be compared: .*broken.*gone.*no such file.*0 … 1.*--skip-unread"
    with pytest.raises(tp.InputError, match=told):
        compared(spec(), 4, among=among)
    assert not (tmp_path / "zoo-4.h5").exists()
    zoo, output = compared(spec(), 1, "some", among, skip_unreadable=True)
    assert list(zoo.unreadable) == [str(broken), str(empty), str(other)]
    assert zoo.index.labels == tuple(files)
    _, whole = compared(spec(), 7)
    with h5py.File(output) as one, h5py.File(whole) as clean:
        assert one["0/unreadable"].asstr()[()].tolist() == [str(broken), str(empty), str(other)]
        for name in NAMES:
            np.testing.assert_array_equal(one[f"0/{name}/values"], clean[f"0/{name}/values"])
    with pytest.raises(tp.InputError, match="of 2 files 1 can be compared"):
        compared(spec(), 4, among=[str(broken), files[0]], skip_unreadable=True)
    with pytest.raises(tp.InputError, match="given twice"):
        compared(spec(), 4, among=[*files, files[3]])


def test_files_of_one_content_are_found(compared):
    zoo, _ = compared(spec(), 4)
    assert [[name.rpartition("/")[2] for name in names] for names in copies(zoo)] == [
        ["0.safetensors", "6.safetensors"]
    ]


def test_what_no_zoo_is_compared_by_is_refused():
    for asked, told in (
        (["weight_histogram"], "none of summaries"),
        ([{"kind": "heat", "engine": "giotto"}], "none of summaries"),
        ([{"kind": "heat", "dimensions": [2]}], "looks at H2, but diagrams are computed up to H1"),
    ):
        with pytest.raises(tp.InputError, match=told):
            ZooSpec.made(make_measures(asked), 1)


def test_parts_hold_as_many_networks_as_memory_takes(tmp_path, monkeypatch):
    paths = [tmp_path / str(number) for number in range(5)]
    for path in paths:
        path.write_bytes(bytes(100))
    files = [str(path) for path in paths]
    assert run.parted(files) == [files]
    monkeypatch.setattr(run, "MOST", 200)
    assert [len(part) for part in run.parted(files)] == [2, 2, 1]
    assert [len(part) for part in run.parted(files, 4)] == [4, 1]
