"""Who may come to FastAGI and to the sound door: loopback, this machine itself, Asterisk's host, and named networks.

Whoever speaks FastAGI conducts a call of ours and whoever speaks AudioSocket is heard as a caller, without a password:
the address is all there is to know them by.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

import structlog

log = structlog.get_logger(__name__)

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str], Awaitable[Iterable[str]]]

LOOPBACK = ("127.0.0.0/8", "::1")
TOLD_S = 60.0  # refusals are told so often, with their number
RESOLVE_S = 30.0  # a name is looked up again: Asterisk's container may have moved
UNRESOLVED_S = 2.0


class Known:
    """`admits` each connection. `keep` looks names up, for ever; without it only addresses and networks count."""

    def __init__(self, door: Iterable[str], *, own: Iterable[str] = LOOPBACK, resolve: Resolve | None = None) -> None:
        """`door`: addresses, networks ('192.0.2.0/24') and host names; `own`: this machine's, beside the address that
        was come to."""
        self._networks: list[Network] = []
        self._names: dict[str, frozenset[Address]] = {}
        self._resolve = resolve or addresses_of
        self._refused = 0
        self._told = -TOLD_S
        for one in (*own, *door):
            try:
                self._networks.append(ipaddress.ip_network(one, strict=False))
            except ValueError:
                self._names[one] = frozenset()

    def admits(self, transport: asyncio.BaseTransport, door: str) -> bool:
        """Whether the other end may stay; a refusal is told now and then, with `door`."""
        there = _address(transport.get_extra_info("peername"))
        here = _address(transport.get_extra_info("sockname"))
        if there is not None and (there == here or self.knows(there)):
            return True
        self._refused += 1
        if time.monotonic() - self._told >= TOLD_S:
            self._told = time.monotonic()
            log.warning("unknown_address_refused", door=door, address=str(there or ""), times=self._refused)
            self._refused = 0
        return False

    def knows(self, address: Address) -> bool:
        return any(address in network for network in self._networks) or any(
            address in found for found in self._names.values()
        )

    async def keep(self) -> None:
        """A name that cannot be looked up now keeps what it was."""
        while self._names:
            for name in self._names:
                try:
                    told = await self._resolve(name)
                except OSError:
                    continue
                found: frozenset[Address] = frozenset(each for each in map(_parsed, told) if each is not None)
                if found != self._names[name]:
                    log.info("asterisk_known", host=name, addresses=sorted(map(str, found)))
                self._names[name] = found
            await asyncio.sleep(RESOLVE_S if all(self._names.values()) else UNRESOLVED_S)


async def addresses_of(name: str) -> list[str]:
    """Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(name, None)
    return [str(address[0]) for *_, address in found]


def _address(end: Any) -> Address | None:
    return _parsed(str(end[0])) if isinstance(end, tuple) and end else None


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
