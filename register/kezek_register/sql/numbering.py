"""This node's stock of registration numbers: blocks are reserved in SQL, numbers are given from memory.

What is left of a block when the process ends is never given out: a hole in the numbering, explained by `number_blocks`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from kezek_register.numbers import Block
from kezek_register.sql.database import Database
from kezek_register.sql.tables import NumberBlockRow, NumberYearRow
from kezek_register.types import Unavailable


class Numbering:
    def __init__(self, database: Database, *, node: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._node = node
        self._clock = clock
        self._size = database.settings.block_size
        self._reserving = asyncio.Lock()
        self._stock: deque[str] = deque()
        self._year = 0

    def __len__(self) -> int:
        """Numbers in stock, which can be given while SQL is away."""
        return len(self._stock) if self._clock().year == self._year else 0

    async def next(self) -> str:
        """The next number of this year, from the stock alone while there is one.

        Raises Unavailable when it is empty and SQL is away.
        """
        while not len(self):
            await self.top_up(1)
        return self._stock.popleft()

    def give_back(self, number: str) -> None:
        """A number that was taken and surely not used."""
        if self._stock and number[:3] == self._stock[0][:3]:
            self._stock.appendleft(number)

    async def top_up(self, least: int) -> None:
        """Reserve a block when fewer than `least` are left. Raises Unavailable only when none is left."""
        if len(self) >= least:
            return
        try:
            async with self._reserving:
                if len(self) < least:
                    await self._reserve()
        except Unavailable:
            if not len(self):
                raise

    async def _reserve(self) -> None:
        now = self._clock()
        year = NumberYearRow.year == now.year
        async with self._database.writing() as session:
            begun = self._database.insert(NumberYearRow).values(year=now.year, next=1)
            await session.execute(begun.on_conflict_do_nothing(index_elements=["year"]))
            taken = update(NumberYearRow).where(year).values(next=NumberYearRow.next + self._size)
            after = (await session.execute(taken.returning(NumberYearRow.next))).scalar_one()
            block = Block(now.year, after - self._size, after - 1)
            session.add(
                NumberBlockRow(year=block.year, first=block.first, last=block.last, node=self._node, reserved_at=now)
            )
        if self._year != now.year:
            self._stock.clear()
            self._year = now.year
        self._stock.extend(block)
