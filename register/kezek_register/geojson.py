"""A town's GeoJSON (RFC 7946) as rows: a feature is a row, its properties are the cells, its point is lon and lat."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from kezek_register.csvfile import LARGEST_FILE, BadFile, BadRow, Row, Sheet, cleaned

ENDINGS = (".geojson", ".json")


def read(
    path: Path,
    *,
    needed: Collection[str],
    optional: Collection[str] = (),
    limits: Mapping[str, int] | None = None,
) -> Sheet:
    """The number of a row is that of its feature, the first is 1. Of a geometry that is no point the mean of its
    corners is taken. Raises BadFile."""
    features = _features(path)
    known = [*needed, *optional]
    rows: list[Row] = []
    refused: list[tuple[int, str]] = []
    columns: set[str] = set()
    for number, feature in enumerate(features, 1):
        try:
            texts = _texts(feature)
            columns |= texts.keys()
            rows.append(Row(number, {column: cleaned(column, texts.get(column, ""), limits or {}) for column in known}))
        except BadRow as bad:
            refused.append((number, str(bad)))
    return Sheet(tuple(rows), tuple(refused), frozenset(columns) & frozenset(known))


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(f"{path.name} is larger than {LARGEST_FILE // 1024 // 1024} MB")
        whole = json.loads(path.read_bytes())
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError):
        raise BadFile(f"{path.name} is no JSON in UTF-8") from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        raise BadFile(f"{path.name} is no FeatureCollection of GeoJSON")
    return features


def _texts(feature: Any) -> dict[str, str]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise BadRow("a feature without properties")
    texts = {str(name).lower(): _text(str(name), value) for name, value in properties.items()}
    if (point := _middle(feature.get("geometry"))) is not None:
        texts |= {"lon": _degrees(point[0]), "lat": _degrees(point[1])}
    return texts


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "|".join(_text(name, each) for each in value)
    if isinstance(value, dict):
        raise BadRow(f"{name[:40]} is neither a text nor a number")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _degrees(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")  # never 1e-05


def _middle(geometry: Any) -> tuple[float, float] | None:
    if geometry is None:
        return None
    corners: list[tuple[float, float]] = []
    waiting = [geometry.get("coordinates") if isinstance(geometry, dict) else None]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, list) or not each:
            raise BadRow("its geometry has no coordinates")
        if isinstance(each[0], list):
            waiting.extend(each)
        elif len(each) >= 2 and all(type(number) in (int, float) and abs(number) <= 180 for number in each[:2]):
            corners.append((each[0], each[1]))
        else:
            raise BadRow("its geometry has no coordinates in degrees")
    return sum(one for one, _ in corners) / len(corners), sum(two for _, two in corners) / len(corners)
