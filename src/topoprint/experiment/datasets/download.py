"""Files of data sets: downloaded whole or not at all, and checked before they are used."""

import hashlib
import socket
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError

from topoprint.errors import InputError
from topoprint.storage import atomic_path, file_error

TIMEOUT = 30  # seconds without a byte


class _DownloadError(Exception):
    """An address did not give the file; says why, after the address."""


def fetch(urls: Sequence[str], path: Path, digest: str | None) -> None:
    """Download a file from the first of some addresses that gives it.

    Parameters
    ----------
    urls : sequence of str
        Addresses of the same file.
    path : Path
        Where it goes; its folder is made if need be. Nothing is left there on failure.
    digest : str or None
        ``algorithm:hexadecimal digest``, such as ``md5:…``; None if none is published.

    Raises
    ------
    InputError
        If no address gives the whole file with that digest, or it cannot be written.
    """
    try:
        import pooch
        import requests
    except ImportError as error:
        raise InputError(
            f"{path} is missing and is downloaded with pooch: pip install "
            f"'topoprint[data]', or get it yourself from {urls[0]}"
        ) from error

    def get(url: str, temporary: Path) -> None:
        # Without Accept-Encoding some servers call a .gz file an encoding, which is then undone.
        download = pooch.HTTPDownloader(
            progressbar=_Progress(path.name),
            chunk_size=2**16,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},
        )
        try:
            download(url, str(temporary), None)
            check_file(temporary, digest)
        except requests.exceptions.RequestException as error:
            status = "" if error.response is None else f" {error.response.status_code}"
            raise _DownloadError(
                f"did not give it whole ({type(error).__name__}{status})"
            ) from error
        except InputError as error:
            raise _DownloadError(f"gives a file with another checksum than {digest}") from error

    _fetch(urls, path, get)


def fetch_with_torchvision(urls: Sequence[str], path: Path, md5: str) -> None:
    """Download a file of a data set of torchvision, as :func:`fetch`, by torchvision's means."""
    utils = torchvision_datasets().utils

    def get(url: str, temporary: Path) -> None:
        try:
            with _timeout():
                utils.download_url(url, temporary.parent, temporary.name, md5)
        except RuntimeError as error:
            raise _DownloadError(f"gives no file with the checksum md5:{md5}") from error
        except (URLError, HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
            why = getattr(error, "code", None) or getattr(error, "reason", None) or ""
            told = f"{type(error).__name__} {why}".rstrip()
            raise _DownloadError(f"did not give it whole ({told})") from error

    _fetch(urls, path, get)


def torchvision_datasets() -> Any:
    """Give the module ``torchvision.datasets``.

    Raises
    ------
    InputError
        If torchvision is not installed, or does not go with the torch that is.
    """
    try:
        from torchvision import datasets
    except (ImportError, RuntimeError) as error:
        raise InputError(
            "MNIST, Fashion-MNIST and CIFAR-10 are loaded with torchvision, which cannot be "
            f"imported ({error}): pip install 'topoprint[data]'"
        ) from error
    return datasets


def check_file(path: Path, digest: str | None, source: Path | None = None) -> None:
    """Refuse a file whose content has another digest, given as ``algorithm:hexadecimal``.

    ``source`` is the file that the content was taken from, which is named then.
    """
    if digest is None:
        return
    algorithm, _, expected = digest.partition(":")
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    if found != expected:
        raise not_canonical(source or path, algorithm, expected, found)


def not_canonical(path: Path, algorithm: str, expected: str, found: str) -> InputError:
    """Say that a file has another digest than expected."""
    return InputError(
        f"{path}: not the canonical file (its {algorithm} is {found}, expected {expected}); "
        "move it away, and the next run downloads it again"
    )


def _fetch(urls: Sequence[str], path: Path, get: Callable[[str, Path], None]) -> None:
    """Try addresses in turn; ``get`` downloads one to a path and checks what it got."""
    failures = []
    for url in urls:
        print(f"downloading {url}", file=sys.stderr)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                get(url, temporary)
            return
        except _DownloadError as error:
            failures.append(f"{url} {error}")
        except OSError as error:
            raise file_error(error, path, "written") from error
    raise InputError(
        f"{path} could not be downloaded: {'; '.join(failures)}; try again later, or put the "
        "file there yourself"
    )


@contextmanager
def _timeout() -> Iterator[None]:
    """Bound how long connections wait that are made without a timeout of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


class _Progress:
    """Says every tenth of a download; has what pooch asks of a progress bar."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = 0
        self._done = 0
        self._tenths = 0

    def update(self, size: int) -> None:
        self._done += size
        tenths = min(10, 10 * self._done // max(1, self.total))
        if self.total > 2**20 and tenths > self._tenths:
            self._tenths = tenths
            print(f"{self.name}: {10 * tenths} % of {self.total / 2**20:.0f} MiB", file=sys.stderr)

    def reset(self) -> None:
        """Nothing is drawn that could be reset."""

    def close(self) -> None:
        """Nothing is drawn that could be closed."""
