"""The bars of snakemake-logger-plugin-rich, with the time left: ``snakemake --logger topoprint``.

Snakemake finds a logger by the name of its package, which is why this one stands beside topoprint.
On a terminal it tells the workflow, by the variable TOPOPRINT_BARS, that jobs are to write to their
logs alone, as any line of theirs would break the bars. The time is that of the jobs that are left
if each takes as long as those of this run that are done (of a rule, in its line; of all, in the
first): it knows nothing of how large a job is.
"""

import math
import os
from typing import Any

from rich.progress import TimeRemainingColumn
from snakemake.exceptions import WorkflowError
from snakemake_interface_logger_plugins.base import LogHandlerBase

# Snakemake imports every logger that is installed, also for runs that use another one.
try:
    from snakemake_logger_plugin_rich import LogHandler as RichHandler
except ModuleNotFoundError:

    class RichHandler(LogHandlerBase):  # type: ignore[no-redef]
        """Stands for the bars where they are not installed, and says so when they are asked for."""

        def __new__(cls, *_: Any) -> "RichHandler":
            """Raise WorkflowError."""
            raise WorkflowError(
                "--logger topoprint needs snakemake-logger-plugin-rich: pip install "
                "'topoprint[workflow]', or leave the option out."
            )


class LogHandler(RichHandler):
    """Writes bars with percentage, time since the start and time left to the standard error."""

    def __post_init__(self) -> None:
        """Take the handler's bars, and add the column."""
        super().__post_init__()
        # Jobs may take minutes: all that are done count, not those of the last half minute.
        self.progress.speed_estimate_period = math.inf
        self.progress.columns = (*self.progress.columns, TimeRemainingColumn(compact=True))
        if self.progress.console.is_terminal:
            os.environ["TOPOPRINT_BARS"] = "1"
