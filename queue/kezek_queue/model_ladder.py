"""The model's verbs of the ladder: one rung for the site, changed by whoever knows how it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .ladder.types import Rung, RungName
from .model_operators import ModelOperators
from .model_state import verb
from .redis_ladder import check_rung
from .types import Kind, Stale


class ModelLadder(ModelOperators):
    rung = Rung()

    @verb
    def set_rung(
        self, name: RungName, by: str, n: int, why: str, because: Mapping[str, Any] | None, held: bool
    ) -> Rung:
        check_rung(name)
        before, now = self.rung, self.now / 1000
        if before.n != n:
            raise Stale("the rung has changed")
        since = before.since if before.name == name else now
        told = json.loads(json.dumps(because or {}))
        self.rung = Rung(name, since, by, why, held, max(n + 1, self.now // 1000), told, now)
        data = {"name": name, "before": before.name, "since": since, "by": by, "why": why}
        self.tell(Kind.RUNG, "", "", "", {**data, "because": told, "held": held, "n": self.rung.n})
        return self.rung
