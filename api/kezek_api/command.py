"""The `kezek` command: what a person types. Each verb's work stands in a file of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import os
import resource
import sys
from pathlib import Path
from typing import Annotated

import typer

from kezek_api import command_places, command_speech
from kezek_api.settings import Settings, SettingsError

gc.set_threshold(50_000, 50, 1_000)  # with Python's own a tenth of a node's start goes into looking for garbage
atexit.register(gc.freeze)  # and half a second of its end
FILES = 65_536  # open at one time; each caller, desk and page is one
YIELD = 5  # so much nicer are the books than whoever conducts calls

app = typer.Typer(
    help="Kezek: the contact centre of a city's or a utility's hotline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="Staff: who may sign in.", no_args_is_help=True)
app.add_typer(user, name="user")
command_places.add(app)
command_speech.add(app)


def home_folder() -> Path:
    """Whatever run.json says: `kezek up` makes that one anew."""
    return Path(os.environ.get("KEZEK_HOME") or ".kezek").resolve()


@app.command()
def setup(
    tests: Annotated[bool, typer.Option("--tests", help="Also what only the tests need (a browser).")] = False,
) -> None:
    """Fetch and make everything that is needed, step by step. What is there already takes no time."""
    from kezek_api.command_setup import set_up

    raise typer.Exit(0 if set_up(home_folder(), tests=tests) else 1)


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="The demo operator and the demo call.")] = True,
    first_call: Annotated[bool, typer.Option("--call/--no-call", help="Make the first demo call at once.")] = True,
    listen: Annotated[str, typer.Option(help="Address for real phones and browsers.")] = "127.0.0.1",
) -> None:
    """Run everything under one supervisor until Ctrl-C."""
    from kezek_api import logs
    from kezek_api.command_up import run_all

    home = home_folder()
    with contextlib.nullcontext() if sys.stdout.isatty() else logs.kept():  # a full disk stops no part
        code = asyncio.run(run_all(home, listen=listen, demo=demo, call=demo and first_call))
    raise typer.Exit(code)


@app.command()
def serve() -> None:
    """Run one node: calls, pages and everything between, without the servers it uses."""
    from kezek_api import logs
    from kezek_api.serve import run

    settings = Settings.load()
    more_files()
    with logs.kept(), asyncio.Runner(loop_factory=quick_loop) as runner:
        runner.run(run(settings))


def more_files() -> None:
    """As many sockets as this process may have: the soft limit that a login gives is a thousand."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def quick_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, where it runs; what it gains by itself: docs/performance.md."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@app.command(hidden=True)
def books(
    leash: Annotated[bool, typer.Option("--leash", help="Started by a node, which holds the other end.")] = False,
) -> None:
    """Write history and tickets, without conducting calls: what `kezek serve` starts beside itself, or you do where
    KEZEK_BOOKS=elsewhere."""
    os.nice(YIELD)
    from kezek_api import logs
    from kezek_api.books import run

    settings = Settings.load()
    with logs.kept():
        asyncio.run(run(settings, leashed=leash))


@app.command()
def call(
    as_json: Annotated[bool, typer.Option("--json", help="The story as JSON lines.")] = False,
    language: Annotated[
        str, typer.Option(help="The citizen's language; else the first one whose model is there.")
    ] = "",
) -> None:
    """Make a demo call to the running house and tell its story.

    Ends with 0 only when the caller spoke with an operator and the ticket stands in SQL with its fields.
    """
    from kezek_api.command_call import tell_call

    raise typer.Exit(asyncio.run(tell_call(Settings.load(), language, as_json=as_json)))


@app.command()
def health(as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False) -> None:
    """Ask the running node how its parts are. Ends with 0 when every one is up."""
    from kezek_api.command_health import ask

    raise typer.Exit(asyncio.run(ask(Settings.load(), as_json=as_json)))


@app.command()
def drill(
    short: Annotated[bool, typer.Option("--short", help="About a minute, each kind of fault at most once.")] = False,
    seed: Annotated[int, typer.Option(help="What happens when to whom; one is chosen when left out.")] = 0,
    faults: Annotated[int, typer.Option(min=0, max=100_000, help="How many; 1,000 when left out.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as one line at the end.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder with all logs.")] = False,
) -> None:
    """Let the parts of a hotline of its own die, freeze and vanish under load, and follow every caller to his end.

    Ends with 0 only when nobody was lost or doubled and no operator is stuck.
    """
    from kezek_api.command_drill import hold

    raise typer.Exit(
        asyncio.run(hold(home_folder(), short=short, seed=seed, faults=faults, as_json=as_json, keep=keep))
    )


