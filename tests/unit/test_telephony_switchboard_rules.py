"""The pure parts of the switchboard: the trace of an attempt, phones, the departed, live calls."""

from __future__ import annotations

import pytest

from kezek_telephony.ami_protocol import AmiEvent
from kezek_telephony.gone import KEPT_S, GoneBook
from kezek_telephony.live import LiveCall, Where, read_status
from kezek_telephony.outside import reason
from kezek_telephony.phones import PhoneBook
from kezek_telephony.ring import AsideTrace, Ended, Left, PhoneHold, Trace, read_result
from kezek_telephony.types import CallGone, Connected, Declined, Phone, PhoneChanged, Ringing
from kezek_telephony.wording import dial_string, file_name

CALL = "kezek-1.0"


def event(name: str, **headers: str) -> AmiEvent:
    return AmiEvent(name, {key.lower(): value for key, value in headers.items()})


BEGIN = event("DialBegin", Uniqueid=CALL, DestChannel="PJSIP/1001-1", DestUniqueid="kezek-1.1")
RINGING = event("DialState", Uniqueid=CALL, DestUniqueid="kezek-1.1", DialStatus="RINGING")
BRIDGED = event("BridgeEnter", Uniqueid=CALL, BridgeNumChannels="2", Timestamp="100.5")


def test_an_attempt_is_read_step_by_step_and_no_step_twice() -> None:
    trace = Trace(CALL, 7)
    facts = [trace.take(each) for each in (BEGIN, RINGING, RINGING, BRIDGED, BRIDGED)]
    assert facts == [None, Ringing(), None, Connected(), None]
    assert trace.leg == "kezek-1.1"
    assert trace.connected_at == 100.5


def test_a_bridge_of_one_is_no_talk() -> None:
    trace = Trace(CALL, 7)
    trace.take(BEGIN)
    assert trace.take(event("BridgeEnter", Uniqueid="kezek-1.1", BridgeNumChannels="1")) is None


def test_another_calls_events_mean_nothing() -> None:
    trace = Trace(CALL, 7)
    assert trace.take(event("DialBegin", Uniqueid="kezek-2.0", DestChannel="x")) is None
    assert trace.take(event("Hangup", Uniqueid="kezek-2.0")) is None
    assert trace.take(event("UserEvent", UserEvent="KezekGone", Call="kezek-2.0")) is None


def test_the_end_of_an_older_offer_is_not_ours() -> None:
    trace = Trace(CALL, 7)
    old = event("UserEvent", UserEvent="KezekRing", Call=CALL, Result="6:NOANSWER:0:0")
    assert trace.take(old) is None
    assert trace.take(event("Hangup", Uniqueid=CALL, Timestamp="9.0")) == Left(9.0)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("7:NOANSWER:19:0", "no_answer"),
        ("7:BUSY:17:0", "busy"),
        ("7:CHANUNAVAIL:21:0", "declined"),
        ("7:CHANUNAVAIL:20:0", "unreachable"),
        ("7:CHANUNAVAIL:17:0", "busy"),
        ("7:CONGESTION:34:0", "unreachable"),
        ("7:STALE::0", "stale"),
        ("7:UNREACHABLE::", "unreachable"),
        ("7:SOMETHING NEW:1:0", "unreachable"),
    ],
)
def test_each_end_has_a_reason(result: str, reason: str) -> None:
    ended = read_result(result, 7)
    assert ended is not None
    assert (ended.talked, ended.reason) == (False, reason)


@pytest.mark.parametrize("result", ["", "7", "7:", ":::", "8:ANSWER:16:1", "garbage"])
def test_no_result_is_no_end(result: str) -> None:
    assert read_result(result, 7) is None


def test_a_talk_has_its_length() -> None:
    assert read_result("7:ANSWER:16:61500", 7) == Ended("ANSWER", 16, 61.5)


def test_phones_follow_their_device_state() -> None:
    """P16."""
    book = PhoneBook(frozenset({"line"}))
    states = [
        ("PJSIP/1001", "NOT_INUSE"), ("PJSIP/1001", "BUSY"), ("PJSIP/line", "NOT_INUSE"), ("Queue:kezek", "INUSE"),
        ("PJSIP/1001", "UNAVAILABLE"), ("PJSIP/1001", "INVALID"), ("PJSIP/kezek-peer-b", "NOT_INUSE"),
    ]  # fmt: skip
    changes = [book.take(event("DeviceStateChange", Device=device, State=state)) for device, state in states]
    assert [change for change in changes if change] == [PhoneChanged("1001", True), PhoneChanged("1001", False)]


