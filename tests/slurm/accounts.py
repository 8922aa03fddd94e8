"""A SLURM cluster that keeps accounts: slurmdbd, and a database server of its own."""

import getpass
import shutil
from pathlib import Path

from cluster import Cluster, free_ports, search_path, wait_until

PROGRAMS = ("mariadb-install-db", "mariadbd", "slurmdbd")
ACCOUNT, QOS = "ours", "fast"

DBD_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdPort={port}
SlurmUser={user}
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
"""


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if not shutil.which(name, path=search_path())]


class ClusterWithAccounts(Cluster):
    """The same cluster with an account and a quality of service, which every job needs."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "MYSQL_UNIX_PORT": str(self.socket)}

    @property
    def socket(self) -> Path:
        return self.folder / "mysql.socket"

    def accounting(self) -> str:
        (port,) = free_ports(1)
        conf = self.folder / "slurmdbd.conf"
        conf.touch(mode=0o600)
        conf.write_text(DBD_CONF.format(folder=self.folder, port=port, user=getpass.getuser()))
        return (
            "AccountingStorageType=accounting_storage/slurmdbd\n"
            f"AccountingStorageHost=localhost\nAccountingStoragePort={port}\n"
            f"AccountingStoragePass={self.folder}/munge.socket\n"
            "AccountingStorageEnforce=associations,qos"
        )

    def start_accounting(self) -> None:
        user, data = getpass.getuser(), f"--datadir={self.folder}/mysql"
        root = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        self.command("mariadb-install-db", "--no-defaults", data, f"--user={user}", *root)
        self._spawn(
            "mariadbd", "--no-defaults", data, f"--user={user}", f"--socket={self.socket}",
            "--skip-networking", f"--pid-file={self.folder}/mysql.pid",
        )  # fmt: skip
        wait_until(self.socket.exists, "mariadbd")
        self.start_slurmdbd()
        for words in (
            ["cluster", "topoprint"],
            ["account", ACCOUNT],
            ["qos", QOS],
            ["user", user, f"account={ACCOUNT}", f"qos=normal,{QOS}"],
        ):
            self.command("sacctmgr", "--immediate", "add", *words)
        self.command("sacctmgr", "--immediate", "add", "qos", "theirs")

    def start_slurmdbd(self) -> None:
        self._spawn("slurmdbd", "-D")
        wait_until(self._answers, "slurmdbd")

    def stop_slurmdbd(self) -> None:
        daemon = self.daemons.pop("slurmdbd")
        daemon.terminate()
        daemon.wait(timeout=60)

    def _answers(self) -> bool:
        return "normal" in self.command("sacctmgr", "--noheader", "show", "qos", check=False)
