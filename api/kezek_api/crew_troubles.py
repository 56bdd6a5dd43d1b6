"""Which suspicions and outages are an organisation's: where it answers for what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from kezek_api.doors import Doors
from kezek_api.looks import asked
from kezek_api.storm.deciding import place_of
from kezek_register.areas import Area
from kezek_register.outage_types import Outage, OutageFilter
from kezek_register.trouble_types import KeptSuspicion
from kezek_register.types import NotFound

MOST = 200  # of either
LOOKED_AT = 5  # areas of one, the largest first


async def answers(doors: Doors, areas: Sequence[Area], asset_kind: str) -> frozenset[str]:
    """The codes of those who answer for it there, two where the rules overlap."""
    found: set[str] = set()
    for area in areas[:LOOKED_AT] if asset_kind else ():
        answer = await asked(doors.register.duties.who(await place_of(doors.register, area), asset_kind))
        if answer is not None:
            found |= {answer.organisation.code, *(duty.organisation for duty in answer.others)}
    return frozenset(found)


async def of_suspicion(doors: Doors, one: KeptSuspicion) -> frozenset[str]:
    kind = (await asked(doors.register.topics.begins_with(one.topic))).asset_kind
    return await answers(doors, one.areas, kind)


async def of_outage(doors: Doors, one: Outage) -> frozenset[str]:
    """Its owner, where it has one."""
    return frozenset({one.organisation}) if one.organisation else await answers(doors, one.areas, one.asset_kind)


async def own_suspicion(doors: Doors, id: int, organisation: str) -> KeptSuspicion:
    """Raises NotFound for another organisation's too: whether it exists is not told."""
    one = await asked(doors.register.suspicions.get(id))
    if organisation not in await of_suspicion(doors, one):
        raise NotFound(f"no suspicion {id}")
    return one


async def own_outage(doors: Doors, id: int, organisation: str) -> Outage:
    """Raises NotFound for another organisation's too, and for one that is not announced yet."""
    one = await asked(doors.register.outages.get(id))
    if one.state == "draft" or organisation not in await of_outage(doors, one):
        raise NotFound(f"no outage {id}")
    return one


async def own_troubles(doors: Doors, organisation: str) -> tuple[list[KeptSuspicion], list[Outage]]:
    """What is suspected and what is out now, of his."""
    open_ones = (await asked(doors.register.suspicions.page("open", limit=MOST))).items
    out = (await asked(doors.register.outages.page(OutageFilter(state="now"), limit=MOST))).items
    kinds = {one.topic: "" for one in open_ones}
    for topic in kinds:
        kinds[topic] = (await asked(doors.register.topics.begins_with(topic))).asset_kind
    return (
        [one for one in open_ones if organisation in await answers(doors, one.areas, kinds[one.topic])],
        [one for one in out if organisation in await of_outage(doors, one)],
    )
