"""The ladder of overload as history: who moved it where, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RungChange:
    """`n`: of the change, unique and growing; `name`: normal | elevated | overload | emergency; `by`: a login, or
    'rule'; `why`: a person's words; `because`: a rule's, as data; `since`: when it came to this rung."""

    n: int
    at: datetime
    name: str
    by: str
    since: datetime
    why: str = ""
    because: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False
