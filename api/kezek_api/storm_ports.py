"""What the calls of a node need in a storm, each behind its port: built in the house, handed to every reception."""

from __future__ import annotations

from dataclasses import dataclass

from kezek_ivr.ports import Bulletins, Dictations, Intake, Rungs, Troubles


@dataclass(frozen=True, slots=True)
class StormPorts:
    """None: calls are conducted without it."""

    troubles: Troubles | None = None
    rungs: Rungs | None = None
    bulletins: Bulletins | None = None
    intake: Intake | None = None
    dictations: Dictations | None = None
