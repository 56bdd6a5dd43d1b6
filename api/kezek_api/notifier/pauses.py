"""When something is tried again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LONGEST_S = 86_400.0  # whatever a server asks for


def pause_s(attempts: int, retries_s: Sequence[float], key: str, *, asked_s: float = 0.0) -> float | None:
    """After so many tries: the pause before the next, None when there is none. `asked_s`: what the server asked for
    (Retry-After). Spread by a quarter, always the same for one key and try: those that failed together do not come
    back together."""
    if attempts > len(retries_s):
        return None
    digest = hashlib.sha256(f"{key}:{attempts}".encode()).digest()
    spread = 1.0 + (digest[0] / 255 - 0.5) / 2
    return max(retries_s[attempts - 1] * spread, min(asked_s, LONGEST_S))
