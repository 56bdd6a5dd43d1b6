"""Bulletins: written or recorded, heard, then put on with one press; the next caller hears them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from kezek_api import problems
from kezek_api.bulletins.voice import as_telephone
from kezek_api.conventions import IfMatch, etag, wanted
from kezek_api.doors import AnyStaff, Doors, Manager, OfDoors
from kezek_api.errors import Invalid
from kezek_api.looks import asked, audited
from kezek_api.provision.step import CannotHave
from kezek_api.shapes_bulletins import BulletinIn, Bulletins, BulletinView
from kezek_api.shapes_duties import Language
from kezek_api.shapes_places import AreaView
from kezek_register.bulletin_types import BadBulletin, Bulletin
from kezek_register.types import NotFound

router = APIRouter(prefix="/api/bulletins", tags=["bulletins"], responses=problems.RESPONSES)

BulletinId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Spoken = Annotated[Language, Query(description="Which language of it")]
WAV: dict[str, Any] = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
BODY: dict[str, Any] = {"requestBody": {"required": True, "content": WAV}}
FILE: dict[int | str, dict[str, Any]] = {200: {"content": WAV}}


@router.get("")
async def bulletins(doors: OfDoors, session: AnyStaff) -> Bulletins:
    """Those that are on and drafts, then the last that are off."""
    found = await asked(doors.register.bulletins.list())
    views = await _views(doors, found, session.staff.language)
    return Bulletins(bulletins=views, languages=doors.settings.languages)


@router.post("", status_code=201)
async def write(body: BulletinIn, doors: OfDoors, session: Manager, response: Response) -> BulletinView:
    """A draft: nobody hears it yet."""
    made = await asked(doors.register.bulletins.write(body.bulletin(), session.staff.login))
    response.headers["Location"] = f"/api/bulletins/{made.id}"
    return await _view(doors, made, session.staff.language, response)


@router.put("/{id}")
async def change(
    id: BulletinId, body: BulletinIn, doors: OfDoors, session: Manager, response: Response, if_match: IfMatch = None
) -> BulletinView:
    """Also of one that is on: callers hear the new words within two seconds."""
    version = wanted(if_match, (await asked(doors.register.bulletins.get(id))).version)
    changed = await asked(doors.register.bulletins.change(body.bulletin(id), version))
    await audited(doors, session.staff.login, "bulletin_changed", str(id), once_in_s=0)
    return await _view(doors, changed, session.staff.language, response)


@router.post("/{id}/publish")
async def publish(id: BulletinId, doors: OfDoors, session: Manager, response: Response) -> BulletinView:
    """Callers hear it within two seconds. Again changes nothing."""
    published = await asked(doors.register.bulletins.publish(id, session.staff.login))
    await audited(doors, session.staff.login, "bulletin_on", str(id), once_in_s=0)
    return await _view(doors, published, session.staff.language, response)


@router.post("/{id}/stop")
async def stop(id: BulletinId, doors: OfDoors, session: Manager, response: Response) -> BulletinView:
    """No caller hears it any more, within two seconds. Again changes nothing."""
    stopped = await asked(doors.register.bulletins.stop(id, session.staff.login))
    await audited(doors, session.staff.login, "bulletin_off", str(id), once_in_s=0)
    return await _view(doors, stopped, session.staff.language, response)


@router.get("/{id}/sound", response_class=Response, responses=FILE)
async def sound(id: BulletinId, doors: OfDoors, session: AnyStaff, language: Spoken) -> Response:
    """As callers hear it: what was recorded, else its words by the house's voice."""
    bulletin = await asked(doors.register.bulletins.get(id))
    try:
        told = await asked(doors.bulletin_voice.heard(bulletin, language))
    except CannotHave as away:
        raise NotFound(str(away)) from None
    return Response(told, media_type="audio/wav", headers={"Cache-Control": "no-store"})


@router.put("/{id}/sound", openapi_extra=BODY)
async def record(
    id: BulletinId, doors: OfDoors, session: Manager, request: Request, response: Response, language: Spoken
) -> BulletinView:
    """What a person has spoken, a WAV of a minute at most; it is heard instead of the words of that language."""
    try:
        telephone = as_telephone(await request.body())
    except BadBulletin as wrong:
        raise Invalid(str(wrong)) from None
    recorded = await asked(doors.register.bulletins.record(id, language, telephone))
    return await _view(doors, recorded, session.staff.language, response)


@router.delete("/{id}/sound")
async def forget(
    id: BulletinId, doors: OfDoors, session: Manager, response: Response, language: Spoken
) -> BulletinView:
    """The recording is taken away: its words are spoken again."""
    left = await asked(doors.register.bulletins.record(id, language, b""))
    return await _view(doors, left, session.staff.language, response)


async def _view(doors: Doors, bulletin: Bulletin, language: str, response: Response) -> BulletinView:
    etag(response, bulletin.version)
    return (await _views(doors, [bulletin], language))[0]


async def _views(doors: Doors, found: list[Bulletin], language: str) -> tuple[BulletinView, ...]:
    named = await asked(doors.register.area_names.of(area for one in found for area in one.areas))
    facts = [name for name in BulletinView.model_fields if name != "areas"]
    return tuple(
        BulletinView(
            **{name: getattr(one, name) for name in facts},
            areas=tuple(AreaView.of(area, named.title(area, language)) for area in one.areas),
        )
        for one in found
    )
