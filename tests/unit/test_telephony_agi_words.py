"""FastAGI's words: what Asterisk says, as recorded, and what we may say."""

import pytest

from kezek_telephony.agi import AgiError, Reply, ReplyParser, clean, command, parse_request, quote
from kezek_telephony.arrival import arrival_of
from kit.agi_peer import opening


def request(**changes):
    return parse_request(opening(**changes).decode().split("\n")[:-2])


def replies(text: str) -> list[Reply]:
    parser = ReplyParser()
    return [reply for line in text.splitlines() if (reply := parser.feed(line)) is not None]


def test_a_request_gives_the_call_as_the_dialplan_hands_it_over():
    arrival = arrival_of(request(number=7, language="kk", story="demo_1"))
    assert (arrival.call, arrival.channel) == ("kezek-1795302765.7", "PJSIP/loopback-00000007")
    assert (arrival.caller, arrival.dialled, arrival.since) == ("77015550101", "109", 1795302765.25)
    assert (arrival.language, arrival.story, arrival.resumed) == ("kk", "demo_1", False)
    assert arrival_of(request(phase="waiting")).resumed


def test_the_query_string_is_not_part_of_the_route():
    lines = ["agi_network_script: kezek/in?a=1&b=%20x&c=", "agi_uniqueid: 1.1", "agi_channel: x"]
    asked = parse_request(lines)
    assert asked.route == "kezek/in"
    assert asked.query == {"a": "1", "b": " x", "c": ""}


@pytest.mark.parametrize(
    ("number", "presentation", "caller"),
    [
        ("+77015550101", 0, "+77015550101"),
        ("8 (701) 555-01-01", 0, "87015550101"),
        ("unknown", 0, None),
        ("anonymous", 0, None),
        ("", 0, None),
        ("1;drop", 0, None),
        ("77015550101", 32, None),
        ("77015550101", 35, None),
        ("77015550101", 3, "77015550101"),
        ("1" * 40, 0, None),
        ("٣٣٣", 0, None),
    ],
)
def test_a_hidden_number_or_none_is_no_caller(number, presentation, caller):
    assert arrival_of(request(caller=number, presentation=presentation)).caller == caller


def test_a_callers_name_loses_its_control_characters_and_escapes():
    assert arrival_of(request(name=r"Ай \"гүл\" \\ x")).caller_name == r'Ай "гүл" \ x'
    assert arrival_of(request(name="a\x00\x1b[2Jb\x85c")).caller_name == "a[2Jbc"
    assert len(arrival_of(request(name="я" * 1000)).caller_name) == 80
    assert clean("a\r\nAction: Originate") == "aAction: Originate"


@pytest.mark.parametrize(("kept", "priority"), [("", 0), ("9", 9), ("0", 0), ("10", 0), ("-1", 0), ("x", 0), ("٣", 0)])
def test_a_priority_is_one_digit_or_the_usual_one(kept, priority):
    assert arrival_of(parse_request(opening(priority=kept).decode().splitlines()[:-1])).priority == priority


@pytest.mark.parametrize(
    ("phase", "resumed", "talked"),
    [("arrived", False, False), ("waiting", True, False), ("talked", True, True), ("", False, False)],
)
def test_the_phase_tells_where_the_call_comes_from(phase, resumed, talked):
    arrival = arrival_of(parse_request(opening(phase=phase).decode().splitlines()[:-1]))
    assert (arrival.resumed, arrival.talked) == (resumed, talked)


@pytest.mark.parametrize("since", ["", "nan", "-5", "x", "1e30"])
def test_a_call_without_a_sound_beginning_is_taken_as_of_now(since):
    lines = ["agi_uniqueid: 1.1", "agi_channel: x", f"agi_arg_2: {since}", "agi_arg_4: ../etc", "agi_arg_6: a b"]
    arrival = arrival_of(parse_request(lines))
    assert arrival.since > 1.7e9
    assert (arrival.call, arrival.language, arrival.story) == ("1.1", None, None)


@pytest.mark.parametrize("lines", [[], ["GET / HTTP/1.1"], ["agi_uniqueid: 1.1"], ["agi_channel: x"], ["agi_x"]])
def test_what_is_no_agi_is_refused(lines):
    with pytest.raises(AgiError):
        parse_request(lines)


def test_arguments_are_quoted():
    assert command("SET VARIABLE", "KEZEK_X", 'a "b" \\ c') == b'SET VARIABLE "KEZEK_X" "a \\"b\\" \\\\ c"\n'
    assert command("EXEC", "StartMusicOnHold", "") == b'EXEC "StartMusicOnHold" ""\n'
    assert command("SAY NUMBER", 5, "") == b'SAY NUMBER "5" ""\n'


@pytest.mark.parametrize("value", ["a\nHANGUP", "a\rb", "\0", "\x85"])
def test_control_characters_are_refused(value):
    with pytest.raises(ValueError, match="control"):
        quote(value)


def test_replies_as_recorded():
    assert replies("200 result=0") == [Reply(200, "0")]
    assert replies('200 result=1 (a "b" (c) \\ d)') == [Reply(200, "1", 'a "b" (c) \\ d')]
    assert replies("200 result=1 ()") == [Reply(200, "1", "")]
    assert replies("200 result=55 endpos=16000") == [Reply(200, "55", None, 16000)]
    assert replies("200 result=0 (x) endpos=0") == [Reply(200, "0", "x", 0)]
    assert replies("510 Invalid or unknown command")[0].code == 510
    assert replies("511 Command Not Permitted on a dead channel or intercept routine")[0].dead


def test_a_time_out_of_get_data_is_told_from_no_digits():
    timeout, digits, both, none, gone = replies(
        "200 result= (timeout)\n200 result=5\n200 result=12 (timeout)\n200 result=\n200 result=-1"
    )
    assert [(reply.result, reply.timed_out) for reply in (timeout, digits, both, none, gone)] == [
        ("", True),
        ("5", False),
        ("12", True),
        ("", False),
        ("-1", False),
    ]


def test_a_stray_hangup_shifts_no_reply():
    parser = ReplyParser()
    assert [parser.feed(line) for line in ("HANGUP", "HANGUP", "200 result=1")] == [None, None, Reply(200, "1")]
    assert parser.hung_up


def test_usage_errors_come_in_two_forms_and_shift_no_reply():
    long = (
        "520-Invalid command syntax.  Proper usage follows:\nSets a variable.\n200 result=7\n520 End of proper usage."
    )
    first, second, third = replies(f"{long}\n520 Invalid command syntax.  Proper usage not available.\n200 result=3")
    assert (first.code, second.code, third) == (520, 520, Reply(200, "3"))
    assert "Sets a variable." in first.text


@pytest.mark.parametrize("line", ["", "hello", "200", "200 ok", "20 result=1", "2000 result=1"])
def test_what_is_no_reply_is_an_error(line):
    with pytest.raises(AgiError):
        ReplyParser().feed(line)


def test_a_usage_without_an_end_is_an_error():
    parser = ReplyParser()
    for line in ["520-Invalid command syntax.  Proper usage follows:", *["and so on"] * 200]:
        parser.feed(line)
    with pytest.raises(AgiError):
        parser.feed("and so on")
