"""Where files cannot be written or read as usual: full disks, locks, devices, links, folders."""

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from support import told

import topoprint as tp
from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.files import load_comparisons, save_average, save_comparisons
from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.errors import InputError
from topoprint.experiment.datasets.samples import Samples
from topoprint.networks.files import read_metadata
from topoprint.reporting.heatmaps import write_heatmaps
from topoprint.reporting.report import write_report
from topoprint.reporting.tables import load_accuracies, write_networks
from topoprint.responses.responses import Responses, load_responses, save_responses
from topoprint.storage import write_bytes

Command = Callable[..., subprocess.CompletedProcess[str]]

KILOBYTES = (4, 8, 12, 16, 24, 32, 48, 64, 128)
CONTENT = bytes(range(256)) * 1000
IDENTITY = {"dataset": "d", "network": "a-1", "seed": 1}
VALUES = np.array([[0.0, 1.0], [1.0, 0.0]])
INDEX = tp.Index.of_names(["a-1", "a-2"])


def network(*sizes: int) -> tp.Network:
    random = np.random.default_rng(1)
    layers = [(random.normal(size=(n, m)), None) for m, n in pairwise(sizes)]
    return tp.Network.from_layers(layers, {"identity": IDENTITY})


def average() -> AveragedMatrix:
    return AveragedMatrix(VALUES[None], INDEX, (1,), "heat")


def samples() -> Samples:
    x, y = np.zeros((2, 3), np.float32), np.arange(2)
    return Samples("d", x, y, x, y, ("0", "1"), (3,))


def respond(path: Path) -> None:
    responses = [Responses(np.eye(4, dtype=np.float32), np.arange(4))] * 2
    save_responses(path, INDEX, responses, {})


def compare(path: Path) -> None:
    matrices = {"heat": DistanceMatrix(VALUES, INDEX, "heat")}
    save_comparisons(path, [Comparison(INDEX, matrices, {"heat": np.zeros(2)})])


WRITERS: dict[str, Callable[[Path], object]] = {
    "n.safetensors": lambda path: network(4, 3).save(path),
    "diagram.h5": lambda path: tp.Diagram.from_bars([[], [[0.25, 0.5]]]).save(path),
    "data.h5": lambda path: samples().save(path, {}),
    "responses.h5": respond,
    "distances.h5": compare,
    "matrices.h5": lambda path: save_average(path, [average()]),
    "networks.csv": lambda path: write_networks(path, average()),
    "heat_mean.pdf": lambda path: write_heatmaps(path.parent, average()),
    "report.html": lambda path: write_report(path, {"d": [average()]}, [], {}, None),
}
READERS = [tp.Diagram.load, tp.load_average, tp.load_distances, Samples.load, load_responses,
           load_comparisons, tp.Network.load, read_metadata, load_accuracies]  # fmt: skip
