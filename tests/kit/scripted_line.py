"""A scripted line and a scripted switchboard: whole calls without Asterisk, in virtual time.

    @in_virtual_time
    async def test_a_caller_is_connected():
        board = ScriptedSwitchboard(phones={"201": Phone(answers_after=3, talks=40)})
        line = board.call(
            during("greeting", press("1")),
            after("ask_where", pause(0.5), say("Abay 45 no heating")),
            while_waiting(pause(60), hang_up()),
        )
        await reception(line, board, ...)
        assert line.heard == ["greeting", ...]

Each cue is played once. Cues of one name are played in turn: the first `after("ask")` at its first end, the second
at its second. What the caller says lies in the sound frames; `said(sound)` reads it back for a scripted recogniser.
"""

from kit.caller_script import (
    Cue,
    Step,
    after,
    at,
    during,
    hang_up,
    pause,
    press,
    say,
    while_listening,
    while_ringing,
    while_talking,
    while_waiting,
)
from kit.scripted_caller import ScriptedLine
from kit.scripted_switchboard import NEVER, Phone, ScriptedSwitchboard
from kit.spoken import FRAME, SILENCE, is_voice, said, spoken
from kit.virtual_time import EPOCH, WouldHang, in_virtual_time, run_virtual, virtual_now

__all__ = [
    "EPOCH",
    "FRAME",
    "NEVER",
    "SILENCE",
    "Cue",
    "Phone",
    "ScriptedLine",
    "ScriptedSwitchboard",
    "Step",
    "WouldHang",
    "after",
    "at",
    "during",
    "hang_up",
    "in_virtual_time",
    "is_voice",
    "pause",
    "press",
    "run_virtual",
    "said",
    "say",
    "spoken",
    "virtual_now",
    "while_listening",
    "while_ringing",
    "while_talking",
    "while_waiting",
]
