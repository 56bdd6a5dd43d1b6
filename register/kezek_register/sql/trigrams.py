"""Streets whose names have letters in common with some words, by trigrams: one interface over FTS5 and pg_trgm.

They only find candidates; how well each fits is street_match's to say, so both databases give the same answers. FTS5's
index lives in the memory of each process beside the streets themselves, and is made anew when those have changed: a
virtual table in the register's own file would have to be kept out of backups and of every later migration.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import Float, Select, bindparam, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from kezek_register.skeleton import trigrams
from kezek_register.sql.tables import StreetNameRow, StreetRow, table_of
from kezek_register.street_match import Name

_MOST_WORDS = 6
_MOST_TRIGRAMS = 60
_THRESHOLD = "0.3"  # pg_trgm.word_similarity: one of five letters wrong is still found
_EACH = 4  # names of a street, at most some: so many rows for each candidate are looked at


class Trigrams(Protocol):
    async def near(
        self, session: AsyncSession, words: Sequence[str], limit: int, territories: Collection[int] | None = None
    ) -> list[int]:
        """Ids of streets, the nearest first; with `territories` only of streets there. Raises Unavailable."""


class MemoryTrigrams:
    """SQLite's FTS5 with the tokenizer `trigram`; some milliseconds for 10,000 names, so it is asked in the loop."""

    def __init__(self, names: Mapping[int, Sequence[Name]], territories: Mapping[int, int | None]) -> None:
        self._territories = territories
        self._streets: list[int] = []
        self._lock = Lock()  # made in a thread, asked in the loop: never both at a time
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("CREATE VIRTUAL TABLE names USING fts5(name, content='', tokenize='trigram')")
        rows: list[tuple[int, str]] = []
        for street_id, each in names.items():
            for name in each:
                rows.append((len(self._streets), "".join(f"  {word} " for word in name.words)))
                self._streets.append(street_id)
        self._index.executemany("INSERT INTO names (rowid, name) VALUES (?, ?)", rows)
        self._index.commit()

    async def near(
        self, session: AsyncSession, words: Sequence[str], limit: int, territories: Collection[int] | None = None
    ) -> list[int]:
        grams = list(dict.fromkeys(gram for word in words[:_MOST_WORDS] for gram in sorted(trigrams(word))))
        if not grams:
            return []
        wanted = " OR ".join(f'"{gram}"' for gram in grams[:_MOST_TRIGRAMS])
        most = limit * _EACH * (1 if territories is None else 8)
        with self._lock:
            found = self._index.execute(
                "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?", (wanted, most)
            ).fetchall()
        streets = dict.fromkeys(self._streets[rowid] for (rowid,) in found)
        near = [one for one in streets if territories is None or self._territories.get(one) in territories]
        return near[:limit]


class PostgresTrigrams:
    """pg_trgm over street_names.search, which has a GIN index for it."""

    def __init__(self) -> None:
        self._statements: dict[tuple[int, bool], Select[Any]] = {}
        self._threshold = text(f"SET LOCAL pg_trgm.word_similarity_threshold = {_THRESHOLD}")

    async def near(
        self, session: AsyncSession, words: Sequence[str], limit: int, territories: Collection[int] | None = None
    ) -> list[int]:
        asked = list(dict.fromkeys(words))[:_MOST_WORDS]
        if not asked:
            return []
        values: dict[str, Any] = {f"word{n}": word for n, word in enumerate(asked)} | {"most": limit}
        if territories is not None:
            values["territories"] = list(territories)
        await session.execute(self._threshold)
        statement = self._statement(len(asked), territories is not None)
        return [row[0] for row in await session.execute(statement, values)]

    def _statement(self, words: int, placed: bool) -> Select[Any]:
        if (known := self._statements.get((words, placed))) is not None:
            return known
        names, streets = table_of(StreetNameRow), table_of(StreetRow)
        asked: list[ColumnElement[str]] = [bindparam(f"word{n}") for n in range(words)]
        near: ColumnElement[float] = literal(0.0, Float)
        for word in asked:
            near = near + func.word_similarity(word, names.c.search, type_=Float)
        statement = select(names.c.street_id).where(or_(*(names.c.search.op("%>")(word) for word in asked)))
        if placed:
            there = streets.c.territory_id.in_(bindparam("territories", expanding=True))
            statement = statement.join(streets, streets.c.id == names.c.street_id).where(there)
        # of names just as near the one that says least else comes first
        best = [func.max(near).desc(), func.min(func.length(names.c.search)), names.c.street_id]
        made = statement.group_by(names.c.street_id).order_by(*best).limit(bindparam("most"))
        return self._statements.setdefault((words, placed), made)