@app.command()
def backup(
    file: Path,
    recordings: Annotated[bool, typer.Option("--recordings", help="The recorded talks too.")] = False,
    photos: Annotated[bool, typer.Option("--photos", help="The tickets' photos too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Write the whole register into one file, while nodes run. What it is for: docs/operations.md."""
    from kezek_api.command_backup import make

    done = make(Settings.load(), file, recordings=recordings, photos=photos, as_json=as_json)
    raise typer.Exit(asyncio.run(done))


@app.command()
def restore(
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the database holds.")] = False,
    apart: Annotated[
        int,
        typer.Option(
            "--numbers-apart",
            min=0,
            max=1_000_000,
            help="Registration numbers left out, for those given since the backup; 0 when none can have been.",
        ),
    ] = 10_000,
    recordings: Annotated[bool, typer.Option("--recordings", help="The recorded talks too, if it has them.")] = False,
    photos: Annotated[bool, typer.Option("--photos", help="The tickets' photos too, if it has them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Bring a backup back, whole or not at all, into an empty database. Stop all nodes first."""
    from kezek_api.command_backup import bring_back

    with_files = {"recordings": recordings, "photos": photos}
    done = bring_back(Settings.load(), file, replace=replace, apart=apart, as_json=as_json, **with_files)
    raise typer.Exit(asyncio.run(done))


@app.command()
def erase(
    phone: Annotated[str, typer.Argument(help="As the person gives it; every spelling of it is found.")],
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Take a person out of the register: number, name, words, recordings, photos. Tickets and figures remain."""
    from kezek_api.command_erase import erase_person

    raise typer.Exit(asyncio.run(erase_person(Settings.load(), phone, sure=sure, as_json=as_json)))


@app.command("open311-key")
def open311_key(name: Annotated[str, typer.Argument(help="The app's, 'city-app' say.")]) -> None:
    """Make an api_key for an app that posts by Open311, and the lines for rules.toml. It is shown this once."""
    from kezek_api.open311.keys import made

    typer.echo(made(name))


@app.command(name="demo-operator", hidden=True)
def demo_operator() -> None:
    """The demo operator's phone and desk; a part of `kezek up`."""
    from kezek_api.command_demo import operate

    asyncio.run(operate(Settings.load()))


@user.command("add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option(help="As shown to colleagues; the login when left out.")] = "",
    role: Annotated[str, typer.Option(help="operator, manager or executor")] = "operator",
    phone: Annotated[str, typer.Option(help="The operator's SIP extension, 1001 say.")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="Queue to serve; may be repeated. All when left out.")] = None,
    language: Annotated[str, typer.Option(help="kk, ru, uk or en")] = "kk",
    browser: Annotated[bool, typer.Option("--browser", help="The phone is the one in the operator's page.")] = False,
    organisation: Annotated[str, typer.Option(help="The code of an executor's own organisation.")] = "",
    second_line: Annotated[
        bool, typer.Option("--second-line", help="An operator who may route tickets and tend outages.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a member of staff. Without --password-stdin a password is made and shown once."""
    from kezek_api.command_user import add

    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    settings, queues = Settings.load(), tuple(queue or ())
    work = add(
        settings,
        login,
        name,
        role,
        phone,
        queues,
        language,
        password,
        browser=browser,
        organisation=organisation,
        second_line=second_line,
    )
    raise typer.Exit(asyncio.run(work))


@user.command("phone")
def user_phone(
    phone: str,
    browser: Annotated[bool, typer.Option("--browser/--desk", help="In the operator's page, or a telephone.")],
) -> None:
    """Say where a phone is: in the operator's browser, or on the desk."""
    from kezek_api.command_user import move

    raise typer.Exit(asyncio.run(move(Settings.load(), phone, browser=browser)))


def main() -> None:
    try:
        app()
    except SettingsError as error:
        typer.echo(f"kezek: {error}", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
