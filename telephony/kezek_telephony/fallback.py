"""Keeps the members of Asterisk's own queue in step with our operators, so that it can take over at any moment."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from .ami import AmiLink
from .phones import TECHNOLOGY
from .ring import number
from .types import Refused

ELSEWHERE = "Custom:kezek-elsewhere"  # a device of no known state: the exchange that has the phone refuses a busy one


async def keep_fallback(link: AmiLink, queue: str, members: Mapping[str, bool]) -> int:
    """Make `members` (phone -> paused; one elsewhere as `wording.dial_string` says it) the members of `queue`. Only
    differences are told. Returns how many callers wait in it. Raises LinkDown, and Refused when there is no such
    queue."""
    status = await link.rows("QueueStatus", {"Queue": queue})
    itself = next((event for event in status if event.name == "QueueParams"), None)
    if itself is None:
        raise Refused(f"Asterisk has no queue {queue}")
    present = {
        event["location"].removeprefix(TECHNOLOGY): event["paused"] == "1"
        for event in status
        if event.name == "QueueMember"
    }
    for phone in present.keys() - members.keys():
        with contextlib.suppress(Refused):  # another node was quicker
            await link.action("QueueRemove", {"Queue": queue, "Interface": TECHNOLOGY + phone})
    for phone, paused in members.items():
        member = {"Queue": queue, "Interface": TECHNOLOGY + phone, "Paused": "true" if paused else "false"}
        with contextlib.suppress(Refused):
            if phone not in present:
                name, at, _ = phone.partition("@")
                state = ELSEWHERE if at else TECHNOLOGY + phone
                await link.action("QueueAdd", {**member, "MemberName": name, "StateInterface": state})
            elif present[phone] != paused:
                await link.action("QueuePause", member)
    return number(itself["calls"])
