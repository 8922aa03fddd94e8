"""What is raised for input that cannot be used, and for what is of another type than asked for."""

import os
from typing import Any


class InputError(ValueError):
    """Input that cannot be used: the message says what was wrong, where, and what to do.

    The command line prints the message alone and exits with status 2.
    """


class NoChainError(InputError):
    """A network is no chain of dense layers, of which alone what was asked for is known."""


class TooFewUnitsError(InputError):
    """Fewer units of a network vary than a measure draws.

    Attributes
    ----------
    network : str
        Name of the network.
    """

    def __init__(self, network: str, message: str) -> None:
        super().__init__(f"{network}: {message}")
        self.network = network


def check_type(given: Any, kind: type | tuple[type, ...], expected: str) -> None:
    """Refuse what is no instance of a type, in a sentence that says what is expected."""
    if not isinstance(given, kind):
        raise InputError(f"a {type(given).__name__} is given, where {expected} is expected")


def check_path(given: Any) -> None:
    """Refuse what is no path."""
    check_type(given, (str, os.PathLike), "the path of a file")


def check_whole(given: Any, what: str) -> None:
    """Refuse what is no whole number, such as one of Python or numpy."""
    if isinstance(given, bool) or not hasattr(given, "__index__") or hasattr(given, "__len__"):
        raise InputError(f"{what} is a {type(given).__name__}, not a whole number")
