"""What everybody may read of outages: facts and what is published, nobody's data. For the feed and for MQTT.

It is asked for by anybody, so it is put together once in a while and kept meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from kezek_api.looks import asked
from kezek_api.shapes_notices import PublicNotice, PublicNotices
from kezek_register import Register
from kezek_register.announcements import Announcement
from kezek_register.outage_types import Outage, OutageFilter

KEEP_S = 10.0
LASTS = timedelta(days=1)  # how long one that is over stays to be read
AHEAD = timedelta(days=30)  # how far planned works are told ahead
MOST = 200
_WHOLE = 500  # a page of the register's
_TITLES = {"kk": "Ажыратулар", "ru": "Отключения", "uk": "Відключення", "en": "Outages"}


class Published:
    """By language, kept for KEEP_S seconds."""

    def __init__(self, keep_s: float = KEEP_S) -> None:
        self._keep_s = keep_s
        self._kept: dict[str, tuple[float, PublicNotices]] = {}
        self._looking = asyncio.Lock()

    async def notices(self, register: Register, language: str) -> PublicNotices:
        """Those that go on, then those that come, then those of the last day. Raises Unavailable."""
        if (found := self._fresh(language)) is not None:
            return found
        async with self._looking:
            if (found := self._fresh(language)) is not None:
                return found
            told = await notices_of(register, language, datetime.now(UTC))
            self._kept[language] = time.monotonic() + self._keep_s, told
            return told

    def _fresh(self, language: str) -> PublicNotices | None:
        ends, told = self._kept.get(language, (0.0, None))
        return told if time.monotonic() < ends else None


async def notices_of(register: Register, language: str, now: datetime) -> PublicNotices:
    """Raises Unavailable."""
    shown = await public_outages(register, now)
    told = await asked(register.outages.announced(shown, language))
    notices = (notice_of(outage, words) for outage, words in zip(shown, told, strict=True))
    return PublicNotices(language=language, notices=tuple(notices))


async def public_outages(register: Register, now: datetime) -> list[Outage]:
    """What the public is told of at this moment, a draft never. Raises Unavailable."""
    page = await asked(register.outages.page(OutageFilter(state="open"), "", _WHOLE))
    announced = [one for one in page.items if one.starts_at <= now + AHEAD]
    announced.sort(key=lambda one: (one.starts_at > now, abs((one.starts_at - now).total_seconds())))
    over: list[Outage] = []
    for state in ("restored", "cancelled"):
        ended = await asked(register.outages.page(OutageFilter(state=state, since=now - LASTS), "", _WHOLE))
        over += ended.items
    over.sort(key=lambda one: one.ended_at or one.starts_at, reverse=True)
    return [*announced, *over][:MOST]


def notice_of(outage: Outage, told: Announcement) -> PublicNotice:
    return PublicNotice(
        id=outage.id,
        state=told.phase,
        level=outage.level,
        topic=outage.topic,
        cause=outage.cause,
        title=told.title,
        text=told.text,
        words=told.words,
        where=told.where,
        starts_at=outage.starts_at,
        expected_at=outage.expected_at,
        ended_at=outage.ended_at,
    )


def rss(notices: PublicNotices, base: str) -> bytes:
    """RSS 2.0 (rssboard.org/rss-specification). `base`: the site's address, 'https://109.example'."""
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _texts(
        channel,
        title=_TITLES.get(notices.language, _TITLES["en"]),
        link=f"{base}/",
        description=_TITLES.get(notices.language, _TITLES["en"]),
        language=notices.language,
        ttl="5",
    )
    for one in notices.notices:
        item = ET.SubElement(channel, "item")
        _texts(
            item,
            title=one.title,
            description=_joined((one.text, one.words)),
            category=one.topic,
            pubDate=format_datetime(one.starts_at.astimezone(UTC), usegmt=True),
        )
        guid = ET.SubElement(item, "guid", {"isPermaLink": "false"})
        # another state is another item: a reader shows that it is over, too
        guid.text = f"{base}/outages/{one.id}#{one.state}"
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = _printable(text)


def _joined(parts: Sequence[str]) -> str:
    return "\n".join(part for part in parts if part)


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 has no way to say."""
    return "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and not 0xD800 <= ord(one) < 0xE000))
