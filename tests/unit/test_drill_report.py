"""What a person, and a program, reads of a drill."""

from __future__ import annotations

import io
import json

from rich.console import Console

from kezek_api.drill.report import as_json, show
from kezek_api.drill.sipp import read_message
from kezek_api.drill.types import CallerPlan, Fault, Kind, Left, Seen, Verdict

HIM = "+77010000001"
SEEN = Seen(CallerPlan(HIM, 10.0, "a", "0", 60.0), "a", 10.1, 20.0, Left.RELEASED, 4.25, 12.0)
FAULTS = [
    Fault(1, 12.0, Kind.NODE_KILLED, "one", 3.0),
    Fault(2, 90.0, Kind.SQL_AWAY, "", 5.0),
]


def shown(verdict: Verdict) -> str:
    text = io.StringIO()
    again = "kezek drill --short --seed 7"
    show(Console(file=text, width=140), verdict, again=again, seen=[SEEN], faults=FAULTS)
    return text.getvalue()


def test_one_line_for_programs() -> None:
    verdict = Verdict(7, offered=3, faults=2, lost=["x"], doubled=[], stuck=["a", "b"], longest_silence_s=4.25)
    verdict.ends, verdict.unreached = {"cut": 1, "answered": 2}, 1
    told = json.loads(as_json(verdict))
    assert "\n" not in as_json(verdict)
    assert told == {
        "offered": 3, "faults": 2, "lost": 1, "doubled": 0, "stuck": 2, "longest_silence_s": 4.2,
        "ends": {"answered": 2, "cut": 1}, "misjudged": 0, "unreached": 1, "storms": 0, "by_hand": 0, "heard": 0,
        "told_over": 0, "mistold": 0, "seed": 7,
    }  # fmt: skip


def test_a_good_one_has_no_seed_to_repeat() -> None:
    text = shown(Verdict(7, offered=3, faults=1, longest_silence_s=4.25, silent=HIM, by_kind={"node_killed": 1}))
    assert "node killed" in text
    assert f"4.2 s ({HIM} from 12.0 s)" in text
    assert "Nobody was lost" in text
    assert "--seed" not in text


def test_a_failing_one_shows_the_faults_around_the_lost_caller_and_how_to_repeat_it() -> None:
    text = shown(Verdict(7, offered=3, faults=2, lost=[f"{HIM}: released, and the history has no row"]))
    assert f"{HIM}: released, and the history has no row" in text
    assert "12.0 s  node killed one, mended at 15.0 s  (fault 1)" in text
    assert "fault 2" not in text
    assert "kezek drill --short --seed 7" in text
    assert "Nobody was lost" not in text


def test_a_traced_message_is_read_by_what_a_drill_needs() -> None:
    answer = "SIP/2.0 200 OK\r\nCall-ID: abc\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 13824 RTP/AVP 8\r\n"
    told = read_message(answer, sent=False)
    assert told is not None
    assert (told.call, told.method, told.status, told.sound_port, told.sent) == ("abc", "INVITE", 200, 13824, False)
    asked = read_message("BYE sip:+7701@127.0.0.1:5060 SIP/2.0\nCall-ID: abc\nCSeq: 2 BYE\n\n", sent=True)
    assert asked is not None
    assert (asked.method, asked.status, asked.target, asked.sound_port) == ("BYE", 0, "+7701", 0)
    assert read_message("no message at all", sent=False) is None
