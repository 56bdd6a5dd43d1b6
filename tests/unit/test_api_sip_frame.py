"""What a page may say to Asterisk: its own phone's messages, one in a frame, and nothing hidden in them."""

from __future__ import annotations

import pytest

from kezek_api.sip_frame import MAX_FRAME, refusal


def message(
    start: str = "REGISTER sip:kezek SIP/2.0",
    *more: str,
    sender: str = "From: <sip:1002@kezek>;tag=a1",
    to: str = "To: <sip:1002@kezek>",
    length: int | str | None = None,
    body: str = "",
) -> str:
    told = len(body.encode()) if length is None else length
    via = "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1"
    lines = [start, via, sender, to, "Call-ID: 1", "CSeq: 1 X", *more, f"Content-Length: {told}", "", body]
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    "frame",
    [
        message(),
        message(sender='From: "Айгүл" <sip:1002@kezek>;tag=1'),
        message("INVITE sip:109@kezek SIP/2.0", to="To: <sip:109@kezek>", body="v=0\r\ns=Айгүл\r\n"),
        message("BYE sip:asterisk@vm:5060;transport=ws SIP/2.0", to="To: <sip:77015550101@vm>;tag=b"),
        message("SIP/2.0 180 Ringing", sender="From: <sip:77015550101@vm>;tag=c"),
        message("SIP/2.0 200 OK", sender="From: <sip:77015550101@vm>;tag=c", body="v=0\r\n\r\na=x\r\n"),
        message().replace("From:", "f:").replace("Content-Length:", "l :"),
    ],
)
def test_what_jssip_says_passes(frame: str) -> None:
    assert refusal(frame, "1002") == ""


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (message(sender="From: <sip:1003@kezek>;tag=1"), "another phone"),
        (message(to="To: <sip:1003@kezek>"), "another phone"),
        (message("INVITE sip:109@kezek SIP/2.0", sender="From: <sip:nobody@kezek>;tag=1"), "another phone"),
        (message(sender="From: <sip:1002@kezek>,<sip:1003@kezek>"), "another phone"),
        (message(sender="From: <sip:%31002@kezek>"), "another phone"),
        (message(sender='From: "<sip:1002@kezek>" <sip:1003@kezek>'), "another phone"),
        (message(sender='From: "\\" <sip:1002@kezek>'), "another phone"),
        (message(sender="From: sip:1002@kezek"), "another phone"),
        (message(sender="X: y"), "another phone"),
        (message("ACK sip:109@kezek SIP/2.0", sender="From: <tel:1002>"), "another phone"),
        (message("REGISTER sip:kezek SIP/2.0", "From: <sip:1003@kezek>"), "a header twice"),
        (message("REGISTER sip:kezek SIP/2.0", "f: <sip:1003@kezek>"), "a header twice"),
        (message("REGISTER sip:kezek SIP/2.0", "l: 0"), "a header twice"),
        (message("REGISTER sip:kezek SIP/2.0", "m: <sip:1@a>", "Contact: <sip:1@b>"), "a header twice"),
        (message("REGISTER sip:kezek SIP/2.0", " folded: x"), "not a header"),
        (message("REGISTER sip:kezek SIP/2.0", "nothing"), "not a header"),
        (message("REGISTER sip:kezek SIP/2.0", "X: a\nFrom: <sip:1003@kezek>"), "not one message"),
        (message("REGISTER sip:kezek SIP/2.0", "X: a\rb"), "not one message"),
        (message("REGISTER sip:kezek SIP/2.0", "X: a\0b"), "not one message"),
        (message(length=0, body=message(sender="From: <sip:1003@kezek>")), "not one message"),
        (message(length=5), "not one message"),
        (message(length="0x0"), "not one message"),
        (message(length="+0"), "not one message"),
        (message(length=2, body="Ай"), "not one message"),
        (message().replace("Content-Length: 0\r\n", ""), "not one message"),
        (message("SUBSCRIBE sip:1003@kezek SIP/2.0"), "not for a phone"),
        (message("REFER sip:1003@kezek SIP/2.0"), "not for a phone"),
        (message("register sip:kezek SIP/2.0"), "not for a phone"),
        (message("REGISTER http://kezek SIP/2.0"), "not for a phone"),
        (message("GET / HTTP/1.1"), "not for a phone"),
        ("\r\n" + message(), "not a header"),
        ("", "not one message"),
        ("ÿ\r\n\r\n", "not one message"),
        ("x" * (MAX_FRAME + 1), "too large"),
    ],
)  # fmt: skip
def test_everything_else_does_not(frame: str, why: str) -> None:
    assert refusal(frame, "1002") == why


def test_a_phone_without_a_name_speaks_for_nobody() -> None:
    assert refusal(message(sender="From: <sip:@kezek>", to="To: <sip:@kezek>"), "") != ""
    assert refusal(message(sender="X: y", to="Y: z"), "") != ""
