"""A SLURM cluster on this one host: slurmctld and several slurmd on loopback ports, under a folder.

Nothing of it needs root or touches a cluster that the host may belong to: keys, sockets, ports and
state are its own, and it ends by the process numbers that it started.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

CLIENTS = ("sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun")
CLIENTS += ("sacct", "sacctmgr", "sshare")
PROGRAMS = ("munged", "slurmctld", "slurmd", *CLIENTS)
NODES = {"gpu1": "gpu", "cpu1": "cpu", "cpu2": "cpu"}  # and the partition of each
GPUS = 2

CONF = """\
ClusterName=topoprint
SlurmctldHost=localhost(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={port}
AuthType=auth/munge
# A job whose node died is started again after the time that its credential would be valid.
AuthInfo=socket={folder}/munge.socket,cred_expire=20
CommunicationParameters=NoInAddrAny
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
# Nodes may claim more processors than the host has.
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
EnforcePartLimits=ALL
# A job that takes more memory than it asked for is killed within a second or two. Pages that its
# processes share count once, as they do under cgroups.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=UsePss,OverMemoryKill
# Each job tells what it sees of the GPUs, when it starts and when it ends.
TaskProlog={folder}/bin/prolog
TaskEpilog={folder}/bin/epilog
{accounting}
MinJobAge=3600
KillWait=2
MessageTimeout=10
SlurmdTimeout=10
SlurmctldTimeout=10
SchedulerParameters=batch_sched_delay=1,sched_interval=2
ReturnToService=2
GresTypes=gpu
NodeName=gpu1 NodeAddr=127.0.0.1 Port={ports[gpu1]} CPUs=4 RealMemory=8000 Gres=gpu:{gpus}
NodeName=cpu1 NodeAddr=127.0.0.1 Port={ports[cpu1]} CPUs=8 RealMemory=8000
NodeName=cpu2 NodeAddr=127.0.0.1 Port={ports[cpu2]} CPUs=8 RealMemory=8000
PartitionName=gpu Nodes=gpu1 MaxTime=60
PartitionName=cpu Nodes=cpu1,cpu2 Default=YES MaxTime=240
"""


def missing_programs() -> list[str]:
    """SLURM's programs that are not installed here."""
    return [name for name in PROGRAMS if not shutil.which(name, path=search_path())]


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Poll until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


@dataclass
class Job:
    """One line of squeue."""

    id: str
    partition: str
    state: str
    node: str
    comment: str
    memory: str
    time: str


@dataclass
class Cluster:
    """Daemons by name, in a folder of their own."""

    folder: Path
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Of a user who works on this cluster."""
        own = {"PATH": f"{self.folder}/bin:{search_path()}", "SLURM_CONF": str(self.conf)}
        ours = ("SLURM", "SBATCH", "SNAKEMAKE")
        return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | own

    @property
    def conf(self) -> Path:
        return self.folder / "slurm.conf"

    def start(self) -> None:
        """Bring it up and wait until every node is idle."""
        for name in ("state", "bin", "devices", *NODES):
            (self.folder / name).mkdir()
        first, *others = free_ports(1 + len(NODES))
        self.conf.write_text(
            CONF.format(
                user=getpass.getuser(),
                folder=self.folder,
                port=first,
                ports=dict(zip(NODES, others, strict=True)),
                gpus=GPUS,
                accounting=self.accounting(),
            )
        )
        # A generic resource needs a character device: links to /dev/null are such.
        for number in range(GPUS):
            (self.folder / f"devices/gpu{number}").symlink_to("/dev/null")
        (self.folder / "gres.conf").write_text(
            f"NodeName=gpu1 Name=gpu File={self.folder}/devices/gpu[0-{GPUS - 1}]\n"
        )
        # The executor plugin takes SLURM_CONF out of the environment before it calls some of these.
        for program in CLIENTS:
            wrapper = self.folder / "bin" / program
            real = shutil.which(program, path=search_path())
            wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.conf} exec {real} "$@"\n')
            wrapper.chmod(0o755)
        for moment in ("prolog", "epilog"):
            script = self.folder / "bin" / moment
            script.write_text(
                "#!/bin/sh\n"
                f"echo {moment} $SLURM_JOB_ID $SLURM_JOB_PARTITION ${{CUDA_VISIBLE_DEVICES:-none}} "
                f">> {self.folder}/gpus\n"
            )
            script.chmod(0o755)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))
        self._spawn(
            "munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket",
            f"--key-file={key}", f"--pid-file={self.folder}/munged.pid",
            f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed",
        )  # fmt: skip
        wait_until((self.folder / "munge.socket").exists, "munged")
        self.start_accounting()
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        self.wait_until_idle()

    def accounting(self) -> str:
        """Give the lines of the configuration that say who keeps accounts."""
        return "AccountingStorageType=accounting_storage/none"

    def start_accounting(self) -> None:
        """Start what keeps accounts: nothing does."""

    def stop(self) -> None:
        """End every job and every daemon."""
        if "slurmctld" in self.daemons:
            self.command("scancel", "--user", getpass.getuser(), check=False)
            if all(daemon.poll() is None for daemon in self.daemons.values()):
                wait_until(lambda: not self.jobs("running,completing"), "the last job's end", 30)
        for daemon in reversed(self.daemons.values()):
            if daemon.poll() is None:
                daemon.terminate()
        for daemon in reversed(self.daemons.values()):
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.daemons.clear()

    def processes(self, variable: str = "") -> list[int]:
        """Every process started under this configuration; of a job or node, by its variable."""
        marks = {f"SLURM_CONF={self.conf}".encode(), variable.encode()} - {b""}
        found = []
        for entry in Path("/proc").glob("[0-9]*/environ"):
            try:
                variables = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if marks <= set(variables) and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        return found

    def processes_of_job(self, job: str) -> list[int]:
        return self.processes(f"SLURM_JOB_ID={job}")

    def start_controller(self) -> None:
        self._spawn("slurmctld", "-D", "-i", "-f", str(self.conf))

    def start_node(self, node: str) -> None:
        self._spawn("slurmd", "-D", "-N", node, "-f", str(self.conf), name=node)

    def restart_controller(self) -> None:
        """Restart slurmctld as an administrator does, with a while in which it does not answer."""
        self.stop_controller()
        assert not self.node_states()
        self.start_controller()

    def stop_controller(self) -> None:
        daemon = self.daemons.pop("slurmctld")
        daemon.terminate()
        daemon.wait(timeout=60)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Stop slurmctld for a while, and wait at its end until it answers again."""
        self.stop_controller()
        try:
            yield
        finally:
            self.start_controller()
            wait_until(lambda: bool(self.node_states()), "slurmctld")

    def kill(self, node: str) -> None:
        """Kill a node's slurmd and all that runs on it, as when the machine loses power."""
        daemon = self.daemons.pop(node)
        for pid in {daemon.pid, *self._steps_of(node), *self.processes(f"SLURMD_NODENAME={node}")}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        daemon.wait()

    def _steps_of(self, node: str) -> list[int]:
        """Processes by which a slurmd runs its jobs: those that write its log."""
        log = self.folder / f"{node}.log"
        found = set()
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            with suppress(OSError):
                if link.readlink() == log:
                    found.add(int(link.parts[2]))
        return sorted(found)

    def wait_until_idle(self) -> None:
        wait_until(lambda: self.node_states() == dict.fromkeys(NODES, "idle"), "idle nodes")

    def command(self, *words: str, check: bool = True) -> str:
        result = subprocess.run(
            words, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        if check and result.returncode:
            raise RuntimeError(f"{' '.join(words)}: {result.stderr}")
        return result.stdout

    def node_states(self) -> dict[str, str]:
        lines = self.command("sinfo", "-hN", "-o", "%N %T", check=False).splitlines()
        return dict(line.split() for line in lines)

    def jobs(self, states: str = "all", name: str = "") -> list[Job]:
        """Jobs of the cluster's whole life (MinJobAge is an hour), or of one controller."""
        wanted = ["--name", name] if name else []
        form = "%i|%P|%T|%N|%k|%m|%l"
        output = self.command("squeue", "-h", "--states", states, "-o", form, *wanted)
        return [Job(*line.split("|")) for line in output.splitlines()]

    def _spawn(self, *words: str, name: str = "") -> None:
        with (self.folder / f"{name or words[0]}.out").open("ab") as out:
            self.daemons[name or words[0]] = subprocess.Popen(
                words, env=self.environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip


def search_path() -> str:
    """Daemons lie in sbin, which a user's PATH may lack."""
    return os.pathsep.join([*os.get_exec_path(), "/usr/sbin", "/sbin"])


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
