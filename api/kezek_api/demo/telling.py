"""A step of the demo call's story as a line for the terminal: the time since the call began, and what happened."""

from __future__ import annotations

from typing import Any


def tell(step: dict[str, Any], started: float) -> str:
    """`step` is {step, at (unix seconds), ...facts}; facts that are missing are left out of the line."""
    seconds = max(0.0, float(step.get("at", started)) - started)
    return f"  {seconds:6.1f} s  {step['step'].replace('_', ' '):13} {words(step)}".rstrip()


def words(step: dict[str, Any]) -> str:
    get = step.get
    match step["step"]:
        case "answered":
            return f"the line {get('dialled', '109')} answers"
        case "language":
            return f"{get('language', '')} ({get('how', '')})".replace(" ()", "")
        case "known_number":
            return _household(step["household"]) if get("household") else "the number is not in the register"
        case "asked":
            return f"'{get('question')}?'" + (" once more" if int(get("attempt", 1) or 1) > 1 else "")
        case "words":
            return f"“{get('text', '')}”" + ("" if get("final", True) else " ...") if get("text") else "nothing heard"
        case "fields":
            return ", ".join(_field(name, field) for name, field in (get("fields") or {}).items())
        case "place":
            return f"number {get('position', '?')} in the queue {get('queue', '')}"
        case "offered":
            return f"to {get('operator', '?')}"
        case "ringing":
            return f"phone {get('phone', '')} of {get('operator', '')}"
        case "connected":
            return f"the caller and {get('operator', 'an operator')} hear each other"
        case "not_taken":
            return f"by {get('operator', '')}: {get('reason', '')}; the caller keeps the place"
        case "talk_ended":
            return f"after {float(get('seconds', 0) or 0):.1f} s"
        case "ticket":
            return f"registration number {get('number', '?')}" + (", confirmed" if get("confirmed") else "")
        case "wrap_up":
            return f"at most {float(get('seconds', 0) or 0):.0f} s" if get("seconds") else ""
        case "ended":
            return str(get("end", ""))
    return ""


def _household(household: dict[str, Any]) -> str:
    flat = f", flat {household['flat']}" if household.get("flat") else ""
    return f"{household.get('person', '')}, {household.get('street', '')} {household.get('house', '')}{flat}"


def _field(name: str, field: dict[str, Any]) -> str:
    return f"{name} {field.get('value', '')} ({float(field.get('confidence', 0)):.0%}, {field.get('source', '')})"
