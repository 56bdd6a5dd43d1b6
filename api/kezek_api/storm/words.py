"""What a suspicion rests on, in one sentence that a manager trusts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kezek_register.announcements import in_language
from kezek_register.trouble_types import KeptSuspicion

_SHOWN = 3  # areas
_SAID = {
    "kk": "{where}: {minutes} минутта {parties} хабарлама, {topic}; әдетте {usual}",
    "ru": "{where}: {parties} сообщений за {minutes} мин, {topic}; обычно {usual}",
    "uk": "{where}: {parties} повідомлень за {minutes} хв, {topic}; зазвичай {usual}",
    "en": "{parties} reports in {minutes} minutes from {where}: {topic}; usual {usual}",
}


def told_in_words(one: KeptSuspicion, areas: Sequence[str], topic: Mapping[str, str], language: str) -> str:
    """'17 reports in 6 minutes from Abay 40-62: heating; usual 0.3'. Languages that have none read English."""
    form = _SAID.get(language, _SAID["en"])
    where = ", ".join(list(areas)[:_SHOWN]) + (", …" if len(areas) > _SHOWN else "")
    return form.format(
        parties=one.parties,
        minutes=max(1, round(one.span_s / 60)),
        where=where,
        topic=in_language(topic, language) or one.topic,
        usual=f"{one.usual:.1f}" if one.usual < 10 else round(one.usual),
    )