HDF5_READERS = READERS[:6]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network whose diagram takes more than 128 kB."""
    path = tmp_path_factory.mktemp("network") / "n.safetensors"
    network(300, 300, 10).save(path)
    return path


@pytest.mark.parametrize("size", KILOBYTES)
def test_a_full_disk_is_told_and_nothing_is_left(
    size: int, large: Path, disk: Callable[[str], Path], topoprint: Command
) -> None:
    folder = disk(f"size={size}k")
    out = folder / "x.h5"
    told(topoprint("diagram", large, "--output", out), 1, f"{out}: No space left on device")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_told_of_every_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        WRITERS[name](tmp_path / name)
    assert not isinstance(caught.value, InputError)
    assert str(caught.value.filename).startswith(str(tmp_path / name.partition("_")[0]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_files_are_whole(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    first = (tmp_path / name).read_bytes()
    WRITERS[name](tmp_path / name)
    assert (tmp_path / name).read_bytes() == first != b""


@pytest.mark.parametrize(
    ("number", "status"),
    [(errno.ENOSPC, 1), (errno.EIO, 1), (errno.EACCES, 2), (errno.EROFS, 2), (errno.EISDIR, 2)],
)
@pytest.mark.parametrize("name", [None, "x.h5"])
def test_errors_of_the_system_end_by_who_can_mend_them(
    number: int, status: int, name: str | None
) -> None:
    code = (
        "import sys\nfrom topoprint import cli\n"
        f"def fail(): raise OSError({number}, 'it is so', *{[name] if name else []})\n"
        "cli.app = fail\ncli.main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    told(result, status, f"{name}: it is so" if name else "it is so")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("''", "not enough memory"), ("'Unable to allocate 8 GiB'", "Unable to allocate 8 GiB")],
)
def test_too_little_memory_is_told(words: str, sentence: str) -> None:
    code = (
        "import sys\nfrom topoprint import cli\n"
        f"def fail(): raise MemoryError({words})\n"
        "cli.app = fail\ncli.main()"
    )
    told(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True), 1, sentence)


def test_a_full_standard_output_is_told(large: Path) -> None:
    command = [sys.executable, "-m", "topoprint.cli", "compare", str(large), str(large)]
    for unbuffered, name in (("", "standard output: "), ("1", "")):
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        with Path("/dev/full").open("w") as full:
            result = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment
            )
        assert result.returncode == 1
        assert result.stderr == f"topoprint: {name}No space left on device\n"


def test_a_reader_that_left_is_no_matter(large: Path) -> None:
    command = [sys.executable, "-m", "topoprint.cli", "compare", str(large), str(large)]
    read, write = os.pipe()
    os.close(read)
    for unbuffered in ("", "1"):
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        result = subprocess.run(
            command, stdout=write, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert (result.returncode, result.stderr) == (1, "")
    os.close(write)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(number: int, large: Path, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from topoprint import cli\n"
        # In the background of a shell, or under nohup, signals are ignored from the start.
        f"signal.signal({number:d}, signal.SIG_DFL)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def stop(path, content):\n"
        "    path.touch()\n"
        f"    os.kill(os.getpid(), {number:d})\n"
        "Path.write_bytes = stop\n"
        f"sys.argv = ['topoprint', 'diagram', {str(large)!r}, '-o', 'out.h5']\ncli.main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path)
    assert result.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_file_is_not_called_damaged(
    read: Callable[[Path], object], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}: is a folder\b.*; name the file to read$"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"pipe: is no regular file\b.*; .*name "):
        read(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"gone: no such file$"):
        read(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError, match=r"loop: cannot be read \(Too many levels of symbolic"):
        read(tmp_path / "loop")


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_may_not_be_read_is_not_called_damaged(
    read: Callable[[Path], object], closed: Path
) -> None:
    with pytest.raises(InputError, match=r"there: cannot be read \(Permission denied\)$"):
        read(closed / "there")


def test_a_file_open_elsewhere_is_not_called_damaged(tmp_path: Path, topoprint: Command) -> None:
    path = tmp_path / "d.h5"
    tp.Diagram.from_bars([[], [[0.25, 0.5]]]).save(path)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told(
            topoprint("compare", path, path),
            2,
            f"{path}: another program has it open for writing (Resource temporarily unavailable); "
            "try again when that has ended, or set HDF5_USE_FILE_LOCKING=FALSE to read it all the "
            "same",
        )
        unlocked = topoprint("compare", path, path, HDF5_USE_FILE_LOCKING="FALSE")
        assert unlocked.returncode == 0


@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [
        (errno.ENOLCK, InputError, "its file system cannot lock it .*HDF5_USE_FILE_LOCKING=FALSE"),
        (errno.EACCES, InputError, r"cannot be read \(Permission denied\)"),
        (errno.EIO, OSError, "Input/output error"),
        (None, InputError, r"\(truncated or damaged\?\); make it again$"),
    ],
)
@pytest.mark.parametrize("read", HDF5_READERS)
def test_only_damage_is_called_damage(
    read: Callable[[Path], object], number: int | None, kind: type[Exception], sentence: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*_: object) -> None:
        raise OSError(*([number] if number else []), "Unable to open file (as HDF5 says)")

    path = tmp_path / "d.h5"
    path.write_bytes(CONTENT)
    monkeypatch.setattr(h5py, "File", fail)
    with pytest.raises(kind, match=sentence) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, InputError) == (kind is InputError)


def test_nobody_is_told_to_delete_a_file() -> None:
    package = Path(tp.__file__).parent
    for path in package.rglob("*.py"):
        assert "delete it" not in path.read_text(), path


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_bytes(pipe, CONTENT)
    reader.join()
    assert received == [CONTENT]
    assert list(tmp_path.iterdir()) == [pipe]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("minor", "status", "sentence"),
    [(3, 0, ""), (7, 1, "topoprint: {0}: No space left on device\n")],
    ids=["null", "full"],
)
def test_a_device_is_written_into(
    minor: int, status: int, sentence: str, large: Path, tmp_path: Path, topoprint: Command
) -> None:
    device = tmp_path / "device"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        device.write_bytes(b"")
    except PermissionError:
        pytest.skip("no device may be made here")
    result = topoprint("diagram", large, "-o", device)
    assert (result.returncode, result.stderr) == (status, sentence.format(device))
    assert stat.S_ISCHR(device.stat().st_mode)
    assert list(tmp_path.iterdir()) == [device]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_written_into(name: str, large: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.h5"
    command = [sys.executable, "-m", "topoprint.cli", "diagram", str(large), "-o"]
    subprocess.run([*command, str(whole)], check=True)
    assert subprocess.run([*command, name], stdout=-1, check=True).stdout == whole.read_bytes()
    with (tmp_path / "more").open("wb") as file:
        file.write(b"before\n")
        file.flush()
        subprocess.run([*command, name], stdout=file, check=True)
    assert (tmp_path / "more").read_bytes() == b"before\n" + whole.read_bytes()


def test_links_are_followed(large: Path, tmp_path: Path, topoprint: Command) -> None:
    (tmp_path / "old.h5").write_bytes(b"old")
    for name, target in (("link.h5", "old.h5"), ("dangling.h5", "new/folder/new.h5")):
        (tmp_path / name).symlink_to(target)
        assert topoprint("diagram", large, "-o", tmp_path / name).returncode == 0
        assert (tmp_path / name).readlink() == Path(target)
        assert len(tp.Diagram.load(tmp_path / target).bars(1)) > 0
    assert not list(tmp_path.rglob("*.tmp"))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=r"loop: cannot be written \(Too many levels of symbolic"):
        write_bytes(tmp_path / "loop", CONTENT)
    loop = tmp_path / "loop"
    told(topoprint("diagram", large, "-o", loop), 2, f"{loop}: Too many levels of symbolic links")


def test_a_folder_is_no_file_to_write(tmp_path: Path, topoprint: Command) -> None:
    folder = tmp_path / "folder.h5"
    folder.mkdir()
    (tmp_path / "link.h5").symlink_to(folder)
    for path in (folder, tmp_path / "link.h5"):
        with pytest.raises(InputError, match=f"^{path}: is a folder; name the file to write$"):
            write_bytes(path, CONTENT)
    sentence = f"{folder}: is a folder; name the file to write"
    told(topoprint("diagram", "none.safetensors", "-o", folder), 2, sentence)
    assert list(folder.iterdir()) == []


def test_a_folder_that_may_not_be_written_in_is_told(closed: Path) -> None:
    with pytest.raises(InputError, match=r"x\.h5: cannot be written \(Permission denied\)$"):
        network(4, 3).save(closed / "x.h5")
