"""What made a run: the version of topoprint, and the commit of its sources."""

import json
import subprocess
from importlib.metadata import PackageNotFoundError, distribution, metadata, version
from pathlib import Path

PACKAGES = (
    "topoprint", "numpy", "scipy", "h5py", "safetensors", "torch", "pyflagser", "giotto-tda",
    "gudhi", "scikit-learn", "snakemake", "matplotlib",
)  # fmt: skip
PAPER = "https://arxiv.org/abs/2101.07752"


def versions() -> dict[str, str]:
    """Versions of the packages that the numbers come from, of those that are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """Commit of the sources that run, with ``-dirty`` where files differ from it; None if unknown.

    That of the checkout that holds the package, or the one that pip installed it from.
    """
    sources = Path(__file__).resolve().parents[3]
    if (sources / ".git").exists():
        asked = ["git", "-C", str(sources), "describe", "--always", "--abbrev=40", "--dirty",
                 "--exclude=*"]  # fmt: skip
        try:
            return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return None
    try:
        origin = distribution("topoprint").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    found: str | None = json.loads(origin or "{}").get("vcs_info", {}).get("commit_id")
    return found


def documentation() -> str | None:
    """Address of the documentation, as the package's metadata name it."""
    try:
        urls = metadata("topoprint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    named = dict(entry.split(", ", 1) for entry in urls)
    return named.get("Documentation")
