"""`kezek health`: the node's own answer, for people, scripts and monitoring."""

from __future__ import annotations

import json

import httpx
from rich.console import Console
from rich.table import Table

from kezek_api.settings import Settings


async def ask(settings: Settings, *, as_json: bool) -> int:
    """0 when every part is up, 1 when one is not, 2 when the node does not answer."""
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = (await client.get(f"http://{settings.http_listen}/health")).json()
    except (httpx.HTTPError, ValueError) as error:
        answer = {"status": "down", "parts": {"node": {"ok": False, "detail": f"no answer: {type(error).__name__}"}}}
        print_health(answer, as_json=as_json)
        return 2
    print_health(answer, as_json=as_json)
    return 0 if all(part["ok"] for part in answer["parts"].values()) else 1


def print_health(answer: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    parts = answer["parts"]
    assert isinstance(parts, dict)  # noqa: S101 - the shape of /health in docs/api.md
    for name, part in parts.items():
        table.add_row(name, "[green]ok[/]" if part["ok"] else "[red]not ok[/]", str(part["detail"]))
    Console().print(f"{answer['status']}", table)
