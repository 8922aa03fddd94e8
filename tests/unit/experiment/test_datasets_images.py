"""MNIST, Fashion-MNIST and CIFAR-10, on tiny files of the same layouts."""

import gzip
import hashlib
import io
import struct
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from serving import Server

from topoprint import InputError
from topoprint.experiment.datasets import cifar10, load_dataset, mnist
from topoprint.experiment.datasets.cifar10 import Cifar10Config
from topoprint.experiment.datasets.mnist import FashionMnistConfig, MnistConfig
from topoprint.experiment.datasets.samples import Samples

CONFIG = MnistConfig(name="mnist", type="mnist")
CIFAR = Cifar10Config(name="cifar10", type="cifar10")


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def images(n: int) -> np.ndarray:
    return np.random.default_rng(n).integers(0, 256, (n, 28, 28), np.uint8)


CONTENTS = {
    "train-images-idx3-ubyte.gz": idx(images(40)),
    "train-labels-idx1-ubyte.gz": idx(np.arange(40, dtype=np.uint8) % 10),
    "t10k-images-idx3-ubyte.gz": idx(images(20)),
    "t10k-labels-idx1-ubyte.gz": idx(np.arange(20, dtype=np.uint8) % 10),
}
FILES = {name: gzip.compress(content, mtime=0) for name, content in CONTENTS.items()}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:
    """MNIST of 40 + 20 images, served at /mnist/."""
    changes = {
        "mirrors": (f"{server.url}mnist/",),
        "md5": {name: hashlib.md5(packed).hexdigest() for name, packed in FILES.items()},
        "sha256": {name: hashlib.sha256(raw).hexdigest() for name, raw in CONTENTS.items()},
    }
    monkeypatch.setattr(mnist, "MNIST", replace(mnist.MNIST, **changes))
    monkeypatch.setattr(mnist, "FASHION_MNIST", replace(mnist.FASHION_MNIST, **changes))
    server.files |= {f"/mnist/{name}": packed for name, packed in FILES.items()}
    return server


def put(root: Path, folder: str = "MNIST/raw", level: int = 9) -> Path:
    (root / folder).mkdir(parents=True)
    for name, content in CONTENTS.items():
        (root / folder / name).write_bytes(gzip.compress(content, level))
    return root / folder


def test_files_in_place_are_read_without_a_download(tiny: Server, tmp_path: Path) -> None:
    put(tmp_path)
    samples = load_dataset(CONFIG, tmp_path)
    assert tiny.requests == []
    assert (samples.shape, samples.scale, samples.x_train.dtype) == ((1, 28, 28), 1 / 255, np.uint8)
    np.testing.assert_array_equal(samples.x_train, images(40).reshape(40, 784))
    np.testing.assert_array_equal(samples.x_test, images(20).reshape(20, 784))
    np.testing.assert_array_equal(samples.y_test, np.arange(20) % 10)
    samples.save(tmp_path / "a.h5", {})
    assert Samples.load(tmp_path / "a.h5").x_train.max() == 1


def test_files_compressed_by_others_are_read(tiny: Server, tmp_path: Path) -> None:
    put(tmp_path, "FashionMNIST/raw", level=1)
    config = FashionMnistConfig(name="fashion", type="fashion_mnist")
    samples = load_dataset(config, tmp_path)
    assert tiny.requests == []
    assert samples.name == "fashion"
    assert samples.classes[-1] == "Ankle boot"


def test_missing_files_are_downloaded_once(tiny: Server, tmp_path: Path) -> None:
    first = load_dataset(CONFIG, tmp_path)
    assert len(tiny.requests) == 4
    again = load_dataset(CONFIG, tmp_path)
    assert len(tiny.requests) == 4
    np.testing.assert_array_equal(first.x_train, again.x_train)


def test_the_next_run_recovers_from_a_download_that_stopped(tiny: Server, tmp_path: Path) -> None:
    tiny.broken.add("/mnist/train-labels-idx1-ubyte.gz")
    with pytest.raises(InputError, match=r"train-labels-idx1-ubyte\.gz could not be downloaded"):
        load_dataset(CONFIG, tmp_path)
    assert [path.name for path in (tmp_path / "MNIST/raw").iterdir()] == [
        "train-images-idx3-ubyte.gz"
    ]
    tiny.broken.clear()
    assert load_dataset(CONFIG, tmp_path).x_train.shape == (40, 784)


