"""Addresses; and where one Asterisk is and this node has its doors for it: a call's exchange is known by its door."""

from __future__ import annotations

import ipaddress
import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, field_validator


def _host(value: str) -> str:
    """Raises ValueError."""
    if "/" in value or ":" in value or value.replace(".", "").isdigit():
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise ValueError("neither an address nor a network nor a host") from None
    return value


ExchangeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


# an address, a network in CIDR, or a host's name
AsteriskHost = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,253}(/[0-9]{1,3})?$"), AfterValidator(_host)
]


def split_address(address: str) -> tuple[str, int]:
    """'127.0.0.1:8109' or '[::1]:8109' to host and port. Raises ValueError."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"'{address}' is no host:port")
    return host.strip("[]"), int(port)


class ExchangeAddress(BaseModel):
    """Each is 'host:port'. `sound_address`: the sound door as that Asterisk reaches it; '' is `sound`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ami: str
    fastagi: str
    sound: str
    sound_address: str = ""

    @field_validator("ami", "fastagi", "sound")
    @classmethod
    def _address(cls, value: str) -> str:
        split_address(value)
        return value


def read_exchanges(value: Any) -> Any:
    """'a=<ami>/<fastagi>/<sound>,b=...' and JSON are both understood. Raises ValueError."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("{"):
        return json.loads(text)
    exchanges = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        name, _, addresses = one.partition("=")
        given = addresses.split("/")
        if len(given) != 3:
            raise ValueError("exchanges are written a=<ami>/<fastagi>/<sound>,b=...; each address is host:port")
        exchanges[name.strip()] = dict(zip(("ami", "fastagi", "sound"), given, strict=True))
    return exchanges
