"""Addresses as a dispatcher types them: candidates by trigrams, how they fit by the words, the houses from SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.address_text import Reading, readings
from kezek_register.houses import house_key
from kezek_register.layouts import other_layouts
from kezek_register.place_types import AddressHit, Node
from kezek_register.search import StreetIndex
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import TerritoryRow
from kezek_register.sql.tables import BuildingRow
from kezek_register.sql.trees import nodes
from kezek_register.sql.trigrams import MemoryTrigrams, PostgresTrigrams, Trigrams
from kezek_register.street_match import Matcher
from kezek_register.territory_match import TerritoryNames
from kezek_register.types import Building

_CANDIDATES = 40
_HOUSES = 12  # of the best streets so many are asked for the house
_SURE = 0.7  # a score from which nobody typed in the wrong layout
_CUTOFF = 0.45
_NO_HOUSE = 0.85  # what an address is worth whose house is not in the register
_LIKE_HOUSE = 0.9  # 12/2 where 12 was typed and is not there
_LAYOUT = 0.98
_ROWS = 400  # of like houses at most
_INSTALLED = text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")


@dataclass(frozen=True, slots=True)
class _Town:
    """What is kept in memory until the streets change."""

    streets: StreetIndex
    matcher: Matcher
    territories: TerritoryNames
    trigrams: Trigrams


@dataclass(frozen=True, slots=True)
class _Guess:
    street_id: int
    reading: Reading
    score: float


class AddressSearch:
    """Its statements are made once: their keys take longer to make than the database takes to answer."""

    def __init__(self, database: Database, streets: Callable[[AsyncSession], Awaitable[StreetIndex]]) -> None:
        self._database = database
        self._streets = streets
        self._loading = asyncio.Lock()
        self._town: _Town | None = None
        of_streets = BuildingRow.street_id.in_(bindparam("streets", expanding=True))
        self._houses = select(BuildingRow).where(of_streets, BuildingRow.house.in_(bindparam("houses", expanding=True)))
        self._all_houses = select(BuildingRow).where(BuildingRow.street_id == bindparam("street")).limit(_ROWS)

    async def find(self, typed: str, language: str, limit: int) -> list[AddressHit]:
        """The best first. Raises Unavailable."""
        if limit < 1 or not typed.strip():
            return []
        async with self._database.reading() as session:
            town = await self._fresh(session)
            guesses = await self._guesses(session, town, readings(typed), 1.0)
            if max((guess.score for guess in guesses), default=0.0) < _SURE:
                for other in other_layouts(typed):
                    guesses += await self._guesses(session, town, readings(other), _LAYOUT)
            found = await self._hits(session, town, guesses, language)
        return found[:limit]

    async def _guesses(self, session: AsyncSession, town: _Town, read: Sequence[Reading], worth: float) -> list[_Guess]:
        """Which streets are meant, for each reading; the best of each."""
        guesses: list[_Guess] = []
        known: dict[tuple[str, str], float] = {}
        words = list(dict.fromkeys(word for reading in read for word in reading.words))
        # a number says little of a name, and is mostly the house's
        words = [word for word in words if not word.isdigit()] or words
        near = await town.trigrams.near(session, words, _CANDIDATES) if words else []
        for reading in read:
            scored = [(town.matcher.score(reading.words, reading.kind, one, known), one) for one in near]
            guesses += [_Guess(one, reading, score * worth) for score, one in scored if score >= _CUTOFF]
        for placed in town.territories.placed(read):
            there = await town.trigrams.near(session, placed.reading.words, _CANDIDATES, placed.territories)
            for one in there:
                score = town.matcher.score(placed.reading.words, placed.reading.kind, one, known)
                if score >= _CUTOFF:
                    guesses.append(_Guess(one, placed.reading, score * worth))
        return guesses

    async def _hits(self, session: AsyncSession, town: _Town, guesses: list[_Guess], language: str) -> list[AddressHit]:
        guesses.sort(key=lambda guess: (-guess.score, guess.street_id))
        asked = [guess for guess in guesses if guess.reading.house]
        pairs = list(dict.fromkeys((guess.street_id, guess.reading.house) for guess in asked))[: _HOUSES * 2]
        there = await self._known_houses(session, pairs)
        best: dict[tuple[int, str], AddressHit] = {}

        def keep(guess: _Guess, house: str, building: Building | None, score: float) -> None:
            was = best.get((guess.street_id, house))
            if was is None or was.score < score:
                street = town.streets.by_id[guess.street_id]
                where = (building.territory_id if building else None) or street.territory_id
                title = town.territories.title(where, language)
                best[guess.street_id, house] = AddressHit(
                    street, house, building, title, round(score, 4), guess.reading.flat
                )

        for guess in guesses:
            house = guess.reading.house
            building = there.get((guess.street_id, house))
            keep(guess, house, building, guess.score * (1.0 if building or not house else _NO_HOUSE))
        if asked and not there:
            for building in await self._like_houses(session, asked[0]):
                keep(asked[0], building.house, building, asked[0].score * _LIKE_HOUSE)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.street.id, house_key(hit.house)))

    async def _known_houses(
        self, session: AsyncSession, pairs: Sequence[tuple[int, str]]
    ) -> dict[tuple[int, str], Building]:
        if not pairs:
            return {}
        asked = {"streets": sorted({one for one, _ in pairs}), "houses": sorted({house for _, house in pairs})}
        rows = await session.scalars(self._houses, asked)
        return {(row.street_id, row.house): values.building(row) for row in rows}

    async def _like_houses(self, session: AsyncSession, guess: _Guess) -> list[Building]:
        """12/1 and 12а of the street, where 12 is not there."""
        start = guess.reading.house
        rows = await session.scalars(self._all_houses, {"street": guess.street_id})
        like = [
            values.building(row)
            for row in rows
            if row.house.startswith(start) and not row.house[len(start) : len(start) + 1].isdigit()
        ]
        return sorted(like, key=lambda building: house_key(building.house))

    async def _fresh(self, session: AsyncSession) -> _Town:
        streets = await self._streets(session)
        if self._town is not None and self._town.streets is streets:
            return self._town
        async with self._loading:
            if self._town is None or self._town.streets is not streets:
                tree = await nodes(session, TerritoryRow)
                indexed = not self._database.is_sqlite and await session.scalar(_INSTALLED) is not None
                self._town = await asyncio.to_thread(_made, streets, tree, indexed)
            return self._town


def _made(streets: StreetIndex, tree: list[Node], indexed: bool) -> _Town:
    matcher = Matcher(streets.streets)
    where = {street.id: street.territory_id for street in streets.streets}
    trigrams: Trigrams = PostgresTrigrams() if indexed else MemoryTrigrams(matcher.names(), where)
    return _Town(streets, matcher, TerritoryNames(tree), trigrams)
