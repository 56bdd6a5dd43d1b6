"""The five service levels of the field, side by side, in per cent; None where there is nothing to divide by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one cohort: A, A_T, B, B_T and b. Callbacks are not among them."""

    answered: int = 0  # A
    in_time: int = 0  # A_T: answered within T
    abandoned: int = 0  # B: left the line without an answer
    abandoned_in_time: int = 0  # B_T
    short: int = 0  # b: left it within the first few seconds


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    sl_1: float | None  # (A_T + B_T) / (A + B): Asterisk's SL2
    sl_2: float | None  # A_T / A: Asterisk's SL, Wazo; flatters, for it ignores abandons
    sl_3: float | None  # A_T / (A + B): Genesys; strict, ours
    sl_4: float | None  # A_T / (A + B - B_T): Bright Pattern
    sl_5: float | None  # (A_T + b) / (A + B): ICMI

    @classmethod
    def of(cls, counts: Answers) -> ServiceLevels:
        both = counts.answered + counts.abandoned
        return cls(
            sl_1=per_cent(counts.in_time + counts.abandoned_in_time, both),
            sl_2=per_cent(counts.in_time, counts.answered),
            sl_3=per_cent(counts.in_time, both),
            sl_4=per_cent(counts.in_time, both - counts.abandoned_in_time),
            sl_5=per_cent(counts.in_time + counts.short, both),
        )


def per_cent(part: float, whole: float) -> float | None:
    """To one digit; None when there is no whole."""
    return round(100 * part / whole, 1) if whole > 0 else None