def test_phones_read_again_tell_only_the_difference() -> None:
    book = PhoneBook(frozenset({"line"}))
    listed = [("1001", "Not in use"), ("1002", "Unavailable"), ("line", "Not in use"), ("1003", "Busy")]
    rows = [event("EndpointList", ObjectName=name, DeviceState=state) for name, state in listed]
    assert book.read(rows) == [PhoneChanged("1001", True), PhoneChanged("1003", True)]
    assert book.read(rows[1:]) == [PhoneChanged("1001", False)]
    assert book.registered == {"1003"}


def test_who_left_while_nobody_listened_is_told_once_and_in_order() -> None:
    """P6."""
    book = GoneBook()
    assert book.add("c", 16, False, 1000) == CallGone("c", 16, False)
    rows = [
        event("DBGetTreeResponse", Key=f"/kezek-gone/{call}", Val=value)
        for call, value in [("b", "1002:16:1"), ("a", "1001:32:0"), ("c", "1000:16:0"), ("odd", "rubbish")]
    ]
    assert book.read(rows) == [CallGone("odd", 0, False), CallGone("a", 32, False), CallGone("b", 16, True)]
    assert book.read(rows) == []
    assert book.cause_of("a") == 32


def test_the_departed_are_forgotten_after_an_hour() -> None:
    book = GoneBook()
    book.add("old", 16, False, 1000)
    book.add("new", 16, False, 1000 + KEPT_S)
    assert book.forget(1001 + KEPT_S) == ["old"]
    assert [gone.call for gone in book.recent()] == ["new"]


def test_callers_are_read_from_the_status_of_channels() -> None:
    def status(uniqueid: str, context: str, bridge: str = "", **values: str) -> AmiEvent:
        variables = "\n".join(f"{key}={value}" for key, value in values.items())
        return event("Status", Channel="ch", Uniqueid=uniqueid, Context=context, BridgeID=bridge, Variable=variables)

    rows = [
        status("1", "kezek-wait", KEZEK_CALL="1", KEZEK_SINCE="17.5", KEZEK_OFFER="", KEZEK_RESULT=""),
        status("2", "kezek-ring", "b", KEZEK_CALL="2", KEZEK_SINCE="x", KEZEK_OFFER="4"),
        status("3", "kezek-fallback", "b", KEZEK_CALL="3"),
        status("4", "kezek-from-phones", "b"),
        status("5", "kezek-listen", KEZEK_CALL="1"),
        status("6", "kezek-held", KEZEK_CALL="6", KEZEK_OFFER="5"),
        status("7", "kezek-room", "b", KEZEK_CALL="7", KEZEK_TRYING="9"),
        status("8", "kezek-divert", "b", KEZEK_CALL="8", KEZEK_TRYING="1795", BRIDGEPEER="PJSIP/trunk-1"),
    ]
    assert read_status(rows) == [
        LiveCall("1", "ch", 17.5, Where.OURS, 0, ""),
        LiveCall("2", "ch", 0.0, Where.TALKING, 4, ""),
        LiveCall("3", "ch", 0.0, Where.FALLBACK_TALKING, 0, ""),
        LiveCall("6", "ch", 0.0, Where.TALKING, 5, ""),
        LiveCall("7", "ch", 0.0, Where.TALKING, 0, "", trying=9),
        LiveCall("8", "ch", 0.0, Where.DIVERTED, 0, "", trying=1795, peer="PJSIP/trunk-1"),
    ]


def leg(number: int, name: str = "DialBegin", **more: str) -> AmiEvent:
    return event(
        name, Uniqueid=CALL, DestUniqueid=f"leg-{number}", DestChannel=f"PJSIP/100{number}-a",
        DialString=f"100{number}@kezek-peer-b" if number == 3 else f"100{number}", **more,
    )  # fmt: skip


def test_of_several_legs_the_one_that_was_picked_up_is_the_operators() -> None:
    trace = Trace(CALL, 7, several=True)
    begun = [leg(1), leg(2), leg(3), leg(1, "DialEnd", DialStatus="CANCEL"), leg(3, "DialEnd", DialStatus="ANSWER")]
    assert [trace.take(each) for each in begun] == [None] * 5
    trace.take(leg(2, "DialEnd", DialStatus="CANCEL"))
    assert trace.take(event("BridgeEnter", Uniqueid="leg-3", BridgeNumChannels="2")) == Connected("1003")
    assert trace.leg == "leg-3"
    assert trace.take(event("Hold", Uniqueid="leg-2")) is None
    assert trace.take(event("Hold", Uniqueid="leg-3")) == PhoneHold(True)
    assert trace.take(event("Unhold", Uniqueid="leg-3")) == PhoneHold(False)


