"""The command ``topoprint``: one subcommand a stage, each usable by hand.

Modules that a single stage needs are imported in its function, so that no stage waits for the
imports of another: ``diagram`` never loads torch.
"""

import signal
import sys

from topoprint.cli.options import app
from topoprint.errors import InputError

# Importing a module of subcommands makes them known to the app, in the order of the stages.
# isort: off
from topoprint.cli import experiment, topology, study, analysis

# isort: on
__all__ = ["analysis", "app", "experiment", "main", "study", "topology"]


def main() -> None:
    """Run the command; input that cannot be used gives one sentence and exit status 2."""
    # A terminated process removes its temporary files, as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except InputError as error:
        print(f"topoprint: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(
            f"topoprint: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr
        )
        sys.exit(1)
    except ModuleNotFoundError as error:
        print(
            f"topoprint: this stage needs {error.name}, which is not installed: "
            "pip install '.[run]' in the sources of topoprint",
            file=sys.stderr,
        )
        sys.exit(1)
