import h5py
import numpy as np
import pytest

from topoprint import Diagram, InputError, Network, load_average, load_distances
from topoprint.experiment.datasets.samples import Samples
from topoprint.networks.files import read_metadata
from topoprint.responses.responses import load_responses
from topoprint.storage import (
    atomic_path,
    create_h5,
    format_of,
    open_h5,
    read_json,
    read_strings,
    write_strings,
)

KIND = "topoprint test"
READERS = [Diagram.load, load_distances, load_average, load_responses, Samples.load]
KINDS = ["diagram", "distances", "matrices", "responses", "data"]
STAGES = ["diagram", "distances", "average", "respond", "prepare"]
# The versions that each reads.
READ = ["1 and 2 and 3", "1 and 2", "1 and 2", "1", "1"]


def write(path, kind=KIND, version=1):
    with create_h5(path, kind, version, {"seed": "1"}, {"zeta": 0.5, "bins": [1, 2]}) as file:
        write_strings(file, "labels", ["ä", "b c"])
        file.create_dataset("values", data=np.arange(5.0))


def test_identity_parameters_and_strings_come_back(tmp_path):
    write(tmp_path / "a.h5")
    with open_h5(tmp_path / "a.h5", KIND, 1, made_by="topoprint test") as file:
        assert read_json(file, "identity") == {"seed": "1"}
        assert read_json(file, "parameters") == {"zeta": 0.5, "bins": [1, 2]}
        assert read_strings(file, "labels") == ("ä", "b c")
        np.testing.assert_array_equal(file["values"], np.arange(5.0))


def test_a_file_replaces_the_one_before(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with atomic_path(path) as temporary:
        assert temporary.parent == tmp_path
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_of_one_file_have_temporary_files_of_their_own(tmp_path):
    with atomic_path(tmp_path / "a") as one, atomic_path(tmp_path / "a") as other:
        assert one != other
        one.write_text("1")
        other.write_text("2")
    assert (tmp_path / "a").read_text() == "1"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    def fail(temporary):
        temporary.write_text("half of it")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError), atomic_path(tmp_path / "a") as temporary:
        fail(temporary)
    assert not list(tmp_path.iterdir())


def test_a_writer_that_fails_leaves_the_file_before(tmp_path):
    write(tmp_path / "a.h5")
    before = (tmp_path / "a.h5").read_bytes()

    def fail(file):
        file.create_dataset("values", data=np.arange(1000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), create_h5(tmp_path / "a.h5", KIND, 1, {}, {}) as file:
        fail(file)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.h5"]
    assert (tmp_path / "a.h5").read_bytes() == before


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    path = tmp_path / "none" / "a.h5"
    with pytest.raises(InputError, match=str(path.parent)):
        write(path)


def test_equal_contents_are_equal_bytes(tmp_path):
    write(tmp_path / "a.h5")
    write(tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_the_order_of_identity_and_parameters_does_not_matter_to_the_bytes(tmp_path):
    for name, keys in (("a", "xyz"), ("b", "zyx")):
        with create_h5(tmp_path / name, KIND, 1, dict.fromkeys(keys, "1"), dict.fromkeys(keys, 2)):
            pass
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("read", [*READERS, Network.load, read_metadata])
def test_a_missing_file_is_named(tmp_path, read):
    path = tmp_path / "gone"
    with pytest.raises(InputError, match=str(path)):
        read(path)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("content", [b"", b"not HDF5 at all"])
def test_a_file_that_is_no_hdf5_is_named(tmp_path, read, content):
    path = tmp_path / "text.h5"
    path.write_bytes(content)
    with pytest.raises(InputError, match=str(path)):
        read(path)


@pytest.mark.parametrize("read", READERS)
def test_a_file_of_another_kind_is_named(tmp_path, read):
    path = tmp_path / "other.h5"
    write(path)
    with pytest.raises(InputError, match=rf"{path}.*{KIND}"):
        read(path)


@pytest.mark.parametrize("read", READERS)
def test_an_hdf5_file_of_somebody_else_is_named(tmp_path, read):
    path = tmp_path / "other.h5"
    h5py.File(path, "w").close()
    with pytest.raises(InputError, match=f"{path}: expected a topoprint"):
        read(path)


@pytest.mark.parametrize(
    ("read", "kind", "stage", "versions"), list(zip(READERS, KINDS, STAGES, READ, strict=True))
)
def test_a_file_of_another_version_is_named(tmp_path, read, kind, stage, versions):
    path = tmp_path / "new.h5"
    write(path, f"topoprint {kind}", version=9)
    told = f"{path}: format version 9 .* reads {versions}; make it again with `topoprint {stage}`"
    with pytest.raises(InputError, match=told):
        read(path)


@pytest.mark.parametrize(("read", "stage"), list(zip(READERS, STAGES, strict=True)))
def test_a_file_of_another_kind_names_the_command_that_makes_the_right_one(tmp_path, read, stage):
    write(tmp_path / "other.h5")
    with pytest.raises(InputError, match=f"`topoprint {stage}` makes one"):
        read(tmp_path / "other.h5")


def test_what_a_file_says_that_it_is(tmp_path):
    write(tmp_path / "a.h5")
    h5py.File(tmp_path / "b.h5", "w").close()
    (tmp_path / "c.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:-100])
    (tmp_path / "d.h5").write_text("no HDF5")
    found = [format_of(tmp_path / name) for name in ("a.h5", "b.h5", "c.h5", "d.h5", "none")]
    assert found == [KIND, "", "", None, None]


@pytest.mark.parametrize(("read", "kind"), list(zip(READERS, KINDS, strict=True)))
def test_a_file_without_its_contents_is_named(tmp_path, read, kind):
    path = tmp_path / "hollow.h5"
    with h5py.File(path, "w") as file:
        file.attrs["format"] = f"topoprint {kind}"
        file.attrs["format_version"] = 1
    with pytest.raises(InputError, match=str(path)):
        read(path)
