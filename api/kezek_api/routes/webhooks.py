"""Programs that are told of events, and what became of it. For managers."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kezek_api import problems
from kezek_api.conventions import After, Limit, linked
from kezek_api.doors import Manager, OfDoors
from kezek_api.looks import asked, audited
from kezek_api.shapes_governance import (
    Deliveries,
    DeliveryView,
    NewWebhook,
    Sent,
    WebhookIn,
    Webhooks,
    WebhookSwitch,
    WebhookView,
)

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], responses=problems.RESPONSES)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
async def webhooks(
    doors: OfDoors, session: Manager, request: Request, response: Response, after: After = "", limit: Limit = 50
) -> Webhooks:
    """In the order in which they were added."""
    page = await asked(doors.register.webhooks.page(after, limit))
    linked(request, response, page.cursor)
    return Webhooks(webhooks=tuple(WebhookView.of(one) for one in page.items), next=page.cursor)


@router.post("", status_code=201)
async def add(body: WebhookIn, doors: OfDoors, session: Manager) -> NewWebhook:
    """The secret with which it checks what it is sent (docs/register.md) is shown this once."""
    secret = body.secret or f"whsec_{secrets.token_urlsafe(32)}"
    made = await asked(doors.register.webhooks.add(body.url, body.events, secret, session.staff.login))
    await audited(doors, session.staff.login, "webhook_added", str(made.id), once_in_s=0)
    return NewWebhook(webhook=WebhookView.of(made), secret=secret)


@router.put("/{id}")
async def switch(id: Id, body: WebhookSwitch, doors: OfDoors, session: Manager) -> WebhookView:
    """On again, or off; what waits for it waits on."""
    switched = await asked(doors.register.webhooks.switch(id, body.active))
    await audited(doors, session.staff.login, "webhook_on" if body.active else "webhook_off", str(id), once_in_s=0)
    return WebhookView.of(switched)


@router.delete("/{id}", status_code=204)
async def remove(id: Id, doors: OfDoors, session: Manager) -> None:
    """With all that was on its way to it."""
    await asked(doors.register.webhooks.remove(id))
    await audited(doors, session.staff.login, "webhook_removed", str(id), once_in_s=0)


@router.post("/{id}/test", status_code=202)
async def test(id: Id, doors: OfDoors, session: Manager) -> Sent:
    """`webhook.test` is on its way to it; what becomes of it is among its deliveries."""
    return Sent(id=await asked(doors.register.webhooks.test(id)))


@router.get("/{id}/deliveries")
async def deliveries(
    id: Id,
    doors: OfDoors,
    session: Manager,
    request: Request,
    response: Response,
    after: After = "",
    limit: Limit = 50,
) -> Deliveries:
    """The newest first."""
    await asked(doors.register.webhooks.get(id))
    page = await asked(doors.register.webhooks.deliveries(id, after, limit))
    linked(request, response, page.cursor)
    return Deliveries(deliveries=tuple(DeliveryView.of(one) for one in page.items), next=page.cursor)
