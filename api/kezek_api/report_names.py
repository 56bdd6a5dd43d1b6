"""What the keys of a report are called, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable

from kezek_register import Register, street_name
from kezek_register.report_types import ReportBy, ReportLine

Title = Callable[[str], str]


class ReportNames:
    """Read once for a report. Raises RegisterError."""

    def __init__(self, register: Register, language: str) -> None:
        self._register, self._language = register, language
        self._streets: dict[int, str] = {}
        self._topics: dict[str, str] = {}
        self._organisations: dict[str, str] = {}
        self._ids: dict[int, str] = {}
        self._territories: dict[str, str] = {}

    async def read(self) -> ReportNames:
        register = self._register
        self._topics = {topic.code: self._in(topic.names, topic.code) for topic in await register.topics.all()}
        for one in await register.organisations.all():
            self._organisations[one.code] = self._ids[one.id] = self._in(one.names, one.code)
        self._territories = {one.code: self._in(one.names, one.code) for one in await register.territories.all()}
        self._streets = {one.id: street_name(one, self._language) for one in await register.addresses.streets()}
        return self

    def title(self, by: ReportBy, line: ReportLine) -> str:
        """'' where the page has its own word: kinds, channels, days."""
        known: dict[ReportBy, Title] = {
            "topic": self.topic,
            "organisation": lambda code: self._organisations.get(code, code),
            "territory": lambda code: self._territories.get(code, code),
            "operator": str,
        }
        return known[by](line.key) if by in known else ""

    def topic(self, code: str) -> str:
        return self._topics.get(code, code)

    def organisation(self, organisation_id: int | None) -> str:
        return self._ids.get(organisation_id, "") if organisation_id is not None else ""

    def street(self, street_id: int | None) -> str:
        return self._streets.get(street_id, "") if street_id is not None else ""

    def _in(self, names: dict[str, str], code: str) -> str:
        return names.get(self._language) or next(iter(names.values()), code)