def leg_over(number: int, cause: int, state: str = "Ringing") -> AmiEvent:
    return event("Hangup", Uniqueid=f"leg-{number}", Cause=str(cause), ChannelStateDesc=state)


@pytest.mark.parametrize(
    ("status", "cause", "state", "reason"),
    [
        ("NOANSWER", 21, "Ringing", "declined"), ("BUSY", 17, "Ringing", "busy"),
        ("NOANSWER", 19, "Ringing", "no_answer"),
        ("CHANUNAVAIL", 16, "Ringing", "declined"), ("CHANUNAVAIL", 38, "Down", "unreachable"),
    ],
)  # fmt: skip
def test_of_several_legs_one_that_ends_by_itself_has_declined(status: str, cause: int, state: str, reason: str) -> None:
    trace = Trace(CALL, 7, several=True)
    for each in (leg(1), leg(3), leg(3, "DialEnd", DialStatus=status)):
        assert trace.take(each) is None
    assert trace.take(leg_over(3, cause, state)) == Declined("1003", reason)
    assert trace.take(leg_over(3, cause, state)) is None


def test_of_several_legs_the_last_one_has_not_declined_but_ended_the_ringing() -> None:
    trace = Trace(CALL, 7, several=True)
    for number in (1, 2):
        trace.take(leg(number))
    for number in (1, 2):
        trace.take(leg(number, "DialEnd", DialStatus="NOANSWER"))
    assert trace.take(leg_over(2, 21)) is None


def test_legs_that_asterisk_gives_up_have_not_declined() -> None:
    trace = Trace(CALL, 7, several=True)
    ends = [("1", "NOANSWER", 0), ("2", "CANCEL", 26), ("3", "NOANSWER", 21)]
    for number in range(1, 5):
        trace.take(leg(number))
    for number, status, _ in ends:
        trace.take(leg(int(number), "DialEnd", DialStatus=status))
    trace.take(leg(4, "DialEnd", DialStatus="ANSWER"))  # before the third one's channel is gone
    assert [trace.take(leg_over(int(number), cause)) for number, _, cause in ends] == [None] * 3


def test_a_talk_whose_beginning_was_missed_has_its_leg_from_asterisk() -> None:
    trace = Trace(CALL, 7, several=True)
    trace.talks_with("PJSIP/my-phone-00000001")
    assert trace.connected(5.0) == Connected("my-phone")
    assert trace.leg == "PJSIP/my-phone-00000001"


def test_one_who_is_asked_is_there_when_he_is_in_the_room() -> None:
    trace = AsideTrace("aside-1")
    assert trace.call == "aside-1-dials"
    assert trace.take(event("DialBegin", Uniqueid=trace.call, DestUniqueid="leg", DestChannel="PJSIP/1-a")) is None
    assert trace.take(event("BridgeEnter", Uniqueid=trace.call, BridgeNumChannels="2")) is None
    assert trace.take(event("ConfbridgeJoin", Uniqueid="aside-1", Timestamp="3")) == Connected()
    assert trace.take(event("Hangup", Uniqueid="aside-1", Timestamp="4")) == Left(4.0)


@pytest.mark.parametrize(
    ("told", "cause", "end"),
    [
        (5, 17, "busy"), (3, 19, "no_answer"), (1, 21, "declined"), (1, 16, "no_answer"), (1, 19, "no_answer"),
        (8, 34, "unreachable"), (0, 0, "unreachable"), (1, 1, "unreachable"),
    ],
)  # fmt: skip
def test_each_end_of_a_dialled_call_has_a_reason(told: int, cause: int, end: str) -> None:
    assert reason(told, cause) == end


@pytest.mark.parametrize("name", ["../x", "/x", "x/../y", "", ".x", "a b", "-x", "x/", "x//y", "x\n", "x" * 201])
def test_a_recording_cannot_climb_out_of_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        file_name(name)


def test_a_phone_of_another_exchange_is_dialled_there() -> None:
    assert dial_string(Phone("1001")) == "1001"
    assert dial_string(Phone("1001", "b")) == "1001@kezek-peer-b"
    for evil in (Phone("1001", "b c"), Phone("10@01"), Phone("1&2"), Phone("1001", "b*2")):
        with pytest.raises(ValueError, match="no phone"):
            dial_string(evil)