def test_a_truncated_file_is_told_and_recovered_from(tiny: Server, tmp_path: Path) -> None:
    path = put(tmp_path) / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"t10k-images.*: not a whole gzip file.*delete it"):
        load_dataset(CONFIG, tmp_path)
    path.unlink()
    assert load_dataset(CONFIG, tmp_path).x_test.shape == (20, 784)


def test_other_content_is_told(tiny: Server, tmp_path: Path) -> None:
    folder = put(tmp_path)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"nothing of the kind"))
    with pytest.raises(InputError, match=r"t10k-labels.*: not the canonical file.*delete it"):
        load_dataset(CONFIG, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\0\0\x0d\x01", idx(images(2))[:-1], b"\0\0\x08\x02\0"])
def test_what_is_no_idx_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(content))
    with pytest.raises(InputError, match=r"a\.gz: not an idx file"):
        mnist.read_idx(tmp_path / "a.gz", hashlib.sha256(content).hexdigest())


def test_a_part_of_the_images(tiny: Server, tmp_path: Path) -> None:
    put(tmp_path)
    part = load_dataset(CONFIG.model_copy(update={"train_samples": 20}), tmp_path)
    assert np.bincount(part.y_train).tolist() == [2] * 10


def batch(n: int) -> bytes:
    records = np.random.default_rng(n).integers(0, 256, (10, 3073), np.uint8)
    records[:, 0] = np.random.default_rng(n).permutation(10)
    return records.tobytes()


BATCHES = {name: batch(n) for n, name in enumerate(cifar10.SHA1)}


def archive(batches: dict[str, bytes]) -> bytes:
    """An archive of batches, with a file that wants to lie elsewhere."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        members = {f"{cifar10.FOLDER}/{name}": content for name, content in batches.items()}
        for name, content in ({"../evil": b"evil"} | members).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def serve(server: Server, monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    server.files["/cifar.tar.gz"] = packed
    monkeypatch.setattr(cifar10, "URLS", (f"{server.url}cifar.tar.gz",))
    monkeypatch.setattr(cifar10, "MD5", hashlib.md5(packed).hexdigest())
    digests = {name: hashlib.sha1(content).hexdigest() for name, content in BATCHES.items()}
    monkeypatch.setattr(cifar10, "SHA1", digests)


def test_cifar10_is_downloaded_and_only_its_batches_unpacked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, monkeypatch, archive(BATCHES))
    root = tmp_path / "deep" / "root"
    samples = load_dataset(CIFAR, root)
    everything = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert everything == sorted(BATCHES)
    assert (samples.shape, samples.scale) == ((3, 32, 32), 1 / 255)
    assert samples.x_train.shape == (50, 3072)
    assert samples.x_test.shape == (10, 3072)
    first = np.frombuffer(BATCHES["data_batch_1.bin"], np.uint8).reshape(10, 3073)
    np.testing.assert_array_equal(samples.x_train[:10], first[:, 1:])
    np.testing.assert_array_equal(samples.y_train[:10], first[:, 0])
    load_dataset(CIFAR, root)
    assert server.requests == ["/cifar.tar.gz"]


def test_a_changed_batch_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, monkeypatch, archive(BATCHES))
    load_dataset(CIFAR, tmp_path)
    path = tmp_path / cifar10.FOLDER / "data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"data_batch_3\.bin: not the canonical file.*sha1"):
        load_dataset(CIFAR, tmp_path)
    path.unlink()
    assert load_dataset(CIFAR, tmp_path).x_train.shape == (50, 3072)


def test_an_archive_that_lacks_a_batch_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = {name: content for name, content in BATCHES.items() if "4" not in name}
    serve(server, monkeypatch, archive(lacking))
    with pytest.raises(InputError, match=r"not the archive of the batches .*data_batch_4"):
        load_dataset(CIFAR, tmp_path)


def test_an_archive_that_is_there_already_is_checked_and_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = archive(BATCHES)
    serve(server, monkeypatch, packed)
    (tmp_path / cifar10.ARCHIVE).write_bytes(packed[:-1])
    with pytest.raises(InputError, match=r"binary\.tar\.gz: not the canonical file"):
        load_dataset(CIFAR, tmp_path)
    (tmp_path / cifar10.ARCHIVE).write_bytes(packed)
    assert load_dataset(CIFAR, tmp_path).x_test.shape == (10, 3072)
    assert server.requests == []
