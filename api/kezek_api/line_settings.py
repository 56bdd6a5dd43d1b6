"""The waiting line's settings out of the node's."""

from __future__ import annotations

from kezek_api.settings import Settings
from kezek_queue import QueueSettings


def queue_settings(settings: Settings) -> QueueSettings:
    return QueueSettings(lease_s=settings.ring_s + 5, wrap_up_s=settings.wrap_up_s, timezone=settings.zone)
