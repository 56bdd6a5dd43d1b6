"""Who may enter which door, as the code has it: the dependency of each route is the one source."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from kezek_api.doors import executor_of, loopback, manager_of, operator_of, second_line_of, session_of, staff_of

WHO: dict[Callable[..., object], str] = {
    operator_of: "operator",
    manager_of: "manager",
    second_line_of: "second line",
    staff_of: "staff",
    executor_of: "executor",
    session_of: "signed in",
    loopback: "loopback",
}


def roles_of(app: FastAPI) -> dict[tuple[str, str], str]:
    """(verb, path) -> one of WHO, or 'all'."""
    found: dict[tuple[str, str], str] = {}
    for route in _routes(app.routes):
        asked = set(_calls(route.dependant))
        who = next((name for dependency, name in WHO.items() if dependency in asked), "all")
        for method in route.methods:
            found[method.lower(), route.path] = who
    return found


# what the people of kit.api may enter beside what anybody may
RIGHTS: dict[str, frozenset[str]] = {
    "": frozenset(),
    "aigul": frozenset({"signed in", "staff", "operator"}),
    "saule": frozenset({"signed in", "staff", "operator", "second line"}),
    "dana": frozenset({"signed in", "staff", "manager", "second line"}),
    "erlan": frozenset({"signed in", "executor"}),
}


def may(login: str, who: str) -> bool:
    """Somebody at this machine: '' is nobody, aigul an operator, saule of the second line, dana a manager, erlan an
    executor."""
    return who in ("all", "loopback") or who in RIGHTS[login]


def _routes(routes: object) -> Iterator[APIRoute]:
    for route in routes:  # type: ignore[attr-defined]
        if isinstance(route, APIRoute):
            yield route


def _calls(dependant: Dependant) -> Iterator[Callable[..., object]]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
