"""What a person types about speech: `kezek models`, `kezek hear`, `kezek ears`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kezek_api.settings import Settings


def add(app: typer.Typer) -> None:
    app.command(name="ears")(ears)


def ears(
    listen: Annotated[
        str, typer.Option(help="Address for the nodes that use it; they name it in KEZEK_EARS.")
    ] = "127.0.0.1:4575",
    streams: Annotated[
        int, typer.Option(min=0, help="Recognisers at one time; KEZEK_SPEECH_STREAMS when left out.")
    ] = 0,
) -> None:
    """Hear for other machines: a recogniser node. Who may use it: KEZEK_EARS_FROM and KEZEK_EARS_SECRET."""
    from kezek_api import logs
    from kezek_api.command_ears import serve

    settings = Settings.load()
    with logs.kept():
        raise typer.Exit(asyncio.run(serve(settings, listen, streams)))
