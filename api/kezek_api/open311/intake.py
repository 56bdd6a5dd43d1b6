"""POST Service Request: a form from an app becomes a ticket's draft."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from kezek_api.open311.faults import Fault
from kezek_api.open311.mapping import SPOKEN
from kezek_register import Register, street_name
from kezek_register.houses import normalise_flat
from kezek_register.phones import e164
from kezek_register.types import NotFound, Ticket

FIELDS = 60
LONGEST: Mapping[str, int] = {"description": 4000, "media_url": 500, "address_string": 300}  # the first is the spec's
LONG = 200  # characters of any other field
SURE = 0.6  # an address found with less certainty is left to the operator


def form_of(content_type: str, body: bytes) -> dict[str, str]:
    """The last of several with one name; what is empty is not there, as the specification wants it. Raises Fault."""
    if content_type.partition(";")[0].strip().lower() not in ("application/x-www-form-urlencoded", ""):
        raise Fault(400, "The body must be application/x-www-form-urlencoded in UTF-8")
    try:
        pairs = parse_qsl(body.decode("utf-8"), max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise Fault(400, "The body cannot be read: a form in UTF-8 with at most 60 fields") from None
    form = {name: value.strip() for name, value in pairs if value.strip()}
    if long := [name for name, value in form.items() if len(value) > LONGEST.get(name, LONG)]:
        raise Fault(400, *(f"{name[:40]} is too long" for name in long))
    return form


async def draft_of(register: Register, form: Mapping[str, str], codes: Collection[str], language: str) -> Ticket:
    """Raises Fault."""
    code = form.get("service_code")
    if code is None:
        raise Fault(400, "service_code was not provided")
    if code not in codes:
        raise Fault(404, "service_code was not found")
    spoken = form.get("attribute[language]", language)
    spoken = spoken if spoken in SPOKEN else language
    lat, lon = _location(form)
    if lat is None and "address_string" not in form and "address_id" not in form:
        raise Fault(400, "A location was not provided: lat and long, address_string or address_id")
    street_id, street, house, flat = await _address(register, form, spoken)
    names = (form.get("first_name", ""), form.get("last_name", ""))
    return Ticket(
        number="",
        state="registered",
        call="",
        caller=e164(form.get("phone", "")) or "",
        household_id=None,
        street_id=street_id,
        street=street,
        house=house,
        flat=normalise_flat(form.get("attribute[flat]", "")) or flat,
        topic=code,
        words=form.get("description", ""),
        note=_note(form),
        language=spoken,
        operator="",
        confirmed=False,
        channel="open311",
        lat=lat,
        lon=lon,
        requester=" ".join(name for name in names if name),
    )


def _location(form: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Both or none, WGS 84."""
    if "lat" not in form and "long" not in form:
        return None, None
    try:
        lat, lon = float(form["lat"]), float(form["long"])
    except (KeyError, ValueError):
        raise Fault(400, "lat and long: both, in degrees") from None
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Fault(400, "lat and long: both, in degrees")
    return lat, lon


async def _address(register: Register, form: Mapping[str, str], language: str) -> tuple[int | None, str, str, str]:
    """Street (id and name), house, flat. One that the register does not know is kept as it was written."""
    if (told := form.get("address_id")) is not None:
        try:
            place = await register.places.place(int(told) if told.isdecimal() and len(told) < 10 else 0)
            street = await register.addresses.street(place.street_id)
        except NotFound:
            raise Fault(400, "address_id was not found") from None
        return place.street_id, street_name(street, language), place.house, ""
    text = form.get("address_string", "")
    if not text:
        return None, "", "", ""
    found = await register.addresses.find(text, language, 1)
    if found and found[0].score >= SURE and found[0].house:
        hit = found[0]
        return hit.street.id, street_name(hit.street, language), hit.house, hit.flat
    return None, text, "", ""


def _note(form: Mapping[str, str]) -> str:
    """What has no field of its own, for the operator's eyes: it goes with the person."""
    told = {name: form.get(name, "") for name in ("address_string", "phone", "email", "account_id", "media_url")}
    told["entrance"] = form.get("attribute[entrance]", "")
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value)
