"""What the register is told of the site's settings, whichever process opens it."""

from __future__ import annotations

import hmac

from kezek_api.settings import Settings, SettingsError
from kezek_register import RegisterSettings


def register_settings(settings: Settings) -> RegisterSettings:
    return RegisterSettings(checklists=settings.checklists, party_key=party_key(settings))


def party_key(settings: Settings) -> bytes:
    """Of the site's own key, for this use alone; b'' where a process has none, then it hashes apart from the others."""
    try:
        return hmac.digest(settings.key(), b"parties", "sha256")
    except SettingsError:
        return b""
