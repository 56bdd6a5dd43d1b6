"""Topics as services, tickets as service requests, in the fields and the order of GeoReport v2. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from kezek_api.open311.rules import Open311Rules
from kezek_register.names import LANGUAGES
from kezek_register.sql.public_requests import PublicRequest
from kezek_register.ticket_types import OPEN
from kezek_register.topic_tree import begins_with
from kezek_register.types import Topic

Words = Mapping[str, str]
ATTRIBUTES: Mapping[str, tuple[str, Words]] = {
    "flat": ("string", {"kk": "Пәтер", "ru": "Квартира", "uk": "Квартира", "en": "Flat"}),
    "entrance": ("string", {"kk": "Кіреберіс", "ru": "Подъезд", "uk": "Під'їзд", "en": "Entrance"}),
    "language": ("singlevaluelist", {"kk": "Жауап тілі", "ru": "Язык ответа", "uk": "Мова відповіді",
                                     "en": "Language of the answer"}),
}  # fmt: skip
SPOKEN: Words = {"kk": "Қазақша", "ru": "Русский", "uk": "Українська", "en": "English"}
TAKEN: Words = {
    "kk": "Өтінішіңіз тіркелді. Нөмірі: {number}.",
    "ru": "Ваше обращение зарегистрировано. Номер: {number}.",
    "uk": "Ваше звернення зареєстровано. Номер: {number}.",
    "en": "Your request is registered. Number: {number}.",
}


def services(topics: Sequence[Topic], rules: Open311Rules) -> dict[str, Topic]:
    """What may be asked for, by code: an emergency is phoned, never written."""
    tree = {topic.code: topic for topic in topics}
    return {
        topic.code: topic
        for topic in topics
        if (not rules.topics or topic.code in rules.topics) and not begins_with(topic.code, tree).emergency
    }


def service(topic: Topic, topics: Mapping[str, Topic], language: str, rules: Open311Rules) -> dict[str, Any]:
    above = topics.get(topic.parent)
    name = said(topic.names, language) or topic.code
    others = (other for code, other in topic.names.items() if code in SPOKEN and other != name)
    return {
        "service_code": topic.code,
        "service_name": name,
        "description": name if above is None else f"{said(above.names, language)}: {name}",
        "metadata": True,
        "type": "batch" if rules.moderated else "realtime",
        "keywords": ", ".join(dict.fromkeys(others)),
        "group": said(above.names, language) if above is not None else name,
    }


def definition(code: str, language: str) -> dict[str, Any]:
    """The attributes are the same for every service, and none is required."""
    attributes = []
    for order, (name, (kind, words)) in enumerate(ATTRIBUTES.items(), 1):
        listed = [{"key": key, "name": spoken} for key, spoken in SPOKEN.items()] if kind == "singlevaluelist" else []
        attributes.append(
            {
                "variable": True,
                "code": name,
                "datatype": kind,
                "required": False,
                "datatype_description": None,
                "order": order,
                "description": said(words, language),
                "values": listed,
            }
        )
    return {"service_code": code, "attributes": attributes}


def request(
    one: PublicRequest, topics: Mapping[str, Topic], states: Mapping[str, Words], language: str, zone: tzinfo
) -> dict[str, Any]:
    """`description` is never told: it is a citizen's own words. `states`: the words for a ticket's states."""
    topic = topics.get(one.topic)
    return {
        "service_request_id": one.number,
        "status": "open" if one.state in OPEN else "closed",
        "status_notes": said(states.get(one.state, {}), language) or one.state,
        "service_name": (said(topic.names, language) if topic is not None else "") or one.topic,
        "service_code": one.topic,
        "description": None,
        "agency_responsible": said(one.agency, language) or None if one.agency else None,
        "service_notice": None,
        "requested_datetime": moment(one.requested_at, zone),
        "updated_datetime": moment(one.updated_at, zone),
        "expected_datetime": moment(one.expected_at, zone),
        "address": f"{one.street} {one.house}".strip() or None,
        "address_id": str(one.building_id) if one.building_id else None,
        "zipcode": None,
        "lat": one.lat,
        "long": one.lon,
        "media_url": None,
    }


def discovery(base: str, rules: Open311Rules, changeset: str) -> dict[str, Any]:
    """The Service Discovery that GeoReport v2 asks for."""
    contact = rules.contact or "the hotline"
    return {
        "changeset": changeset,
        "contact": contact,
        "key_service": contact,
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{base}/open311/v2",
                "changeset": changeset,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def moment(value: datetime | None, zone: tzinfo) -> str | None:
    """W3C's date and time, whole seconds, with the zone."""
    return value.astimezone(zone).isoformat(timespec="seconds") if value is not None else None


def said(names: Words, language: str) -> str:
    return next((names[each] for each in (language, *LANGUAGES) if names.get(each)), "")


def language_of(accepted: str, default: str) -> str:
    """The first language of Accept-Language that is spoken here; their weights are their order in practice."""
    for part in accepted.split(",")[:20]:
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in SPOKEN:
            return language
    return default if default in SPOKEN else "kk"
