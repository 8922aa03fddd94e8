"""The command ``topoprint``: one subcommand a stage, each usable by hand.

Modules that a single stage needs are imported in its function, so that no stage waits for the
imports of another: ``diagram`` never loads torch.
"""

import io
import os
import signal
import sys

from topoprint.cli.options import app
from topoprint.errors import InputError
from topoprint.storage import MENDABLE

# Importing a module of subcommands makes them known to the app, in the order of the stages.
# isort: off
from topoprint.cli import (
    experiment, collect, layers, network, compare, verdict, topology, zoo, analysis, learned,
    learning, crate,
)  # fmt: skip

# isort: on
__all__ = [
    "analysis",
    "app",
    "collect",
    "compare",
    "crate",
    "experiment",
    "layers",
    "learned",
    "learning",
    "main",
    "network",
    "topology",
    "verdict",
    "zoo",
]


def main() -> None:
    """Run the command; what ends it early is told in one sentence.

    The exit status is 2 for input that cannot be used and whatever else the user can mend, 1 for
    a fault of the machine, such as a full disk, and 128 + number for a signal.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know few characters
            stream.reconfigure(errors="backslashreplace")
    # A terminated process removes its temporary files, as an interrupted one does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        try:
            app()
        finally:
            _flush()
        return
    except InputError as error:
        status, told = 2, str(error)
    except BrokenPipeError:  # whoever reads has read enough
        sys.exit(1)
    except OSError as error:
        status = 2 if error.errno in MENDABLE else 1
        told = f"{error.filename}: " if error.filename else ""
        told += error.strerror or str(error)
    except MemoryError as error:
        status, told = 1, str(error) or "not enough memory"
    except ModuleNotFoundError as error:
        status = 1
        told = (
            f"this stage needs {error.name}, which is not installed: pip install 'topoprint[run]'"
        )
    print(f"topoprint: {told}", file=sys.stderr)
    sys.exit(status)


def _flush() -> None:
    """Write what was printed, so that a full disk is told as that of other files is."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes again
        raise OSError(error.errno, error.strerror, "standard output") from error
