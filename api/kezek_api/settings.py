"""What one node is told: read once, frozen, handed down. Environment, `<home>/run.json`, then defaults."""

from __future__ import annotations

import json
import os
import platform
import re
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from kezek_api import browser_phones
from kezek_api.addresses import AsteriskHost, ExchangeAddress, ExchangeName, read_exchanges, split_address
from kezek_api.limits import read_small


class SettingsError(Exception):
    """A setting is wrong or missing; the message names it and where it came from."""

    code = "settings"


def _node_name() -> str:
    """The machine's: the same after a restart, so a node finds what it left behind. Two on one machine: KEZEK_NODE."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", platform.node())[:64] or "node"


class _LocalZone(tzinfo):
    """The machine's own zone, with its changes of the year."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        when = (dt or datetime.now(UTC)).replace(tzinfo=None)
        return when.astimezone().utcoffset() or timedelta(0)

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        return "local"

    def fromutc(self, dt: datetime) -> datetime:
        return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)


class Settings(BaseSettings):
    """One node's settings. Each is `KEZEK_<NAME>` in the environment and `<name>` in run.json.

    Addresses are `host:port`. Durations end in `_s` and are seconds. No secret has a default.
    """

    model_config = SettingsConfigDict(env_prefix="KEZEK_", frozen=True, extra="ignore")

    home: Path = Path(".kezek")
    site: str = Field(default="109", pattern=r"^[A-Za-z0-9_-]{1,32}$")
    node: str = Field(default_factory=_node_name, pattern=r"^[A-Za-z0-9_.-]{1,64}$")

    redis_url: str = "redis://127.0.0.1:6379/0"
    # who writes history and tickets: a process of this node's own, the node itself, or none of its own (`kezek books`)
    books: Literal["own", "inside", "elsewhere"] = "own"
    sql_url: str = ""  # '' is SQLite at <home>/kezek.sqlite
    mqtt_url: str = "mqtt://127.0.0.1:1883"  # mqtt[s]://[user:password@]host[:port]; '' is none

    ami_host: str = "127.0.0.1"
    ami_port: int = Field(default=5038, ge=1, le=65535)
    ami_user: str = "kezek"
    ami_secret: SecretStr | None = None

    fastagi_listen: str = "127.0.0.1:4573"
    sound_listen: str = "127.0.0.1:4574"
    sound_address: str = ""  # as Asterisk reaches us; '' is sound_listen
    # addresses, networks and hosts that FastAGI and sound may come from, beside loopback and Asterisk's AMI host
    asterisk_from: Annotated[tuple[AsteriskHost, ...], NoDecode] = ()
    # several Asterisks, by their names: instead of the addresses above
    exchanges: Annotated[dict[ExchangeName, ExchangeAddress], NoDecode] = {}
    http_listen: str = "127.0.0.1:8109"

    prompts: str = "kezek"  # path prefix of the prompts as Asterisk sees it
    models: Path | None = None  # folder of the Vosk models; None is <home>/models
    languages: Annotated[tuple[str, ...], NoDecode] = ("kk", "ru", "uk", "en")
    default_language: str = "kk"
    # recognisers of this machine at one time; 0 is none, None four for each core, fewer while they work too slowly
    speech_streams: int | None = Field(default=None, ge=0)
    # recogniser nodes on other machines ('10.0.0.31:4575'), tried in turn before this machine's own models
    ears: Annotated[tuple[str, ...], NoDecode] = ()
    ears_secret: SecretStr | None = None  # of a recogniser node and whoever uses it
    ears_from: Annotated[tuple[AsteriskHost, ...], NoDecode] = ()  # who may use this recogniser node, beside loopback

    # Asterisk's WebSocket for the phones in a browser, 'ws://127.0.0.1:8088/ws'; '' is none
    sip_websocket: str = Field(default="", pattern=r"^(wss?://\S+)?$")
    phones_file: Path | None = None  # {phone: SIP password} of the phones in a browser; None is <home>/phones.json
    ice: Annotated[tuple[str, ...], NoDecode] = ()  # stun:host:port, turn:user:password@host:port, for those phones

    # of the Asterisk that `kezek up` runs: addresses or networks by which calls of the city exchange are known, and
    # where we dial out, 'host' or 'host:port'; '' is the first of `trunks` that is a host, and without any nobody is
    trunks: Annotated[tuple[str, ...], NoDecode] = ()
    trunk_contact: str = ""
    numbers: Annotated[dict[str, str], NoDecode] = {"109": "hotline"}  # dialled number -> queue
    ring_s: int = Field(default=20, ge=1, le=600)
    wrap_up_s: float = Field(default=30, ge=0)
    rules: Path | None = None  # the site's rules.toml; None is the packaged one
    checklists: Path | None = None  # the site's checklists.toml for outages; None is the packaged one
    emergency: Path | None = None  # the site's emergency.toml: services, numbers, questions; None is the packaged one
    recordings: Path | None = None  # where Asterisk records talks; None is <home>/asterisk/spool/monitor
    photos: Path | None = None  # where photos of tickets are kept; None is <home>/photos
    timezone: str = ""  # where midnight is, 'Asia/Almaty'; '' is the machine's own
    drain_s: float = Field(default=10, ge=0)  # how long talks may go on after SIGTERM
    service_level_s: float = Field(default=20, gt=0)  # T of the service level
    short_abandon_s: float = Field(default=5, ge=0)  # s of the short abandons

    secret_key: SecretStr | None = None  # keys the hashes of session tokens; needed to serve pages
    secure_cookies: bool = False  # True behind TLS
    origins: Annotated[tuple[str, ...], NoDecode] = ()  # further sites whose pages may change things

    @classmethod
    def load(cls, home: Path | str | None = None, **given: Any) -> Self:
        """Environment, then `<home>/run.json`, then defaults; `given` wins over all. Raises SettingsError."""
        where = Path(home or given.get("home") or os.environ.get("KEZEK_HOME") or ".kezek")
        try:
            return cls(**{**given, "home": where})
        except ValueError as wrong:
            raise SettingsError(f"{_named(wrong)} (environment KEZEK_*, or {where / 'run.json'})") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = init_settings().get("home")
        if home is None:
            return init_settings, env_settings
        return init_settings, env_settings, InitSettingsSource(settings_cls, _run_json(Path(home)))

    @field_validator("languages", "origins", "ice", "asterisk_from", "ears", "ears_from", "trunks", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """'kk,ru' and '["kk","ru"]' are both understood."""
        if not isinstance(value, str):
            return value
        text = value.strip()
        return json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",") if part.strip()]

    @field_validator("numbers", mode="before")
    @classmethod
    def _mapped(cls, value: Any) -> Any:
        """'109:hotline,112:rescue' and JSON are both understood."""
        if not isinstance(value, str):
            return value
        text = value.strip()
        if text.startswith("{"):
            return json.loads(text)
        pairs = [part.split(":", 1) for part in text.split(",") if part.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("numbers are written 109:hotline,112:rescue")
        return {number.strip(): queue.strip() for number, queue in pairs}

    @field_validator("exchanges", mode="before")
    @classmethod
    def _exchanges(cls, value: Any) -> Any:
        return read_exchanges(value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError("no such time zone on this machine") from None
        return value

    @field_validator("fastagi_listen", "sound_listen", "http_listen")
    @classmethod
    def _address(cls, value: str) -> str:
        split_address(value)
        return value

    @field_validator("ears")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            split_address(address)
        return value

    @property
    def sql(self) -> str:
        """SQLAlchemy's URL, the default filled in."""
        return self.sql_url or f"sqlite+aiosqlite:///{(self.home / 'kezek.sqlite').resolve()}"

    @property
    def zone(self) -> tzinfo:
        """Where the day's counts begin at midnight."""
        return ZoneInfo(self.timezone) if self.timezone else _LocalZone()

    @property
    def models_folder(self) -> Path:
        return self.models or self.home / "models"

    @property
    def recordings_folder(self) -> Path:
        return self.recordings or self.home / "asterisk" / "spool" / "monitor"

    @property
    def photos_folder(self) -> Path:
        return self.photos or self.home / "photos"

    @property
    def browser_phones(self) -> Path:
        return self.phones_file or self.home / browser_phones.FILE

    @property
    def sound(self) -> str:
        """The sound server's address as Asterisk reaches it."""
        return self.sound_address or self.sound_listen

    @property
    def queues(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.numbers.values()))

    def ami_password(self) -> str:
        """Raises SettingsError when there is none."""
        if self.ami_secret is None:
            raise SettingsError("ami_secret is not set: KEZEK_AMI_SECRET, or `kezek up` writes one")
        return self.ami_secret.get_secret_value()

    def ears_password(self) -> str:
        """'' when there is none."""
        return self.ears_secret.get_secret_value() if self.ears_secret is not None else ""

    def key(self) -> bytes:
        """Raises SettingsError when there is none."""
        if self.secret_key is None or not self.secret_key.get_secret_value():
            raise SettingsError("secret_key is not set: KEZEK_SECRET_KEY, or `kezek up` writes one")
        return self.secret_key.get_secret_value().encode()


def _run_json(home: Path) -> dict[str, Any]:
    path = home / "run.json"
    try:
        told = json.loads(read_small(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as wrong:
        raise SettingsError(f"{path} is damaged ({type(wrong).__name__}): `kezek up` makes it anew") from None
    if not isinstance(told, dict):
        raise SettingsError(f"{path} is no JSON object")
    return {name: value for name, value in told.items() if name != "home"}


def _named(wrong: ValueError) -> str:
    """The settings at fault without their values: one of them may be a secret."""
    errors = getattr(wrong, "errors", None)
    if errors is None:
        return "a setting cannot be read"
    return "; ".join(f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in errors())
