import errno
import hashlib
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from serving import Server

from topoprint import InputError
from topoprint.experiment.datasets import download
from topoprint.experiment.datasets.download import (
    check_file,
    fetch,
    fetch_with_torchvision,
    torchvision_datasets,
)

pytest.importorskip("pooch")
pytest.importorskip("torchvision")

CONTENT = bytes(range(256)) * 64
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


Fetch = Callable[[list[str], Path], None]


@pytest.fixture(params=["pooch", "torchvision"])
def fetch_md5(request: pytest.FixtureRequest) -> Fetch:
    """Either way to download a file of that content."""
    if request.param == "pooch":
        return lambda urls, path: fetch(urls, path, MD5)
    return lambda urls, path: fetch_with_torchvision(urls, path, MD5.removeprefix("md5:"))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_whole(server: Server, tmp_path: Path, fetch_md5: Fetch) -> None:
    server.files["/a.bin"] = CONTENT
    fetch_md5([server.url + "a.bin"], tmp_path / "new" / "a.bin")
    assert (tmp_path / "new" / "a.bin").read_bytes() == CONTENT
    assert left(tmp_path) == ["a.bin"]


def test_another_mirror_is_asked_when_one_fails(
    server: Server, tmp_path: Path, fetch_md5: Fetch
) -> None:
    server.files |= {"/broken": CONTENT, "/other": b"other", "/good": CONTENT}
    server.broken.add("/broken")
    names = ("missing", "broken", "other", "good")
    fetch_md5([server.url + name for name in names], tmp_path / "a.bin")
    assert list(dict.fromkeys(server.requests)) == [f"/{name}" for name in names]
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert left(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("digest", [MD5, None])
def test_a_download_that_stops_halfway_leaves_nothing_and_can_be_tried_again(
    server: Server, tmp_path: Path, digest: str | None
) -> None:
    server.files["/a.bin"] = CONTENT
    server.broken.add("/a.bin")
    url = server.url + "a.bin"
    with pytest.raises(InputError, match=f"a.bin could not be downloaded: {url} did not give it"):
        fetch([url], tmp_path / "a.bin", digest)
    assert left(tmp_path) == []
    server.broken.clear()
    fetch([url], tmp_path / "a.bin", digest)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_download_by_torchvision_that_stops_halfway_can_be_tried_again(
    server: Server, tmp_path: Path
) -> None:
    server.files["/a.bin"] = CONTENT
    server.broken.add("/a.bin")
    md5 = MD5.removeprefix("md5:")
    with pytest.raises(InputError, match=r"a\.bin could not be downloaded: http.*try again later"):
        fetch_with_torchvision([server.url + "a.bin"], tmp_path / "a.bin", md5)
    assert left(tmp_path) == []
    server.broken.clear()
    fetch_with_torchvision([server.url + "a.bin"], tmp_path / "a.bin", md5)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_another_checksum_leaves_nothing(server: Server, tmp_path: Path, fetch_md5: Fetch) -> None:
    server.files["/a.bin"] = CONTENT[:-1] + b"?"
    with pytest.raises(InputError, match=f"checksum (than )?{MD5}; try again later"):
        fetch_md5([server.url + "a.bin"], tmp_path / "a.bin")
    assert left(tmp_path) == []


def test_a_missing_page_and_a_refused_connection_are_told(
    server: Server, tmp_path: Path, fetch_md5: Fetch
) -> None:
    with pytest.raises(InputError, match=r"HTTPError 404.*; http://127\.0\.0\.1:9/a did not give"):
        fetch_md5([server.url + "a", "http://127.0.0.1:9/a"], tmp_path / "a.bin")
    assert left(tmp_path) == []


def test_why_no_connection_was_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\(URLError .*refused\)"):
        fetch_with_torchvision(["http://127.0.0.1:9/a"], tmp_path / "a.bin", "0")


def test_a_silent_server_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fetch_md5: Fetch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a"
        with pytest.raises(
            InputError, match=rf"{re.escape(url)} did not give it whole \(\w*Timeout"
        ):
            fetch_md5([url], tmp_path / "a.bin")
    assert left(tmp_path) == []
    assert socket.getdefaulttimeout() is None


def test_a_place_that_cannot_be_written_is_told(
    server: Server, tmp_path: Path, fetch_md5: Fetch
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written"):
        fetch_md5([server.url + "a"], tmp_path / "file" / "a.bin")


def test_a_full_disk_is_told_as_such(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    server.files["/a.bin"] = CONTENT
    monkeypatch.setattr(download, "check_file", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        fetch([server.url + "a.bin"], tmp_path / "a.bin", None)
    assert not isinstance(caught.value, InputError)
    assert caught.value.filename == str(tmp_path / "a.bin")
    assert left(tmp_path) == []


def test_without_pooch_one_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(InputError, match=r"pip install 'topoprint\[data\]'"):
        fetch(["http://127.0.0.1:9/a"], tmp_path / "a.bin", None)


class Unfit(ModuleType):
    """A torchvision that was made for another torch."""

    def __getattr__(self, name: str) -> None:
        raise RuntimeError(f"operator torchvision::nms does not exist, nor {name}")


@pytest.mark.parametrize("found", [None, Unfit("torchvision")])
def test_without_a_torchvision_that_works_one_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, found: ModuleType | None
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", found)
    with pytest.raises(
        InputError, match=r"cannot be imported \(.+\): pip install 'topoprint\[data\]'"
    ):
        torchvision_datasets()


def test_long_downloads_tell_how_far_they_are(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.files["/a.bin"] = bytes(2**21)
    fetch([server.url + "a.bin"], tmp_path / "a.bin", None)
    told = capfd.readouterr().err
    assert "a.bin: 10 % of 2 MiB" in told
    assert told.count("100 %") == 1


def test_a_changed_file_is_named_with_both_digests(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"else")
    found = hashlib.md5(b"else").hexdigest()
    with pytest.raises(InputError, match=rf"a\.bin: not the canonical file.*{found}.*move it away"):
        check_file(tmp_path / "a.bin", MD5)


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "a.bin").write_bytes(CONTENT)
    monkeypatch.setattr(hashlib, "file_digest", broken)
    with pytest.raises(InputError, match=r"a\.bin cannot be read \(Input/output error\)"):
        check_file(tmp_path / "a.bin", MD5)
