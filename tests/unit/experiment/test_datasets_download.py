import hashlib
import sys
from pathlib import Path

import pytest
from serving import Server

from topoprint import InputError
from topoprint.experiment.datasets.download import check_file, fetch

pytest.importorskip("pooch")

CONTENT = bytes(range(256)) * 64
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_whole(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    fetch([server.url + "a.bin"], tmp_path / "new" / "a.bin", MD5)
    assert (tmp_path / "new" / "a.bin").read_bytes() == CONTENT
    assert left(tmp_path) == ["a.bin"]


def test_another_mirror_is_asked_when_one_fails(server: Server, tmp_path: Path) -> None:
    server.files |= {"/broken": CONTENT, "/other": b"other", "/good": CONTENT}
    server.broken.add("/broken")
    names = ("missing", "broken", "other", "good")
    fetch([server.url + name for name in names], tmp_path / "a.bin", MD5)
    assert server.requests == [f"/{name}" for name in names]
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


def test_another_checksum_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT[:-1] + b"?"
    with pytest.raises(InputError, match=f"another checksum than {MD5}; try again later"):
        fetch([server.url + "a.bin"], tmp_path / "a.bin", MD5)
    assert left(tmp_path) == []


def test_a_missing_page_and_a_silent_server_are_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"HTTPError 404.*; http://127\.0\.0\.1:9/a did not give"):
        fetch([server.url + "a", "http://127.0.0.1:9/a"], tmp_path / "a.bin", None)
    assert left(tmp_path) == []


def test_a_place_that_cannot_be_written_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written"):
        fetch([server.url + "a"], tmp_path / "file" / "a.bin", None)


def test_without_pooch_one_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(InputError, match=r"pip install '\.\[data\]' in the sources"):
        fetch(["http://127.0.0.1:9/a"], tmp_path / "a.bin", None)


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
    with pytest.raises(InputError, match=rf"a\.bin: not the canonical file.*{found}.*delete it"):
        check_file(tmp_path / "a.bin", MD5)
