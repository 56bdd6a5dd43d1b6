"""What people write into a ticket, brought into the register's spelling before it is asked to take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from kezek_api.errors import Invalid
from kezek_api.looks import asked
from kezek_api.shapes_calls import Further
from kezek_api.shapes_outage_orders import TieIn
from kezek_api.shapes_ticket_orders import TicketEdit, TicketIn
from kezek_register import Register, street_name
from kezek_register.houses import normalise_flat, normalise_house
from kezek_register.numbers import check
from kezek_register.outage_types import Tie
from kezek_register.phones import e164
from kezek_register.types import DETAILS, NotFound, Provenance, Staff, Ticket

_BY_HAND = ("street", "house", "flat", "topic")  # whose source a ticket tells


async def draft_of(register: Register, body: TicketIn, staff: Staff) -> Ticket:
    """A ticket entered by hand. Raises Invalid for a topic, a street or a number that is none."""
    await _known_topic(register, body.topic)
    told = {name: getattr(body, name).strip() for name in ("requester", "street", "words", "note", "asset_kind")}
    if body.street_id is not None:
        told["street"] = await _street(register, body.street_id, body.language or staff.language)
    house, flat = written_house(body.house), normalise_flat(body.flat)
    given = {"street": told["street"], "house": house, "flat": flat, "topic": body.topic}
    details = _told(body.details)
    source: Provenance = "operator"
    return Ticket(
        number="",
        state="registered",
        call="",
        caller=number_of(body.caller),
        household_id=body.household_id,
        street_id=body.street_id,
        house=house,
        flat=flat,
        topic=body.topic,
        language=body.language,
        operator=staff.login,
        confirmed=True,
        provenance={name: source for name in (*_BY_HAND, *details) if name in details or given[name]},
        confidence={name: 1.0 for name in (*_BY_HAND, *details) if name in details or given[name]},
        channel=body.channel,
        kind=body.kind or "incident",
        lon=body.lon,
        lat=body.lat,
        details=details,
        **told,
    )


async def edit_of(register: Register, body: TicketEdit, present: Ticket) -> dict[str, Any]:
    """The fields that change, in the register's spelling. Raises Invalid."""
    given = body.named()
    if "topic" in given:
        await _known_topic(register, given["topic"])
    if "caller" in given:
        given["caller"] = number_of(given["caller"])
    if "street_id" in given:
        given["street"] = await _street(register, given["street_id"], present.language)
    elif "street" in given:
        given["street_id"] = None  # one that the register does not know
    if "house" in given:
        given["house"] = written_house(given["house"])
    if "flat" in given:
        given["flat"] = normalise_flat(given["flat"])
    if body.details is not None:
        given["details"] = _told(body.details, present.details)
    known = {one.name for one in fields_of(Ticket)}
    return {name: value for name, value in given.items() if name in known}


def _told(named: Further | None, present: Mapping[str, str] | None = None) -> dict[str, str]:
    """The further fields with those that are named in place of the present ones; '' empties one."""
    given = named.model_dump(exclude_unset=True, exclude_none=True) if named is not None else {}
    told = {**(present or {}), **{name: value.strip() for name, value in given.items()}}
    return {name: told[name] for name in DETAILS if told.get(name)}


def number_of(text: str, field: str = "caller") -> str:
    """E.164, '' for none. Raises Invalid."""
    if not text.strip():
        return ""
    number = e164(text)
    if not number:
        raise Invalid(f"{field}: no telephone number")
    return number


def written_house(text: str) -> str:
    """As the register writes it; words that are no house number stay as they are."""
    return normalise_house(text) or text.strip()


async def _street(register: Register, street_id: int, language: str) -> str:
    try:
        return street_name(await asked(register.addresses.street(street_id)), language)
    except NotFound:
        raise Invalid("street_id: no such street") from None


async def _known_topic(register: Register, code: str) -> None:
    if code and code not in {topic.code for topic in await asked(register.topics.all())}:
        raise Invalid("topic: no such topic")


async def tie_of(register: Register, body: TieIn, outage_id: int) -> Tie:
    """Who is concerned, by his household, else his flat, else his number. Raises Invalid."""
    building = None
    if body.street_id is not None and body.house.strip():
        building = await asked(register.addresses.building(body.street_id, body.house))
        if building is None:
            raise Invalid("house: the register does not know it")
    phone = number_of(body.phone, "phone")
    if body.household_id is None and not phone and not (building and normalise_flat(body.flat)):
        raise Invalid("phone: a household, a flat or a number is needed")
    return Tie(
        outage_id=outage_id,
        party="",
        phone=phone,
        language=body.language,
        household_id=body.household_id,
        building_id=building.id if building else None,
        flat=normalise_flat(body.flat),
        call=body.call,
        ticket=check(body.ticket) if body.ticket else "",
        tell=body.tell,
    )
