"""Which phones are used in a browser, and their SIP passwords: one private file, `{phone: password}`.

`kezek user` writes it for the embedded Asterisk; with one's own it is written by hand. It is read at each question, so
that a change counts at once. A phone that is not in it is a telephone on a desk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import structlog

from kezek_api.limits import read_small

FILE = "phones.json"  # in the home, unless the settings say otherwise

log = structlog.get_logger(__name__)


def read(path: Path) -> dict[str, str]:
    """Phone to password; empty when there is no such file. Raises ValueError when it is damaged."""
    try:
        found = json.loads(read_small(path))
    except FileNotFoundError:
        return {}
    except RecursionError:
        raise ValueError(f"{path} is nested too deeply") from None
    if not isinstance(found, Mapping) or not all(isinstance(word, str) and word for word in found.values()):
        raise ValueError(f"{path} is no JSON object of phones and their passwords")
    return {str(phone): password for phone, password in found.items()}


def password_of(path: Path, phone: str) -> str:
    """'' when this phone is not used in a browser, or when the file cannot be read."""
    try:
        return read(path).get(phone, "") if phone else ""
    except (OSError, ValueError) as wrong:
        log.warning("browser_phones_unreadable", error=type(wrong).__name__)
        return ""
