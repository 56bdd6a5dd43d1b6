"""Streets as their reader calls them: what a member of staff is shown is in that person's own language.

What the caller said stays in the caller's language, and so does the street's name in SQL; the id is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable

from kezek_api.shapes import Pop, Ticket

StreetName = Callable[[int, str], str]  # (street id, language) -> name, '' for an unknown street


def pop_for(pop: Pop, street_name: StreetName, language: str) -> Pop:
    """The pop with its street and its household's street in `language`."""
    changes: dict[str, object] = {}
    street = pop.fields.get("street")
    if street is not None and street.ref.isdigit() and (name := street_name(int(street.ref), language)):
        street = street.model_copy(update={"value": name})
    if street is not None:
        choices = tuple(
            choice.model_copy(update={"street": street_name(_id(choice.street_ref), language) or choice.street})
            for choice in street.choices
        )
        changes["fields"] = {**pop.fields, "street": street.model_copy(update={"choices": choices})}
    if pop.household is not None and (name := street_name(pop.household.street_id, language)):
        changes["household"] = pop.household.model_copy(update={"street": name})
    return pop.model_copy(update=changes)


def _id(ref: str) -> int:
    return int(ref) if ref.isdecimal() else 0


def ticket_for(ticket: Ticket, street_name: StreetName, language: str) -> Ticket:
    """The ticket with its street in `language`."""
    name = street_name(ticket.street_id, language) if ticket.street_id is not None else ""
    return ticket.model_copy(update={"street": name}) if name else ticket
