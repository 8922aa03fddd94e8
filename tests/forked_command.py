"""The command, forked off a process that has loaded what its stages load: each call starts at once.

Run as a script it is that process: it reads what to run, a line of JSON each, and tells its status.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# Stages import what they use all the same: it is only there already.
LOADED = ("h5py", "matplotlib.figure", "scipy.stats", "seaborn", "sklearn.datasets", "torch",
          "torchvision.datasets", "topoprint.cli", "topoprint.experiment.config")  # fmt: skip

LIMIT = 600  # seconds that a call may take


class ForkedCommand:
    """Runs the command as often as it is called, and is closed in the end."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run ``topoprint ARGUMENTS``, and give what ``subprocess.run`` would."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            files = [str(Path(folder) / name) for name in ("stdout", "stderr")]
            asked = {"arguments": arguments, "files": files, "folder": os.getcwd()}
            self.server.stdin.write(json.dumps({**asked, "environment": dict(os.environ)}) + "\n")
            self.server.stdin.flush()
            status = int(self.server.stdout.readline())
            told = [Path(file).read_text() for file in files]
        return subprocess.CompletedProcess(["topoprint", *arguments], status, *told)

    def close(self) -> None:
        """End the process, and wait for it."""
        self.server.communicate()


def serve() -> None:
    """Run what is asked for, until nothing more can be."""
    for name in LOADED:
        with suppress(ImportError):  # what is not installed is not loaded, but by what needs it
            __import__(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(asked: dict) -> None:  # type: ignore[type-arg]
    """Be the command, and end as it does."""
    signal.alarm(LIMIT)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, file in enumerate(("/dev/null", *asked["files"])):
        flags = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        os.dup2(os.open(file, flags), number)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["topoprint", *asked["arguments"]]
    status = 1
    try:
        sys.modules["topoprint.cli"].main()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
