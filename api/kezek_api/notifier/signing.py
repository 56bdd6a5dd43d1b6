"""The signature of what a webhook is sent, and how its receiver checks it. Pure.

    Kezek-Signature: t=1763712000,v1=<hex of HMAC-SHA256(secret, b"1763712000." + body)>

The moment is signed too, so that what was overheard cannot be sent again later. More than one `v1` may come while a
secret is being changed: one that fits is enough.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

HEADER = "Kezek-Signature"
TOLERANCE_S = 300.0


def signature(secret: str, body: bytes, at: float) -> str:
    moment = str(int(at))
    return f"t={moment},v1={_mac(secret, moment, body)}"


def verify(secret: str, body: bytes, header: str, now: float, *, tolerance_s: float = TOLERANCE_S) -> bool:
    """Whether this body was signed with this secret, not longer ago than `tolerance_s`."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    moment = next((value for name, _, value in parts if name == "t"), "")
    if not moment.isdecimal() or len(moment) > 12 or abs(now - int(moment)) > tolerance_s:
        return False
    wanted = _mac(secret, moment, body)
    return any(name == "v1" and hmac.compare_digest(wanted.encode(), value.encode()) for name, _, value in parts)


def _mac(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
