"""What a person types about speech: `kezek models`, `kezek hear`, `kezek ears`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kezek_api.settings import Settings

models = typer.Typer(help="Speech models: what is here, fetch one, check them.", invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="As one line of JSON.")]
Town = Annotated[
    Path | None,
    typer.Option(help="Folder with streets.csv (as imported) or streets.tsv; this installation's register otherwise."),
]


def quiet() -> None:
    """What is printed is for a person or a script: troubles alone are logged, beside it."""
    import logging
    import sys

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def add(app: typer.Typer) -> None:
    app.add_typer(models, name="models")
    app.command(name="hear")(hear)
    app.command(name="ears")(ears)


@models.callback()
def models_listed(context: typer.Context, as_json: Json = False) -> None:
    """List the models that are here and those that can be fetched."""
    if context.invoked_subcommand is None:
        from kezek_api.command_models import listed

        raise typer.Exit(listed(Settings.load(), as_json=as_json))


@models.command("fetch")
def models_fetch(
    language: Annotated[str, typer.Argument(help="ru, kk, uk, en, ko")],
    file: Annotated[
        Path | None, typer.Option("--from", help="The archive as a file, where there is no network.")
    ] = None,
    url: Annotated[str, typer.Option(help="Another address of the same archive, a mirror in the town's network.")] = "",
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="With --from: another model or version, whatever its sum.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch a model, check its sum, put it in its place. A torn download goes on where it was torn."""
    from kezek_api.command_models import fetched

    quiet()
    raise typer.Exit(fetched(Settings.load(), language, file, url, unchecked=unchecked, as_json=as_json))


@models.command("check")
def models_check(
    language: Annotated[str, typer.Argument(help="Only this one.")] = "", town: Town = None, as_json: Json = False
) -> None:
    """Look whether the models here are whole and load, and which words of this town's streets they do not know."""
    from kezek_api.command_models import checked

    quiet()
    raise typer.Exit(asyncio.run(checked(Settings.load(), language, town, as_json=as_json)))


def hear(
    file: Annotated[Path, typer.Argument(help="A WAV file of any rate; both sides of a stereo one are heard apart.")],
    language: Annotated[str, typer.Option(help="kk, ru, uk, en or ko")],
    town: Town = None,
    question: Annotated[
        str, typer.Option(help="street, house or topic: by that question's grammar; freely when left out.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Each utterance once more by the grammar of addresses.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a call would make of a recording: words, mentions, fields. Nothing is kept.

    Ends with 0 when words were heard, 1 when none were, 2 when the file or the model is of no use.
    """
    from kezek_api.command_hear import hear as heard
    from kezek_speech.types import QUESTIONS

    asked = next((each for each in QUESTIONS if each == question), None)
    if question and asked is None:
        raise typer.BadParameter(f"one of {', '.join(QUESTIONS)}", param_hint="--question")
    quiet()
    work = heard(Settings.load(), file, language, town, asked, again=again, as_json=as_json)
    raise typer.Exit(asyncio.run(work))


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
        code = asyncio.run(serve(settings, listen, streams))
    raise typer.Exit(code)
