"""Addresses as a dispatcher types them, what is known of one, and the trees that they hang on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query

from kezek_api import problems
from kezek_api.areas_shown import answer_view
from kezek_api.doors import AnyStaff, OfDoors, SignedIn
from kezek_api.errors import Invalid
from kezek_api.looks import asked, audited
from kezek_api.shapes import Short, StreetView
from kezek_api.shapes_outages import OutageBrief
from kezek_api.shapes_places import Addresses, AddressHit, BuildingView, Networks, Spot, Spots, Territories
from kezek_api.shapes_places import Node as NodeView
from kezek_api.shapes_tickets import PlaceView, TicketView
from kezek_api.ticket_views import TicketViews
from kezek_register import street_name
from kezek_register.place_types import Node
from kezek_register.ticket_types import TicketFilter
from kezek_register.types import Street

router = APIRouter(prefix="/api", tags=["places"], responses=problems.RESPONSES)

MOST_SPOTS = 5_000  # on one map
MOST_TICKETS = 20  # open ones of one house, shown beside its address


@router.get("/addresses")
async def addresses(
    doors: OfDoors,
    session: AnyStaff,
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Addresses:
    """The nearest first; in the language of whoever asks."""
    language = session.staff.language
    found = await asked(doors.register.addresses.find(q, language, limit)) if q.strip() else []
    return Addresses(
        addresses=tuple(
            AddressHit(
                street=_street(hit.street, language),
                house=hit.house,
                flat=hit.flat,
                building_id=hit.building.id if hit.building else None,
                territory=hit.territory,
                score=round(hit.score, 3),
            )
            for hit in found
        )
    )


@router.get("/places")
async def place(
    doors: OfDoors,
    session: AnyStaff,
    street_id: Annotated[int, Query(ge=1, le=2**31 - 1)],
    house: Short = "",
    asset_kind: Short = "",
) -> PlaceView:
    """What is known of an address before anything is written down. A house with open tickets is a look at them."""
    register, language = doors.register, session.staff.language
    street = await asked(register.addresses.street(street_id))
    there = await asked(register.places.of_house(street_id, house))
    building = await asked(register.addresses.building(street_id, there.house)) if there.building_id else None
    territories = {node.id: node for node in await asked(register.territories.all())} if there.territories else {}
    networks = {node.id: node for node in await asked(register.networks.all())} if there.parts else {}
    answer = await asked(register.duties.who(there, asset_kind)) if asset_kind else None
    outages = await asked(register.outages.affecting(there))
    tickets: tuple[TicketView, ...] = ()
    if there.building_id:
        at_house = TicketFilter(state="open", building=there.building_id)
        page = await asked(register.tickets.page(at_house, "", MOST_TICKETS))
        if page.items:
            await audited(doors, session.staff.login, "tickets", f"building={there.building_id}&state=open")
        tickets = await TicketViews(doors, session).all(page.items)
    return PlaceView(
        street=_street(street, language),
        house=there.house,
        building=BuildingView.model_validate(building, from_attributes=True) if building else None,
        territories=_nodes(territories.get(id) for id in there.territories),
        networks=_nodes(networks.get(id) for id in there.parts),
        answer=await answer_view(doors, answer, language),
        outages=tuple(OutageBrief.of(one, language) for one in outages),
        tickets=tickets,
    )


@router.get("/territories")
async def territories(doors: OfDoors, session: SignedIn) -> Territories:
    """Heads before what lies in them."""
    return Territories(territories=_nodes(await asked(doors.register.territories.all())))


@router.get("/networks")
async def networks(doors: OfDoors, session: AnyStaff) -> Networks:
    return Networks(networks=_nodes(await asked(doors.register.networks.all())))


@router.get("/buildings")
async def buildings(doors: OfDoors, session: AnyStaff, bbox: Annotated[str, Query(max_length=100)]) -> Spots:
    """`bbox`: west,south,east,north in degrees (WGS 84). Who needs help first is a look at people."""
    west, south, east, north = box(bbox)
    found = await asked(doors.register.house_maps.of_box(west, south, east, north, MOST_SPOTS + 1))
    if any(building.special_needs for building, _ in found):
        await audited(doors, session.staff.login, "special_needs", "map")
    language = session.staff.language
    spots = tuple(
        Spot(
            id=building.id,
            street_id=building.street_id,
            street=doors.street_name(building.street_id, language),
            house=building.house,
            territories=place.territories,
            parts=place.parts,
            people=building.people,
            special_needs=building.special_needs,
            lon=building.lon or 0.0,
            lat=building.lat or 0.0,
        )
        for building, place in found[:MOST_SPOTS]
    )
    return Spots(buildings=spots, whole=len(found) <= MOST_SPOTS)


def box(text: str) -> tuple[float, float, float, float]:
    """Raises Invalid."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("bbox: west,south,east,north") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("bbox: degrees, west to east and south to north")
    return west, south, east, north


def _street(street: Street, language: str) -> StreetView:
    return StreetView(id=street.id, name=street_name(street, language), kind=street.kind)


def _nodes(found: Iterable[Node | None]) -> tuple[NodeView, ...]:
    return tuple(
        NodeView(
            id=one.id,
            code=one.code,
            kind=one.kind,
            parent_id=one.path[-2] if len(one.path) > 1 else None,
            names=one.names,
        )
        for one in found
        if one is not None
    )
