"""The site's rules of finding mass outages: `[detection]` of rules.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kezek_register.detection.types import DetectionSettings

TOPICS = {
    "electricity": "electricity", "water": "water", "cold_water": "water", "hot_water": "hot_water",
    "water_quality": "water_quality", "heating": "heating", "heat_main": "heating", "gas": "gas", "gas_leak": "gas",
    "sewerage": "sewerage", "lift": "lift", "street_lighting": "street_lighting", "unknown": "unknown",
}  # fmt: skip


class DetectionRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool = True
    alarms_month: Annotated[float, Field(gt=0, le=1000)] = 1.0
    window_s: Annotated[float, Field(ge=300, le=86_400)] = 3600.0
    least_parties: Annotated[int, Field(ge=2, le=100)] = 3
    confirm_at: Annotated[float, Field(gt=0, le=1)] = 1.0
    confirm_parties: Annotated[int, Field(ge=2, le=10_000)] = 10
    crew_dismisses: bool = True
    quiet_s: Annotated[float, Field(ge=60, le=172_800)] = 2 * 3600.0
    remember_s: Annotated[float, Field(ge=0, le=604_800)] = 6 * 3600.0
    keep_days: Annotated[int, Field(ge=2, le=366)] = 7
    sensors: bool = True
    topics: dict[str, str] = Field(default_factory=lambda: dict(TOPICS))

    def settings(self) -> DetectionSettings:
        return DetectionSettings(
            alarms_month=self.alarms_month,
            window_s=self.window_s,
            confirm_at=self.confirm_at,
            least_parties=self.least_parties,
            quiet_s=self.quiet_s,
            remember_s=self.remember_s,
        )

    def same_matter(self, one: str, other: str) -> bool:
        """Whether these topics count as one: who has no cold water is concerned by an outage of water."""
        return self.topics.get(one, one) == self.topics.get(other, other)
