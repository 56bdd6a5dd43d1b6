"""One value as XML or JSON, by the Spark convention: an object's members are elements, an array's element is named in
the singular, the root's name is not in the JSON. Pure.

Source: wiki.open311.org/JSON_and_XML_Conversion and the examples of GeoReport_v2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.sax.saxutils import escape

Format = Literal["xml", "json"]
MEDIA = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
# XML 1.0 knows no way to say these
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(root: str, value: Any, form: Format) -> bytes:
    if form == "json":
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, value)}'.encode("utf-8", "replace")


def _element(name: str, value: Any) -> str:
    inner = _inner(name, value)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _inner(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "".join(_element(each, part) for each, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(SINGULAR[name], part) for part in value)
    return escape(_UNSAYABLE.sub("", str(value)))
