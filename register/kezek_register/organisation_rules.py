"""What an organisation must be to be taken up, whoever tells of it: a file or a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args
from urllib.parse import urlsplit

from kezek_register.duty_types import BadOrganisation, Organisation
from kezek_register.notice_types import NoticeChannel
from kezek_register.phones import e164

CHANNELS: tuple[str, ...] = get_args(NoticeChannel)
_CODE = re.compile(r"[\w.\-]{1,40}")
_SHORT = re.compile(r"\d{2,6}")  # 104, an extension


def tidy(one: Organisation) -> Organisation:
    """With its numbers in one spelling. Raises BadOrganisation."""
    if not _CODE.fullmatch(one.code):
        raise BadOrganisation("code may hold letters, digits, '_', '-' and '.' only")
    if not any(one.names.values()):
        raise BadOrganisation("a name is missing")
    if one.parent == one.code:
        raise BadOrganisation("an organisation is not its own head")
    if one.channel not in CHANNELS:
        raise BadOrganisation(f"channel is one of {', '.join(CHANNELS)}")
    phone = _phone(one.phone, "phone")
    address = one.address.strip()
    if one.channel == "webhook":
        _url(address)
    elif one.channel in ("call", "sms"):
        address = _phone(address, "address")
        if not address and not phone:
            raise BadOrganisation(f"channel {one.channel} needs a number: in address, else phone")
    return replace(one, phone=phone, address=address)


def no_ring(code: str, parent: str, parents: Mapping[str, str]) -> None:
    """Raises BadOrganisation when that head would stand below the organisation itself."""
    seen = {code}
    while parent:
        if parent in seen:
            raise BadOrganisation("its head stands below it")
        seen.add(parent)
        parent = parents.get(parent, "")


def reached_at(one: Organisation) -> str:
    """Where its channel leads: its address, for calls and texts else its phone; '' where nothing does."""
    if one.channel == "none":
        return ""
    return one.address or ("" if one.channel == "webhook" else one.phone)


def _phone(text: str, field: str) -> str:
    text = text.strip()
    if not text or _SHORT.fullmatch(text):
        return text
    number = e164(text)
    if number is None:
        raise BadOrganisation(f"{field} is no telephone number")
    return number


def _url(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise BadOrganisation("channel webhook needs an address: http(s)://...")
