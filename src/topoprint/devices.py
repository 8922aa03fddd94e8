"""The devices that torch computes on, and how it is made reproducible."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from topoprint.errors import InputError


def choose_device(name: str) -> str:
    """Resolve ``auto`` to a GPU if torch finds one; refuse a device that is not there."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device {name!r} is not available here; choose cpu or auto") from error
    return name


@contextmanager
def one_reproducible_thread() -> Iterator[None]:
    """One thread, as sums over several are added in another order; denormals are zero, as slow."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)
