"""Puts each verb's Lua together: the shared fragments (lua/lib/*.lua, in order), then its own file (lua/<verb>.lua)."""

from __future__ import annotations

from importlib.resources import files

VERBS = (
    "accept", "arrive", "beat", "call", "connect", "decline", "end", "finish", "leave", "note", "notes", "operator",
    "pause", "phones", "place", "ready", "reconcile", "sign_in", "sign_out", "snapshot", "tick", "wrap_up_done",
)  # fmt: skip

# A verb's file is a function's body, so that it may return early; a reply kept under the key comes before it.
FRAME = """{fragments}
local function verb()
{body}
end
return kept_reply() or verb()
"""


def load() -> dict[str, str]:
    """Verb -> the text of its script."""
    folder = files(__package__) / "lua"
    fragments = sorted((folder / "lib").iterdir(), key=lambda file: file.name)
    shared = "\n".join(file.read_text(encoding="utf-8") for file in fragments)
    frame = FRAME.replace("{fragments}", shared)
    return {verb: frame.replace("{body}", (folder / f"{verb}.lua").read_text(encoding="utf-8")) for verb in VERBS}
