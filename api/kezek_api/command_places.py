"""What a person types for a town's own data: `kezek import`, `kezek export`, `kezek sample-town`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kezek_api.settings import Settings

KINDS = "territories, network_parts, streets, buildings, households, organisations, asset_kinds, duties or topics"


def add(app: typer.Typer) -> None:
    app.command(name="import")(import_file)
    app.command(name="export")(export_file)
    app.command(name="sample-town")(sample_town)


def import_file(
    kind: Annotated[str, typer.Argument(help=f"{KINDS}, or planned works: works")],
    file: Path,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON, with every refused line.")] = False,
) -> None:
    """Load a town's file, CSV or GeoJSON by its ending, while nodes run. The columns: docs/register.md.

    Ends with 3 when some lines were refused; the others are in.
    """
    from kezek_api.command_register import load

    raise typer.Exit(asyncio.run(load(Settings.load(), kind, file, as_json=as_json)))


def export_file(
    kind: Annotated[str, typer.Argument(help=KINDS)],
    file: Annotated[Path, typer.Argument(help="Ending in .geojson: GeoJSON (buildings, territories); else CSV.")],
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Write a kind of the town's data into a file that `kezek import` takes again."""
    from kezek_api.command_register import write

    raise typer.Exit(asyncio.run(write(Settings.load(), kind, file, as_json=as_json)))


def sample_town(
    folder: Path,
    seed: Annotated[int, typer.Option(help="The same seed makes the same town.")] = 1,
    buildings: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 20_000,
    streets: Annotated[int, typer.Option(min=0, max=10_000, help="How many; a hundred houses each when left out.")] = 0,
    into: Annotated[bool, typer.Option("--load", help="Load it into the register too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As lines of JSON.")] = False,
) -> None:
    """Write the files of an invented town: places, networks, households, organisations, rules."""
    from kezek_api.command_register import sample_town as make

    settings = Settings.load() if into else None
    raise typer.Exit(
        asyncio.run(make(settings, folder, seed=seed, streets=streets, buildings=buildings, as_json=as_json))
    )
