"""The ledger of outbound dialling: a claim is written before anything is dialled, so nobody is dialled twice (P8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select, update

from kezek_register.sql.database import Database
from kezek_register.sql.history_tables import OutboundRow
from kezek_register.types import NotFound, Outbound, OutboundState


class OutboundLedger:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, key: str, call: str, node: str) -> bool:
        """True for exactly one of any number of claimers of this key, now and for ever: he alone may dial.

        After Unavailable the claim may stand or not; whoever asks again and hears False must not dial.
        """
        row = {
            "key": key,
            "call": call,
            "node": node,
            "claimed_at": self._clock(),
            "state": "claimed",
            "reason": "",
            "settled_at": None,
        }
        claimed = self._database.insert(OutboundRow).values(row).on_conflict_do_nothing(index_elements=["key"])
        async with self._database.writing() as session:
            return await session.scalar(claimed.returning(OutboundRow.key)) is not None

    async def settle(
        self, key: str, state: Literal["answered", "not_reached", "unclear"], reason: str = ""
    ) -> Outbound:
        """What became of it. The first word stands, save 'unclear', which a later one replaces. Raises NotFound."""
        open_still = OutboundRow.state.in_(("claimed", "unclear"))
        settled = update(OutboundRow).where(OutboundRow.key == key, open_still)
        async with self._database.writing() as session:
            await session.execute(settled.values(state=state, reason=reason, settled_at=self._clock()))
            row = await session.get(OutboundRow, key)
            if row is None:
                raise NotFound("nobody claimed to dial under this key")
            return _outbound(row)

    async def get(self, key: str) -> Outbound:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(OutboundRow, key)
            if row is None:
                raise NotFound("nobody claimed to dial under this key")
            return _outbound(row)

    async def unsettled(self, node: str | None = None) -> list[Outbound]:
        """Claims of which nobody has said what became of them ('unclear' is said), of this node or of all; the oldest
        first. After a crash of the node they may have been dialled or not."""
        wanted = select(OutboundRow).where(OutboundRow.state == "claimed")
        if node is not None:
            wanted = wanted.where(OutboundRow.node == node)
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(OutboundRow.claimed_at, OutboundRow.key))
            return [_outbound(row) for row in found]


def _outbound(row: OutboundRow) -> Outbound:
    return Outbound(
        key=row.key,
        call=row.call,
        node=row.node,
        claimed_at=row.claimed_at,
        state=cast(OutboundState, row.state),
        reason=row.reason,
        settled_at=row.settled_at,
    )
