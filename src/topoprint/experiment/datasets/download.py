"""Files of data sets: downloaded whole or not at all, and checked before they are used."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from topoprint.errors import InputError
from topoprint.storage import atomic_path

TIMEOUT = 30  # seconds without a byte


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
            f"{path} is missing and is downloaded with pooch: pip install '.[data]' in the "
            f"sources of topoprint, or get it yourself from {urls[0]}"
        ) from error
    failures = []
    for url in urls:
        print(f"downloading {url}", file=sys.stderr)
        # Without Accept-Encoding some servers call a .gz file an encoding, which is then undone.
        download = pooch.HTTPDownloader(
            progressbar=_Progress(path.name),
            chunk_size=2**16,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                download(url, str(temporary), None)
                check_file(temporary, digest)
            return
        except requests.exceptions.RequestException as error:
            status = "" if error.response is None else f" {error.response.status_code}"
            failures.append(f"{url} did not give it whole ({type(error).__name__}{status})")
        except InputError:
            failures.append(f"{url} gives a file with another checksum than {digest}")
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error.strerror})") from error
    raise InputError(
        f"{path} could not be downloaded: {'; '.join(failures)}; try again later, or put the "
        "file there yourself"
    )


def check_file(path: Path, digest: str | None) -> None:
    """Refuse a file whose content has another digest, given as ``algorithm:hexadecimal``."""
    if digest is None:
        return
    algorithm, _, expected = digest.partition(":")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found != expected:
        raise _changed(path, algorithm, expected, found)


def check_content(content: bytes, digest: str, path: Path) -> None:
    """Refuse content, read from a file, that has another digest."""
    algorithm, _, expected = digest.partition(":")
    found = hashlib.new(algorithm, content).hexdigest()
    if found != expected:
        raise _changed(path, algorithm, expected, found)


def _changed(path: Path, algorithm: str, expected: str, found: str) -> InputError:
    return InputError(
        f"{path}: not the canonical file (its {algorithm} is {found}, expected {expected}); "
        "delete it, and the next run downloads it again"
    )


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
