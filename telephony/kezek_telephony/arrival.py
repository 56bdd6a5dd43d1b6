"""What the dialplan says of a call when it opens FastAGI: the arguments of `AGI()` in kezek-wait, and Asterisk's own.

The arguments, in order: KEZEK_CALL, KEZEK_SINCE, KEZEK_PHASE (arrived | waiting | talked | callback), KEZEK_LANGUAGE,
KEZEK_DIALLED, KEZEK_STORY, KEZEK_PRIORITY.
"""

from __future__ import annotations

import re
import time

from .agi import Request
from .types import Arrival

_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PRIORITY = re.compile(r"[0-9]")
_RESTRICTED, _PRESENTATION = 0x20, 0x60  # bits of the presentation indicator (ITU-T Q.931, 4.5.10)
_ESCAPED = re.compile(r"\\(.)")  # chan_pjsip hands a quoted name on as it stood in the SIP header
NAME_LENGTH = 80


def arrival_of(request: Request) -> Arrival:
    """A missing or odd argument becomes a safe default: a call is taken whatever its dialplan forgot."""
    call, since, phase, language, dialled, story, priority = (request.get(f"arg_{number}") for number in range(1, 8))
    return Arrival(
        call=call or request.get("uniqueid"),
        channel=request.get("channel"),
        caller=_caller(request),
        caller_name=_ESCAPED.sub(r"\1", request.get("calleridname"))[:NAME_LENGTH],
        dialled=dialled or request.get("dnid") or request.get("extension"),
        since=_since(since),
        language=language if _LANGUAGE.fullmatch(language) else None,
        resumed=phase in ("waiting", "talked"),
        story=story if _TOKEN.fullmatch(story) else None,
        priority=int(priority) if _PRIORITY.fullmatch(priority) else 0,
        talked=phase == "talked",
        callback=phase == "callback",
    )


def _caller(request: Request) -> str | None:
    """The number, None when it is hidden (presentation restricted) or is no number."""
    presentation = request.get("callingpres")
    if presentation.isascii() and presentation.isdigit() and int(presentation) & _PRESENTATION == _RESTRICTED:
        return None
    number = re.sub(r"[\s().-]", "", request.get("callerid"))
    return number if _NUMBER.fullmatch(number) else None


def _since(text: str) -> float:
    try:
        since = float(text)
    except ValueError:
        return time.time()
    return since if 0 < since < 1e11 else time.time()
