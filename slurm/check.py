"""What SLURM must say to the settings of a run before anything is sent.

Snakemake's SLURM plugin drops what goes wrong while it sends a job, and the run waits for ever.
Here a setting that cannot work is an error that names it.
"""

import getpass
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from typing import Any

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake_executor_plugin_slurm.utils import set_gres_string
from snakemake_executor_plugin_slurm.validation import validate_slurm_extra

from topoprint import InputError

NEEDED = ("sbatch", "scancel", "scontrol", "squeue")
PROFILE = "slurm/config.yaml"
# Resources that name something of a site, sbatch's option for each, and how its complaints call it.
NAMES = {
    "slurm_account": ("--account", "account"),
    "qos": ("--qos", "qos"),
    "slurm_partition": ("--partition", "partition"),
    "reservation": ("--reservation", "reservation"),
    "constraint": ("--constraint", "feature"),
    "slurm_cluster": ("--clusters", "cluster"),
}
WRONG = re.compile(r"invalid|not permitted|denied|no partition specified", re.IGNORECASE)
AWAY = re.compile(r"unable to contact|timed out|no answer", re.IGNORECASE)
LONGEST_PAUSE = 200  # seconds, at most, that the plugin leaves between two looks at its jobs
PATIENCE = 60  # seconds that SLURM may be away when a run starts


def check(jobs: Iterable[Any], settings: Any) -> str:
    """Show SLURM what the jobs of a run name.

    Parameters
    ----------
    jobs : iterable of snakemake.jobs.Job
        Those that will be sent.
    settings
        The plugin's (`--slurm-…`).

    Returns
    -------
    str
        What `scontrol show config` says.

    Raises
    ------
    InputError
        If SLURM cannot take the jobs, or cannot tell what becomes of them: in one sentence why,
        and which setting to change.
    """
    for program in (*NEEDED, *(["sacct"] if settings.status_command == "sacct" else [])):
        if not shutil.which(program):
            raise InputError(
                f"{program} is not to be found: start this run where SLURM's programs are (on a "
                "login node of the cluster), or without --profile slurm"
            )
    config = cluster_config()
    accounts = accounting(config)
    check_status_command(config, settings)
    seen = set()
    for job in sorted(jobs, key=lambda job: str(job.rule.name)):
        check_formats(job)
        names = {name: str(value) for name in NAMES if (value := job.resources.get(name))}
        names |= {
            name: value for name in ("qos", "reservation") if (value := getattr(settings, name))
        }
        if (shown := tuple(names.items())) not in seen:
            seen.add(shown)
            check_accounts(names, job.rule.name, accounts)
            check_names(names, job.rule.name)
    return config


def cluster_config() -> str:
    """Ask for what `scontrol show config` says; a SLURM that is away has a minute to return."""
    end = time.monotonic() + PATIENCE
    while (asked := run("scontrol", "show", "config")).returncode:
        reason = one_line(asked.stderr)
        if time.monotonic() > end or not AWAY.search(reason):
            raise InputError(f"SLURM does not answer ({reason}): try again when it does")
        logger.warning(f"SLURM does not answer ({reason}): the run waits up to a minute for it")
        time.sleep(1)
    return asked.stdout


def setting_of(config: str, name: str) -> str:
    """Find a setting of the cluster, or nothing."""
    found = re.search(rf"^{name}\s*=\s*(.*?)\s*$", config, re.MULTILINE)
    return found[1] if found else ""


def accounting(config: str) -> bool:
    """Say whether the cluster keeps accounts."""
    return setting_of(config, "AccountingStorageType") == "accounting_storage/slurmdbd"


def check_status_command(config: str, settings: Any) -> None:
    """Refuse a run whose jobs SLURM forgets before the plugin asks after them."""
    if settings.status_command == "sacct" and not accounting(config):
        raise InputError(
            "slurm-status-command is sacct, but this cluster keeps no accounts, so sacct never "
            f"answers: set it to squeue in {PROFILE}"
        )
    age = int((setting_of(config, "MinJobAge").split() or ["0"])[0])
    needed = max(3 * settings.init_seconds_before_status_checks, LONGEST_PAUSE)
    if settings.status_command == "squeue" and age < needed:
        raise InputError(
            f"slurm-status-command is squeue, but this cluster forgets a job {age} s after its end "
            f"(MinJobAge) and squeue needs {needed} s: set it to sacct in {PROFILE} where the "
            "cluster keeps accounts, or ask for a greater MinJobAge"
        )


def check_formats(job: Any) -> None:
    """Refuse what the plugin itself would refuse of a job, but without a word."""
    try:
        validate_slurm_extra(job)
        set_gres_string(job)
    except WorkflowError as error:
        raise InputError(f"rule {job.rule.name}: {error} (set in {PROFILE})") from None


def check_accounts(names: dict[str, str], rule: str, accounting: bool) -> None:
    """Refuse an account that is not the user's, and a quality of service that there is not."""
    asked = {
        "slurm_account": ("associations", f"user={getpass.getuser()}", "format=account"),
        "qos": ("qos", "format=name"),
    }
    for name, words in asked.items():
        if name not in names:
            continue
        if not accounting:
            raise InputError(
                f"{name} is {names[name]} (rule {rule}), but this cluster keeps no accounts and so "
                f"has no such thing: take it out of {PROFILE}"
            )
        known = run("sacctmgr", "--noheader", "--parsable2", "show", *words).stdout.split()
        wanted = set(re.split(r"[,\s]+", names[name].lower()))
        if known and not wanted <= {each.lower() for each in known}:
            raise InputError(
                f"{name} is {names[name]} (rule {rule}), but there are only "
                f"{', '.join(sorted(set(known)))} for you: set it in {PROFILE}"
            )


def check_names(names: dict[str, str], rule: str) -> None:
    """Refuse a name, or a set of names, that SLURM does not take; it sends nothing."""
    first = {name: value.split(",")[0] for name, value in names.items() if name == "slurm_account"}
    options = [f"{NAMES[name][0]}={value}" for name, value in (names | first).items()]
    asked = run("sbatch", "--test-only", *options, "--wrap=true")
    reason = one_line(asked.stderr)
    if not asked.returncode or not WRONG.search(reason):
        return
    blamed = [name for name, (_, word) in NAMES.items() if word in reason.lower()]
    if blamed:
        given = ", ".join(f"{name} is {names.get(name, 'not set')}" for name in blamed)
        raise InputError(f"{given} (rule {rule}), but SLURM says: {reason}; set it in {PROFILE}")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run one of SLURM's programs; one that is not there, or hangs, fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, "", f"{command[0]}: not found")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"{command[0]}: no answer within 60 s")


def one_line(text: str) -> str:
    """Give what a program of SLURM complains of, without what is said twice."""
    lines = [
        re.sub(r"^(\w+: error: |\w+: fatal: |allocation failure: )+", "", line.strip())
        for line in text.splitlines()
    ]
    return "; ".join(dict.fromkeys(line for line in lines if line))
