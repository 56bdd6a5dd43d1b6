"""Addresses as a dispatcher types them, what is known of one, and the trees that they hang on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query

from kezek_api import problems
from kezek_api.areas_shown import MOST_HOUSES, answer_view, drawn
from kezek_api.doors import AnyStaff, OfDoors, SignedIn
from kezek_api.looks import asked, audited
from kezek_api.shapes import Short, StreetView
from kezek_api.shapes_outages import OutageBrief
from kezek_api.shapes_places import Addresses, AddressHit, BuildingView, HouseMap, Networks, Territories
from kezek_api.shapes_places import Node as NodeView
from kezek_api.shapes_tickets import PlaceView, TicketView
from kezek_api.ticket_views import TicketViews
from kezek_register import street_name
from kezek_register.place_types import Node
from kezek_register.ticket_types import TicketFilter
from kezek_register.types import Street

router = APIRouter(prefix="/api", tags=["places"], responses=problems.RESPONSES)

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


@router.get("/map")
async def box_map(
    doors: OfDoors,
    session: AnyStaff,
    west: Annotated[float, Query(ge=-180, le=180)],
    south: Annotated[float, Query(ge=-90, le=90)],
    east: Annotated[float, Query(ge=-180, le=180)],
    north: Annotated[float, Query(ge=-90, le=90)],
) -> HouseMap:
    """The buildings in a box of the map, in degrees."""
    found = await asked(doors.register.house_maps.of_box(west, south, east, north, MOST_HOUSES + 1))
    return await drawn(doors, session, found)


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
