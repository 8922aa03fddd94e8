import hashlib
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from serving import Server

from topoprint import InputError
from topoprint.experiment.datasets import load_dataset, reuters
from topoprint.experiment.datasets.reuters import ReutersConfig, presence, read_texts

CONFIG = ReutersConfig(name="reuters", type="reuters", words=50)


def as_array(texts: list[object]) -> np.ndarray:
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def packed(x: np.ndarray, y: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x=x, y=y)
    return stream.getvalue()


LABELS = np.arange(46 * 10) % 46
TEXTS = [np.random.default_rng(n).integers(1, 100, n % 17).tolist() for n in range(len(LABELS))]


def install(root: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a file where the newswires lie, as if it were Keras'."""
    monkeypatch.setattr(reuters, "SHA256", hashlib.sha256(content).hexdigest())
    (root / "reuters").mkdir()
    path = root / "reuters" / "reuters.npz"
    path.write_bytes(content)
    return path


def test_split_and_vectors_are_those_of_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, packed(as_array(TEXTS), LABELS), monkeypatch)
    samples = load_dataset(CONFIG, tmp_path)
    order = np.arange(len(TEXTS))
    np.random.RandomState(113).shuffle(order)  # as keras.datasets.reuters.load_data does
    assert len(samples.y_train) == int(460 * 0.8)
    np.testing.assert_array_equal(np.append(samples.y_train, samples.y_test), LABELS[order])
    x = np.concatenate([samples.x_train, samples.x_test])
    for row, text in zip(x, order, strict=True):
        marked = [1] + [w + 3 for w in TEXTS[text]]
        assert set(np.flatnonzero(row)) == {w if w < 50 else 2 for w in marked}
    assert (samples.shape, samples.scale, samples.x_train.dtype) == ((50,), 1.0, np.uint8)
    assert len(samples.classes) == 46
    assert samples.classes[3:5] == ("earn", "acq")


def test_presence_by_hand() -> None:
    rows = presence([[1, 5, 5, 996, 997], []], 1000)
    assert np.flatnonzero(rows[0]).tolist() == [1, 2, 4, 8, 999]
    assert np.flatnonzero(rows[1]).tolist() == [1]
    assert rows.max() == 1


def test_another_checksum_is_refused_before_anything_is_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = install(tmp_path, packed(as_array(TEXTS), LABELS), monkeypatch)
    path.write_bytes(path.read_bytes() + b" ")

    def never(*_: object) -> None:
        raise AssertionError("unpickled")

    monkeypatch.setattr(reuters, "read_texts", never)
    with pytest.raises(InputError, match=r"reuters\.npz: not the canonical file"):
        load_dataset(CONFIG, tmp_path)


class Command:
    """What, unpickled, would run a command."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_names_a_command_is_refused_whatever_its_checksum(
    tmp_path: Path, protocol: int
) -> None:
    marker = tmp_path / "ran"
    array = as_array([[1], Command(f"touch {marker}")])
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "|O", "fortran_order": False, "shape": (2,)}
    )
    stream.write(pickle.dumps(array, protocol))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", stream.getvalue())
        archive.writestr("y.npy", b"")
    with pytest.raises(InputError, match=r"it names (posix|nt|_codecs|copyreg)\."):
        read_texts(tmp_path / "a.npz")
    assert not marker.exists()
    with np.load(tmp_path / "a.npz", allow_pickle=True) as trusting:
        trusting["x"]
    assert marker.exists()  # so the file was as dangerous as it was meant to be


@pytest.mark.parametrize(
    "texts", [as_array(["text"]), as_array([["text"]]), as_array([[-1]]), as_array([[True]])]
)
def test_texts_that_are_no_lists_of_ranks_are_refused(tmp_path: Path, texts: np.ndarray) -> None:
    (tmp_path / "a.npz").write_bytes(packed(texts, np.zeros(1, np.int64)))
    with pytest.raises(InputError, match=r"a\.npz: not Keras' reuters\.npz"):
        read_texts(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.zeros(3), np.zeros(3, np.int64)),
        (as_array([[1], [2]]), np.zeros(3, np.int64)),
        (as_array([[1], [2]]), np.zeros(2)),
        (as_array([[1], [2]]), as_array([1, 2])),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, x: np.ndarray, y: np.ndarray) -> None:
    (tmp_path / "a.npz").write_bytes(packed(x, y))
    with pytest.raises(InputError, match=r"a\.npz: not Keras' reuters\.npz"):
        read_texts(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"no zip", packed(as_array(TEXTS), LABELS)[:5000]])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.npz: not Keras' reuters\.npz"):
        read_texts(tmp_path / "a.npz")


def test_newswires_are_downloaded(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed(as_array(TEXTS), LABELS)
    server.files["/reuters.npz"] = content
    monkeypatch.setattr(reuters, "URLS", (f"{server.url}reuters.npz",))
    with pytest.raises(InputError, match=r"another checksum than sha256:d6586e69"):
        load_dataset(CONFIG, tmp_path)
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
    monkeypatch.setattr(reuters, "SHA256", hashlib.sha256(content).hexdigest())
    assert load_dataset(CONFIG, tmp_path).x_test.shape == (92, 50)
    load_dataset(CONFIG, tmp_path)
    assert len(server.requests) == 2
