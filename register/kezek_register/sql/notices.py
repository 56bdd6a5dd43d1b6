"""The ledger of what people are told: a notice is claimed before it is sent, so nobody is told twice (P8, P18).

pending --claim--> claimed --settle--> sent | failed | dropped
   ^                  |  \\--unclear--> unclear   nobody knows whether it went out: not sent again by itself
   \\---settle again---/                  \\--again (a person)--> pending
A citizen's notice that failed may go out the other way, as one of its own, once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import TO_CITIZENS, Notice, NoticeChannel, NoticeKind, NoticeState
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql import withdrawn
from kezek_register.sql.database import Database
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.tables import table_of
from kezek_register.types import Conflict, NotFound

URGENT: tuple[NoticeKind, ...] = ("emergency", "call_out", "call_in", "addition")  # before everything else that is due
AT_MOST_ONCE: tuple[NoticeChannel, ...] = ("call", "sms")  # a webhook may be told twice: its key says so
_WAYS = (":call", ":sms")  # behind the key of a notice that goes out in place of another


class Notices:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def add(self, *notices: Notice) -> int:
        """How many are new; one whose key is known already stays as it is. `next_at`: not before then."""
        async with self._database.writing() as session:
            return await write(self._database, session, notices, self._clock())

    async def claim(
        self,
        node: str,
        channels: Collection[NoticeChannel],
        limit: int,
        now: datetime | None = None,
        *,
        but: Collection[NoticeKind] = (),
    ) -> list[Notice]:
        """Up to `limit` that are due, urgent ones first, then who needs help first, then the oldest: who claims alone
        may send. `attempts` counts the one that follows; `but`: kinds that are left where they are. After Unavailable
        the claim may stand: `unclear` finds it."""
        now = now or self._clock()
        wanted = [NoticeRow.state == "pending", NoticeRow.next_at <= now, NoticeRow.channel.in_(tuple(channels))]
        if but:
            wanted.append(NoticeRow.what.not_in(tuple(but)))
        async with self._database.reading() as session:
            if await session.scalar(select(NoticeRow.id).where(*wanted).limit(1)) is None:
                return []  # the usual: whoever asks each second writes nothing
        due = (
            select(NoticeRow)
            .where(*wanted)
            .order_by(
                case((NoticeRow.what.in_(URGENT), 0), else_=1), NoticeRow.need.desc(), NoticeRow.next_at, NoticeRow.id
            )
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self._database.writing() as session:
            rows = list(await session.scalars(due))
            for row in rows:
                row.state = "claimed"
                row.attempts += 1
                row.claimed_by = node
                row.claimed_at = now
            return [notice(row) for row in rows]

    async def settle(
        self,
        key: str,
        state: NoticeState,
        result: str = "",
        next_at: datetime | None = None,
        *,
        instead: NoticeChannel | None = None,
    ) -> Notice:
        """What became of a claim; 'pending' with `next_at` is to be tried again then, 'dropped' may be said of one that
        nobody has claimed. The first word stands, save 'unclear', which a later one replaces. `instead`: how a citizen
        is told when this way has failed. Raises NotFound."""
        from_states = {"pending": ("claimed",), "dropped": ("claimed", "unclear", "pending")}
        open_still = NoticeRow.state.in_(from_states.get(state, ("claimed", "unclear")))
        now = self._clock()
        said: dict[str, Any] = {"state": state, "result": result[:500]}
        said |= {"next_at": next_at or now} if state == "pending" else {"settled_at": now}
        async with self._database.writing() as session:
            mine = update(NoticeRow).where(NoticeRow.key == key, open_still).values(said)
            taken = await session.scalar(mine.returning(NoticeRow.id)) is not None
            row = await _one(session, key)
            again = taken and not withdrawn.settled(row, now)
            if again and state == "failed" and instead and row.what in TO_CITIZENS and row.channel != instead:
                await self._other_way(session, row, instead, now)
            return notice(row)

    async def _other_way(self, session: AsyncSession, row: NoticeRow, instead: NoticeChannel, now: datetime) -> None:
        if not row.address or row.key.endswith(_WAYS):  # this was the other way already
            return
        other = replace(
            notice(row), key=f"{row.key}:{instead}", channel=instead, state="pending", attempts=0, next_at=now,
            result="", created_at=now,
        )  # fmt: skip
        await write(self._database, session, [other], now)

    async def hold(
        self, node: str, channels: Collection[NoticeChannel], now: datetime | None = None, *, lease_s: float
    ) -> int:
        """This node lives: its claims of these channels are its own for `lease_s` more, and those of nodes of whom
        nothing was heard for so long are from now on. How many it has."""
        now = now or self._clock()
        held = or_(NoticeRow.claimed_by == node, NoticeRow.claimed_at < now - timedelta(seconds=lease_s))
        mine = (NoticeRow.state == "claimed", NoticeRow.channel.in_(tuple(channels)), held)
        async with self._database.reading() as session:
            if await session.scalar(select(NoticeRow.id).where(*mine).limit(1)) is None:
                return 0
        said = update(NoticeRow).where(*mine).values(claimed_by=node, claimed_at=now)
        async with self._database.writing() as session:
            return len((await session.scalars(said.returning(NoticeRow.id))).all())

    async def unclear(
        self,
        node: str = "",
        channels: Collection[NoticeChannel] = AT_MOST_ONCE,
        *,
        before: datetime | None = None,
    ) -> list[Notice]:
        """Claims of these channels of which nobody has said what became of them: of this node's earlier life, or, with
        `node` '' and `before`, of any node that claimed before then. Calls and SMS become 'unclear', webhooks pending
        again. Returns the unclear ones."""
        left = [NoticeRow.state == "claimed", NoticeRow.channel.in_(tuple(channels))]
        if node:
            left.append(NoticeRow.claimed_by == node)
        if before is not None:
            left.append(NoticeRow.claimed_at < before)
        async with self._database.writing() as session:
            rows = list(await session.scalars(select(NoticeRow).where(*left).with_for_update(skip_locked=True)))
            for row in rows:
                if row.channel in AT_MOST_ONCE:
                    row.state, row.result, row.settled_at = "unclear", "nobody said what became of it", self._clock()
                else:
                    row.state, row.next_at = "pending", self._clock()
            return [notice(row) for row in rows if row.state == "unclear"]

    async def unsettled(self, node: str, channels: Collection[NoticeChannel] = AT_MOST_ONCE) -> list[Notice]:
        """Claims of this node of which nobody has said what became of them, as they stand; the oldest first."""
        wanted = select(NoticeRow).where(
            NoticeRow.state == "claimed", NoticeRow.claimed_by == node, NoticeRow.channel.in_(tuple(channels))
        )
        async with self._database.reading() as session:
            return [notice(row) for row in await session.scalars(wanted.order_by(NoticeRow.claimed_at, NoticeRow.id))]

    async def expire(self, before: datetime, channels: Collection[NoticeChannel]) -> int:
        """Those that nobody has claimed and that were made before then are dropped: news that old is none."""
        old = (
            NoticeRow.state == "pending",
            NoticeRow.created_at < before,
            NoticeRow.next_at < before,
            NoticeRow.channel.in_(tuple(channels)),
        )
        said = update(NoticeRow).where(*old).values(state="dropped", result="too late", settled_at=self._clock())
        async with self._database.writing() as session:
            return len(list(await session.scalars(said.returning(NoticeRow.id))))

    async def again(self, key: str) -> Notice:
        """A person has decided: one that failed, was dropped or is unclear is sent again. Raises NotFound, Conflict."""
        async with self._database.writing() as session:
            row = await _one(session, key, lock=True)
            if row.state not in ("failed", "dropped", "unclear"):
                raise Conflict(f"the notice is {row.state}")
            row.state, row.next_at, row.settled_at, row.attempts = "pending", self._clock(), None, 0
            return notice(row)

    async def get(self, key: str) -> Notice:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return notice(await _one(session, key))

    async def begun(self, channels: Collection[NoticeChannel], since: datetime) -> int:
        """How many to citizens were claimed since then, by any node."""
        begun = (NoticeRow.claimed_at > since, NoticeRow.channel.in_(channels), NoticeRow.what.in_(TO_CITIZENS))
        async with self._database.reading() as session:
            return await session.scalar(select(func.count()).select_from(NoticeRow).where(*begun)) or 0

    async def pressed(self, what: NoticeKind, since: datetime, before: datetime, limit: int = 200) -> list[str]:
        """What the last of those pressed whom calls begun in that time have told so, the oldest first."""
        told = (NoticeRow.what == what, NoticeRow.channel == "call", NoticeRow.state == "sent")
        wanted = select(NoticeRow.result).where(NoticeRow.claimed_at > since, NoticeRow.settled_at < before, *told)
        async with self._database.reading() as session:
            newest = await session.scalars(
                wanted.order_by(NoticeRow.settled_at.desc(), NoticeRow.id.desc()).limit(limit)
            )
            return [*newest][::-1]

    async def of(self, about: str) -> list[Notice]:
        """All that was or will be told about it ('outage:12', 'ticket:26-000123-4'), in the order of their making."""
        wanted = select(NoticeRow).where(NoticeRow.about == about).order_by(NoticeRow.id)
        async with self._database.reading() as session:
            return [notice(row) for row in await session.scalars(wanted)]

    async def drop(self, about: str, why: str, what: Collection[NoticeKind] = ()) -> int:
        """Nobody need be told any more; how many were pending still."""
        wanted = [NoticeRow.about == about, NoticeRow.state == "pending"]
        if what:
            wanted.append(NoticeRow.what.in_(tuple(what)))
        said = update(NoticeRow).where(*wanted).values(state="dropped", result=why, settled_at=self._clock())
        async with self._database.writing() as session:
            return len(list(await session.scalars(said.returning(NoticeRow.id))))

    async def page(self, states: Collection[NoticeState] = (), after: str = "", limit: int = 50) -> Page[Notice]:
        """The newest first. Raises BadCursor."""
        limit = size_of(limit)
        wanted = select(NoticeRow).order_by(NoticeRow.id.desc()).limit(limit + 1)
        if states:
            wanted = wanted.where(NoticeRow.state.in_(tuple(states)))
        if after:
            wanted = wanted.where(NoticeRow.id < key_of(after, int)[0])
        async with self._database.reading() as session:
            rows = list(await session.scalars(wanted))
        return page_of(rows, limit, notice, lambda row: (row.id,))

    async def waiting(self) -> dict[tuple[str, str], int]:
        """How many there are by channel and state, of those that are not settled well."""
        wanted = (
            select(NoticeRow.channel, NoticeRow.state, func.count())
            .where(NoticeRow.state.in_(("pending", "claimed", "unclear")))
            .group_by(NoticeRow.channel, NoticeRow.state)
        )
        async with self._database.reading() as session:
            return {(channel, state): count for channel, state, count in await session.execute(wanted)}


async def write(database: Database, session: AsyncSession, notices: Collection[Notice], now: datetime) -> int:
    """Inside somebody's transaction: how many are new."""
    if not notices:
        return 0
    table = table_of(NoticeRow)
    once = database.insert(table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    # as one statement with many rows of parameters: made once, two thousand rows take a tenth of the time
    return len((await session.scalars(once, [_row(one, now) for one in notices])).all())


def _row(one: Notice, now: datetime) -> dict[str, Any]:
    nobody = one.channel == "none"  # there is no way to tell them, and that is to be seen
    return {
        "key": one.key,
        "about": one.about,
        "what": one.what,
        "channel": one.channel,
        "address": one.address,
        "language": one.language,
        "told": dict(one.told),
        "state": "dropped" if nobody else one.state,
        "attempts": one.attempts,
        "next_at": one.next_at or now,
        "claimed_by": "",
        "claimed_at": None,
        "settled_at": now if nobody else None,
        "need": one.need,
        "result": one.result or ("no address" if nobody else ""),
        "created_at": one.created_at or now,
    }


async def _one(session: AsyncSession, key: str, *, lock: bool = False) -> NoticeRow:
    wanted = select(NoticeRow).where(NoticeRow.key == key)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound("no notice has this key")
    return row


def notice(row: NoticeRow) -> Notice:
    return Notice(
        key=row.key,
        about=row.about,
        what=cast("NoticeKind", row.what),
        channel=cast("NoticeChannel", row.channel),
        address=row.address,
        language=row.language,
        told=dict(row.told),
        state=cast("NoticeState", row.state),
        attempts=row.attempts,
        next_at=row.next_at,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        settled_at=row.settled_at,
        need=row.need,
        result=row.result,
        created_at=row.created_at,
    )
