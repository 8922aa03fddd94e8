"""MNIST, Fashion-MNIST and CIFAR-10, on tiny files of the same layouts."""

import gzip
import hashlib
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from serving import Server

vision = pytest.importorskip("torchvision").datasets

from topoprint import InputError  # noqa: E402
from topoprint.experiment.datasets import cifar10, load_dataset, mnist  # noqa: E402
from topoprint.experiment.datasets.cifar10 import Cifar10Config  # noqa: E402
from topoprint.experiment.datasets.mnist import FashionMnistConfig, MnistConfig  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402

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
    md5 = [(name, hashlib.md5(packed).hexdigest()) for name, packed in FILES.items()]
    sha256 = {name[:-3]: hashlib.sha256(raw).hexdigest() for name, raw in CONTENTS.items()}
    for kind in (vision.MNIST, vision.FashionMNIST):
        monkeypatch.setattr(kind, "mirrors", [f"{server.url}mnist/"])
        monkeypatch.setattr(kind, "resources", md5)
        monkeypatch.setitem(mnist.SHA256, kind.__name__, sha256)
    server.files |= {f"/mnist/{name}": packed for name, packed in FILES.items()}
    return server


def put(root: Path, folder: str = "MNIST/raw", level: int = 9, kinds: str = "gggg") -> Path:
    """Lay out the files, in their order: g is compressed, p is plain and b is both."""
    (root / folder).mkdir(parents=True)
    for (name, content), kind in zip(CONTENTS.items(), kinds, strict=True):
        if kind in "gb":
            (root / folder / name).write_bytes(gzip.compress(content, level))
        if kind in "pb":
            (root / folder / name[:-3]).write_bytes(content)
    return root / folder


def left(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("kinds", ["gggg", "pppp", "bbbb", "gpbg"])
def test_files_in_place_are_read_without_a_download(
    tiny: Server, tmp_path: Path, kinds: str
) -> None:
    put(tmp_path, kinds=kinds)
    before = left(tmp_path)
    samples = load_dataset(CONFIG, tmp_path)
    assert tiny.requests == []
    assert left(tmp_path) == before
    assert (samples.shape, samples.scale, samples.x_train.dtype) == ((1, 28, 28), 1 / 255, np.uint8)
    assert samples.classes[7] == "7 - seven"
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
    assert set(tiny.requests) == {f"/mnist/{name}" for name in FILES}
    assert left(tmp_path) == sorted(f"MNIST/raw/{name}" for name in FILES)
    tiny.requests.clear()
    again = load_dataset(CONFIG, tmp_path)
    assert tiny.requests == []
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
    with pytest.raises(InputError, match=r"t10k-images.*: not a whole gzip file.*move it away"):
        load_dataset(CONFIG, tmp_path)
    path.unlink()
    assert load_dataset(CONFIG, tmp_path).x_test.shape == (20, 784)


@pytest.mark.parametrize("part", [0, 0.5])
def test_a_plain_file_that_is_not_whole_is_told_and_recovered_from(
    tiny: Server, tmp_path: Path, part: float
) -> None:
    """torchvision writes the plain files in place, and takes what is there for whole."""
    path = put(tmp_path, kinds="bbbb") / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(InputError, match=r"images-idx3-ubyte: not the canonical.*move it away"):
        load_dataset(CONFIG, tmp_path)
    path.unlink()
    assert load_dataset(CONFIG, tmp_path).x_train.shape == (40, 784)
    assert tiny.requests == []


def test_an_interrupted_download_leaves_nothing(
    tiny: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(url: str, root: str | Path, filename: str, md5: str) -> None:
        (Path(root) / filename).write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vision.utils, "download_url", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_dataset(CONFIG, tmp_path)
    assert left(tmp_path) == []
    assert load_dataset(CONFIG, tmp_path).x_train.shape == (40, 784)


def test_what_torchvision_once_pickled_is_not_opened(tiny: Server, tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "MNIST/processed").mkdir()
    for name in ("training.pt", "test.pt"):
        (tmp_path / "MNIST/processed" / name).write_bytes(b"no tensor")
    assert load_dataset(CONFIG, tmp_path).x_train.shape == (40, 784)


def test_a_file_that_cannot_be_read_is_told(
    tiny: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    put(tmp_path, kinds="gggp")
    monkeypatch.setattr(gzip.GzipFile, "read", broken)
    with pytest.raises(
        InputError, match=r"images-idx3-ubyte\.gz cannot be read or decompressed \(In"
    ):
        load_dataset(CONFIG, tmp_path)


def test_other_content_is_told(tiny: Server, tmp_path: Path) -> None:
    folder = put(tmp_path)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"nothing of the kind"))
    with pytest.raises(InputError, match=r"t10k-labels.*: not the canonical file.*move it away"):
        load_dataset(CONFIG, tmp_path)


def test_a_part_of_the_images(tiny: Server, tmp_path: Path) -> None:
    put(tmp_path)
    part = load_dataset(CONFIG.model_copy(update={"train_samples": 20}), tmp_path)
    assert np.bincount(part.y_train).tolist() == [2] * 10


def batch(n: int) -> bytes:
    records = np.random.default_rng(n).integers(0, 256, (10, 3073), np.uint8)
    records[:, 0] = np.random.default_rng(n).permutation(10)
    return records.tobytes()


BATCHES = {name: batch(n) for n, name in enumerate(cifar10.MD5)}


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
    monkeypatch.setattr(cifar10, "ARCHIVE_MD5", hashlib.md5(packed).hexdigest())
    digests = {name: hashlib.md5(content).hexdigest() for name, content in BATCHES.items()}
    monkeypatch.setattr(cifar10, "MD5", digests)


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
    assert set(server.requests) == {"/cifar.tar.gz"}
    server.requests.clear()
    load_dataset(CIFAR, root)
    assert server.requests == []


def test_a_changed_batch_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, monkeypatch, archive(BATCHES))
    load_dataset(CIFAR, tmp_path)
    path = tmp_path / cifar10.FOLDER / "data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"data_batch_3\.bin: not the canonical file.*md5"):
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


def test_a_cifar10_download_that_stops_leaves_nothing_and_can_be_tried_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, monkeypatch, archive(BATCHES))
    server.broken.add("/cifar.tar.gz")
    with pytest.raises(InputError, match=r"binary\.tar\.gz could not be downloaded: http.*cifar"):
        load_dataset(CIFAR, tmp_path)
    assert left(tmp_path) == []
    server.broken.clear()
    assert load_dataset(CIFAR, tmp_path).x_test.shape == (10, 3072)


def test_a_place_for_the_batches_that_cannot_be_written_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, monkeypatch, archive(BATCHES))
    (tmp_path / cifar10.FOLDER).write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be unpacked into .*batches-bin \(File exists\)"):
        load_dataset(CIFAR, tmp_path)


def test_a_batch_that_cannot_be_read_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    serve(server, monkeypatch, archive(BATCHES))
    load_dataset(CIFAR, tmp_path)
    monkeypatch.setattr(vision.utils, "check_integrity", broken)
    with pytest.raises(
        InputError, match=r"data_batch_1\.bin cannot be read \(Input/output error\)"
    ):
        load_dataset(CIFAR, tmp_path)
