"""/api/docs: the OpenAPI document as a page that needs nothing from the Internet."""

from __future__ import annotations

from html import escape
from typing import Any

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kezek: the doors</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
:root {{ color-scheme: light dark }}
td {{ padding: .3rem .8rem .3rem 0; vertical-align: top }}
</style><h1>The doors</h1><p>The full document: <a href="/api/openapi.json">openapi.json</a>.</p>
<table>{rows}</table></html>"""


def page(openapi: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{verb.upper()} {escape(path)}</code></td><td>{_what(operation)}</td></tr>"
        for path, operations in openapi["paths"].items()
        for verb, operation in operations.items()
    ]
    return PAGE.format(rows="".join(rows))


def _what(operation: dict[str, Any]) -> str:
    text = operation.get("description") or operation.get("summary", "")
    return escape(text)
