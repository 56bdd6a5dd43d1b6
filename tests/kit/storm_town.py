"""Reports of trouble and suspicions for tests, on the small town of outages_town."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from kezek_register.areas import Area
from kezek_register.detection.types import Suspicion
from kezek_register.trouble_types import Trouble
from kit.outages_town import AT, TREE, phone_of

STREET = Area("street", street_id=TREE)


def trouble(household: int, **changes: Any) -> Trouble:
    """A caller of Tree street: household n lives in house (n - 1) // 4 + 1."""
    call = f"c-{household}"
    whole = Trouble(
        f"call:{call}", AT, "call", "water", street_id=TREE, house=str((household - 1) // 4 + 1),
        phone=phone_of(household), call=call,
    )  # fmt: skip
    return replace(whole, **changes)


def suspicion(reports: int = 5, **changes: Any) -> Suspicion:
    """No water in Tree street, as detection would say it."""
    whole = Suspicion(
        id="d1", state="open", topic="water", areas=(STREET,), reports=reports, parties=reports, first_at=AT,
        last_at=AT + timedelta(minutes=4), span_s=240.0, usual=0.1, certainty=0.97, score=9.0, households=32,
        grown=((AT, 32),),
    )  # fmt: skip
    return replace(whole, **changes)
