"""Writes a self-contained Asterisk instance from the templates of asterisk-config/, and knows how to run and ask it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from .instance_parts import NAME, NUMBER, numbers_text, peers_text, phones_text, transports_text, trunk_text

SECRET_FILES = frozenset({"manager.conf", "pjsip.conf", "kezek-phones.conf", "kezek-peers.conf"})
EMPTY_FILES = (
    "acl.conf", "ccss.conf", "cel.conf", "codecs.conf", "features.conf", "pjproject.conf",
    "queuerules.conf", "sorcery.conf", "udptl.conf", "cli.conf",
)  # fmt: skip
PLACE = re.compile(r"@([A-Z_]+)@")
SOCKET_LIMIT = 107  # bytes of a unix socket's path (sun_path); Asterisk's control socket lies in the folder


@dataclass(frozen=True, slots=True)
class InstanceValues:
    """What is filled into the templates. Ports are real ones (not 0); `nodes` are our FastAGI servers, 'host:port'."""

    ami_port: int
    ami_secret: str = field(repr=False)
    sip_port: int
    rtp_first: int
    rtp_last: int
    nodes: tuple[str, ...]
    line_password: str = field(repr=False)
    phones: Mapping[str, str] = field(default_factory=dict, repr=False)  # number -> password
    browser_phones: frozenset[str] = frozenset()  # those of `phones` that are used in a browser
    ws_port: int = 0  # SIP over WebSocket, on loopback alone, for the browsers' phones; 0 is none
    numbers: tuple[str, ...] = ("109",)
    trunks: tuple[str, ...] = ()  # addresses or networks of the city exchange
    trunk_contact: str = ""  # 'host:port' where we dial out; the first of `trunks` that is a host when ''
    exchange: str = ""  # its name, and the others' with their SIP addresses: name -> 'host:port'
    peers: Mapping[str, str] = field(default_factory=dict)
    peer_password: str = field(default="", repr=False)  # one for all of them
    sip_address: str = "127.0.0.1"
    ami_address: str = "127.0.0.1"
    ami_permit: str = "127.0.0.1/255.255.255.255"
    ami_user: str = "kezek"
    system_name: str = "kezek"
    language: str = "en"
    music: Path | None = None  # the prefix's music on hold when None
    qualify_s: int = 15
    patience_s: int = 5  # how long a node may take to show a first sign of life
    fallback_turn_s: int = 30
    node_retries: int = 5  # seconds of music for a node that broke off, before the fallback


@dataclass(frozen=True, slots=True)
class Instance:
    """An Asterisk instance in a folder. It is run by whoever supervises; here are its command and its questions."""

    folder: Path
    prefix: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "etc" / "asterisk.conf"

    @property
    def recordings(self) -> Path:
        """Where `Switchboard.record` puts its files: <recordings>/<file>.wav."""
        return self.folder / "spool" / "monitor"

    def command(self) -> list[str]:
        """The command line that runs it in the foreground. In `ps` the process is called ld-linux-*: keep its pid."""
        return [*self._program(), "-f", "-n"]

    async def cli(self, command: str, *, timeout: float = 10.0) -> str:
        """Ask the running instance; raises ConnectionError when it does not answer within `timeout` seconds."""
        process = await asyncio.create_subprocess_exec(
            *self._program(), "-rx", command,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(timeout):
                out, _ = await process.communicate()
        except TimeoutError:
            raise ConnectionError("Asterisk does not answer on its control socket") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ConnectionError("Asterisk is not running")
        return out.decode("utf-8", "replace")

    async def wait_booted(self, timeout: float = 30.0) -> None:
        """Return when all modules are up; raises TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while True:
                try:
                    if "fully booted" in await self.cli("core waitfullybooted"):
                        return
                except ConnectionError:
                    await asyncio.sleep(0.05)  # the socket is not there yet; nothing announces it

    async def write_phones(self, phones: Mapping[str, str], browser: Collection[str] = ()) -> None:
        """Replace the operators' phones of a running instance. Registrations and talks of the others stay."""
        write_file(self.folder / "etc" / "kezek-phones.conf", phones_text(phones, browser), secret=True)
        await self.cli("module reload res_pjsip.so")

    def _program(self) -> list[str]:
        return [str(self.prefix / "bin" / "asterisk"), "-C", str(self.configuration)]


def templates() -> Traversable:
    """The folder of templates: inside an installed wheel, or beside the rooms in a checkout."""
    installed = resources.files("kezek_telephony") / "asterisk-config"
    if installed.is_dir():
        return installed
    checkout = Path(__file__).resolve().parents[2] / "asterisk-config"
    if checkout.is_dir():
        return checkout
    raise FileNotFoundError("asterisk-config is neither in the package nor beside it")


