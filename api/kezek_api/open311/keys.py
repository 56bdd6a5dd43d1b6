"""Keys of apps that post. The site keeps only their digests: a key has 256 random bits, so nothing slower is needed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

from kezek_api.open311.rules import Key


def digest(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def owner(key: str, keys: Iterable[Key]) -> str | None:
    """The app with this key, None for no one. Takes as long whichever it is."""
    told = digest(key)
    fitting = [one.name for one in keys if hmac.compare_digest(one.sha256, told)]
    return fitting[0] if fitting else None


def made(name: str) -> str:
    """A new key and the lines for rules.toml."""
    key = secrets.token_urlsafe(32)
    lines = f'[[open311.keys]]\nname = "{name}"\nsha256 = "{digest(key)}"'
    return f"api_key: {key}\n\n# into rules.toml, which a node reads when it starts\n{lines}"
