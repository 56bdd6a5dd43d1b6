"""One signed POST to a webhook: JSON, a signature, a number by which the receiver knows what it has had already."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from kezek_api.notifier.outcome import Outcome, retry_after_s
from kezek_api.notifier.signing import HEADER, signature

GONE = 410  # RFC 9110: the receiver wants no more


class Hook:
    """No redirects are followed, and of the answer only the status is read."""

    def __init__(self, client: httpx.AsyncClient, timeout_s: float, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._clock = clock

    async def post(self, url: str, secret: str, key: str, kind: str, body: Mapping[str, Any]) -> Outcome:
        """`key` goes along as Idempotency-Key, `kind` as Kezek-Event. Never raises; whatever is not 2xx is 'later', and
        410 'refused'. Without a secret it is not signed."""
        told = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Kezek",
            "Kezek-Event": kind,
            "Idempotency-Key": key,
        }
        if secret:
            headers[HEADER] = signature(secret, told, self._clock())
        try:
            async with asyncio.timeout(self._timeout_s):
                request = self._client.build_request("POST", url, content=told, headers=headers)
                response = await self._client.send(request, stream=True, follow_redirects=False)
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            return Outcome("later", f"no answer ({type(error).__name__})")
        status = response.status_code
        if response.is_success:
            return Outcome("sent", f"{status}", status)
        if status == GONE:
            return Outcome("refused", f"{status}", status)
        return Outcome("later", f"{status}", status, retry_after_s(response))
