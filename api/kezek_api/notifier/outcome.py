"""What became of one try to send something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

# nothing was said to the other side yet: it has not got it
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """sent: it was taken; refused: it will never be; later: certainly not sent, to be tried again; unclear: nobody
    knows whether it was. `why`: for people, without a number, a text or a secret; `after_s`: what the server asked."""

    how: Literal["sent", "refused", "later", "unclear"]
    why: str = ""
    status: int | None = None
    after_s: float = 0.0


def retry_after_s(response: httpx.Response) -> float:
    """Seconds that the server asks for; 0 when it asks for none, or by a date."""
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() and len(told) < 9 else 0.0
