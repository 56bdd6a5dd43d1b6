"""SMS by a gateway that speaks HTTP, whatever its fields are called: url, headers and body come from rules.toml."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import httpx

from kezek_api.limits import read_small
from kezek_api.notifier.outcome import NOT_SENT, Outcome, retry_after_s
from kezek_api.notifier.rules import Gateway

ANSWER = 64 * 1024  # bytes of an answer that are looked at
OURS = (401, 403, 404, 405, 407)  # our address or secret is wrong: not the citizen's number


class SmsGateway(Protocol):
    async def send(self, number: str, text: str, key: str) -> Outcome:
        """`number` in E.164. Never raises. `key`: the gateway may know the same message by it."""
        ...


class HttpGateway:
    """Of a 2xx answer `sent_if` decides; 429 and 503 say that it was not taken. Whatever breaks after the connection
    stands is unclear: the gateway may have it."""

    def __init__(self, rules: Gateway, client: httpx.AsyncClient) -> None:
        self._rules = rules
        self._client = client
        self._sent_if = re.compile(rules.sent_if) if rules.sent_if else None

    async def send(self, number: str, text: str, key: str) -> Outcome:
        try:
            secret = await asyncio.to_thread(secret_of, self._rules.secret_file)
        except (OSError, ValueError):
            return Outcome("later", "the gateway's secret cannot be read")
        try:
            async with asyncio.timeout(self._rules.timeout_s):
                return await self._ask(number, text, key, secret)
        except TimeoutError:
            return Outcome("unclear", "the gateway did not answer in time")

    async def _ask(self, number: str, text: str, key: str, secret: str) -> Outcome:
        rules = self._rules
        given = {"number": number, "text": text, "key": key, "secret": secret}
        headers = rules.filled(rules.headers, **given)
        if secret and not any(name.lower() == "authorization" or "{secret}" in value for name, value in _all(rules)):
            headers["Authorization"] = f"Bearer {secret}"
        body = rules.filled(rules.body, **given)
        url = rules.filled(rules.url, **{name: quote(value, safe="") for name, value in given.items()})
        sent = {"json": {"json": body}, "form": {"data": body}, "query": {"params": body}}[rules.send]
        try:
            request = self._client.build_request(rules.method, url, headers=headers, timeout=rules.timeout_s, **sent)
        except (httpx.InvalidURL, ValueError, TypeError):  # a header that is no ASCII, say
            return Outcome("later", "the gateway's address or headers are wrong")
        try:
            response = await self._client.send(request, stream=True)
            try:
                return self._judge(response, await _beginning(response))
            finally:
                await response.aclose()
        except NOT_SENT as error:
            return Outcome("later", f"the gateway cannot be reached ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Outcome("unclear", f"the gateway's answer did not come ({type(error).__name__})")

    def _judge(self, response: httpx.Response, text: str) -> Outcome:
        status = response.status_code
        if response.is_success:
            if self._sent_if is None or self._sent_if.search(text):
                return Outcome("sent", f"{status}", status)
            return Outcome("refused", f"{status}, but the answer is not one of success", status)
        if status in (429, 503):
            return Outcome("later", f"{status}", status, retry_after_s(response))
        if status in OURS or response.is_redirect:
            return Outcome("later", f"{status}: the gateway refuses us", status)
        if status < 500:
            return Outcome("refused", f"{status}", status)
        return Outcome("unclear", f"{status}", status)


def secret_of(file: str) -> str:
    """'' for no file. Raises OSError, ValueError."""
    return read_small(Path(file), 4096).strip() if file else ""


def _all(rules: Gateway) -> list[tuple[str, str]]:
    """Where the secret may stand beside the headers."""
    return [*rules.headers.items(), ("", rules.url), ("", str(rules.body))]


async def _beginning(response: httpx.Response) -> str:
    kept = b""
    async for piece in response.aiter_bytes():
        kept += piece
        if len(kept) >= ANSWER:
            break
    return kept[:ANSWER].decode("utf-8", "replace")
