"""Whose connections FastAGI and the sound door take: addresses, networks, names that are looked up again."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import pytest
from structlog.testing import capture_logs

from kezek_telephony.known import Known


class End(asyncio.BaseTransport):
    """A connection from `there` to `here`."""

    def __init__(self, there: Any, here: str = "192.0.2.1") -> None:
        super().__init__({"peername": (there, 4000) if isinstance(there, str) else there, "sockname": (here, 4573)})


@pytest.mark.parametrize(
    ("there", "admitted"),
    [
        ("127.0.0.1", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.1", True),  # this machine itself
        ("192.0.2.7", True),  # Asterisk's host
        ("::ffff:192.0.2.7", True),
        ("198.51.100.200", True),
        ("fd00::5", True),
        ("192.0.2.8", False),
        ("198.51.101.1", False),
        ("fd01::5", False),
        ("fe80::1%eth0", False),
        ("", False),
        (None, False),
        ("not an address", False),
    ],
)
def test_who_may_come(there: Any, admitted: bool) -> None:
    known = Known(("192.0.2.7", "198.51.100.0/24", "fd00::/16"))
    assert known.admits(End(there), "fastagi") is admitted


def test_nobody_else_is_known_by_default() -> None:
    known = Known(("127.0.0.1",))
    assert not known.admits(End("192.0.2.7"), "fastagi")


def test_a_thousand_refusals_are_one_line() -> None:
    known = Known(())
    with capture_logs() as logs:
        for number in range(1000):
            assert not known.admits(End(f"198.51.100.{number % 250}"), "sound")
    assert [(entry["event"], entry["door"]) for entry in logs] == [("unknown_address_refused", "sound")]


async def test_a_name_is_looked_up_again_and_keeps_what_it_was_while_nobody_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kezek_telephony.known.RESOLVE_S", 0.0)
    monkeypatch.setattr("kezek_telephony.known.UNRESOLVED_S", 0.0)
    answers: list[list[str] | None] = [None, ["192.0.2.7"], None, ["192.0.2.8", "fe80::1%eth0"]]
    looked = asyncio.Event()

    async def resolve(name: str) -> list[str]:
        if not answers:
            looked.set()
            await asyncio.Event().wait()
        told = answers.pop(0)
        seen.append([known.knows(ipaddress.ip_address(address)) for address in ("192.0.2.7", "192.0.2.8")])
        if told is None:
            raise OSError
        return told

    seen: list[list[bool]] = []
    known = Known(("asterisk.example",), resolve=resolve)
    keeping = asyncio.create_task(known.keep())
    async with asyncio.timeout(10):
        await looked.wait()
    keeping.cancel()
    assert seen == [[False, False], [False, False], [True, False], [True, False]]
    assert known.admits(End("192.0.2.8"), "fastagi")
    assert not known.admits(End("192.0.2.7"), "fastagi")