def write_file(path: Path, text: str, *, secret: bool = False) -> None:
    """Write whole or not at all; a secret file is readable by its owner alone from its first byte."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644), "w") as file:
        file.write(text)
    new.replace(path)


def fill(text: str, places: Mapping[str, str]) -> str:
    """Fill the @PLACES@ of a template; an unknown one is an error, and so is a value that would start a new line."""

    def value(match: re.Match[str]) -> str:
        filled = places.get(match[1])
        if filled is None:
            raise KeyError(f"nothing to fill in for @{match[1]}@")
        if re.search(r"[\x00-\x1f\x7f;]", filled):
            raise ValueError(f"a control character or ';' in the value of @{match[1]}@")
        return filled

    return PLACE.sub(value, text)


def write_instance(folder: Path, prefix: Path, values: InstanceValues) -> Instance:
    """Write (again) everything Asterisk needs into `folder`. What it has learnt (astdb) is kept.

    Raises ValueError for values that cannot stand in a configuration file, FileNotFoundError when the prefix holds no
    Asterisk.
    """
    folder, prefix = folder.resolve(), prefix.resolve()
    socket = folder / "run" / "asterisk.ctl"
    if len(os.fsencode(socket)) > SOCKET_LIMIT:
        raise ValueError(f"the folder's path is too long for a unix socket: {socket}")
    check(values)
    modules = next(iter(sorted(prefix.glob("root/usr/lib/*/asterisk/modules"))), None)
    if modules is None:
        raise FileNotFoundError(f"no Asterisk modules under {prefix}")
    data = prefix / "root" / "usr" / "share" / "asterisk"
    anywhere = ipaddress.ip_address(values.sip_address).is_unspecified
    places = {
        "FOLDER": str(folder),
        "MODULES": str(modules),
        "DATA": str(data),
        "MUSIC": str(values.music or data / "moh"),
        "SYSTEM_NAME": values.system_name,
        "LANGUAGE": values.language,
        "RTP_FIRST": str(values.rtp_first),
        "RTP_LAST": str(values.rtp_last),
        "AMI_ADDRESS": values.ami_address,
        "AMI_PERMIT": values.ami_permit,
        "AMI_PORT": str(values.ami_port),
        "AMI_USER": values.ami_user,
        "AMI_SECRET": values.ami_secret,
        "LINE_PASSWORD": values.line_password,
        "MEDIA_ADDRESS": "" if anywhere else values.sip_address,
        "MEDIA_BOUND": "no" if anywhere else "yes",
        "QUALIFY": str(values.qualify_s),
        "NUMBER": values.numbers[0],
        "NODES": "&".join(values.nodes),
        "PATIENCE": str(values.patience_s),
        "RETRIES": str(values.node_retries),
        "FALLBACK_TURN": str(values.fallback_turn_s),
        "WS_PORT": str(values.ws_port or 8088),
        "BROWSERS": "yes" if values.ws_port else "no",
    }
    for name in ("etc", "run", "log", "spool", "db", "cache", "lib", "keys", "lib/keys", "keys/keys", "spool/monitor"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    instance = Instance(folder, prefix)
    for private in (folder, instance.recordings):
        private.chmod(0o700)
    written = {
        "kezek-transports.conf": transports_text(values.sip_address, values.sip_port, websocket=values.ws_port > 0),
        "kezek-trunk.conf": trunk_text(values.trunks, values.trunk_contact),
        "kezek-peers.conf": peers_text(values.exchange, values.peers, values.peer_password),
        "kezek-phones.conf": phones_text(values.phones, values.browser_phones),
        "kezek-numbers.conf": numbers_text(values.numbers),
        **dict.fromkeys(EMPTY_FILES, "; left empty: the defaults are right\n"),
        **{
            file.name: fill(file.read_text("utf-8"), places)
            for file in templates().iterdir()
            if file.name.endswith(".conf")
        },
    }
    for name, text in written.items():
        write_file(folder / "etc" / name, text, secret=name in SECRET_FILES)
    return instance


def check(values: InstanceValues) -> None:
    """Refuse what would make an insecure or a broken instance."""
    for port in (values.ami_port, values.sip_port, values.rtp_first, values.rtp_last):
        if not 0 < port < 65536:
            raise ValueError(f"not a port: {port}")
    if values.browser_phones and not 0 < values.ws_port < 65536:
        raise ValueError("phones in a browser need the port of Asterisk's WebSocket")
    if not values.ami_secret or not values.line_password or not all(values.phones.values()):
        raise ValueError("there are no default secrets: each must be given")
    if not values.nodes or not all(re.fullmatch(r"[A-Za-z0-9.\-\[\]:]+:\d+", node) for node in values.nodes):
        raise ValueError("nodes must be 'host:port'")
    if not NAME.fullmatch(values.system_name) or not NAME.fullmatch(values.ami_user):
        raise ValueError("system and user names are letters, digits, '_' and '-'")
    if not values.numbers or not all(NUMBER.fullmatch(number) for number in values.numbers):
        raise ValueError("the short numbers must be digits")
