"""Tells what SLURM said of a group of jobs that failed; Snakemake 9 itself drops that."""

from functools import wraps
from typing import Any

import snakemake
from snakemake.jobs import GroupJob
from snakemake.logging import logger

# The releases in which GroupJob.log_error takes the message and does not tell it.
KNOWN = ("9.",)


def tell_why_groups_fail() -> bool:
    """Let a group's error name its reason; say in a line if this Snakemake is not known.

    Returns
    -------
    bool
        Whether it was done.
    """
    if not snakemake.__version__.startswith(KNOWN) or not hasattr(GroupJob, "log_error"):
        logger.warning(
            f"snakemake {snakemake.__version__} is not known here: a failed group of cluster jobs "
            "may not say why"
        )
        return False
    plain = GroupJob.log_error
    if getattr(plain, "tells_why", False):
        return True

    @wraps(plain)
    def log_error(job: Any, msg: str | None = None, **details: Any) -> None:
        if msg:
            logger.error(f"Error in group {job.groupid}: {msg}")
        plain(job, msg, **details)

    log_error.tells_why = True  # type: ignore[attr-defined]
    GroupJob.log_error = log_error
    return True
