"""What a page may say to Asterisk: one SIP message in a frame, in the session's own phone's name. Pure.

Asterisk reads a frame as a stream, so a second message could be hidden behind the first; and whoever comes from
loopback under an unknown name is taken for the city exchange. Hence the strictness: what JsSIP does not write is
refused.
"""

from __future__ import annotations

import re

MAX_FRAME = 32 * 1024  # characters; an INVITE with a dozen candidates has 6 KiB
METHODS = frozenset({"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK"})
# RFC 3261, 7.3.3: the short names of those headers that may stand but once
SINGLE = {"f": "from", "t": "to", "l": "content-length", "i": "call-id", "m": "contact"}

SURROGATE = re.compile("[\ud800-\udfff]")
_REQUEST = re.compile(r"([A-Z]+) (sips?:[!-~]+) SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 [1-6][0-9]{2} [^\r\n]*")
_HEADER = re.compile(r"([A-Za-z0-9\-]+)[ \t]*:[ \t]*(.*)")
_ADDRESS = re.compile(r'(?:"[^"\\]*" *)?<sip:([A-Za-z0-9_\-]+)@[A-Za-z0-9.\-]+(?::[0-9]+)?(?:;[^>]*)?>(?:;.*)?')


def refusal(frame: str, phone: str) -> str:
    """Why this frame does not go to Asterisk, for the log and the page (no word of it); '' when it may."""
    if len(frame) > MAX_FRAME:
        return "too large"
    if SURROGATE.search(frame):
        return "not one message"  # it could not be sent on
    head, blank, body = frame.partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if not blank or "\0" in frame or any("\r" in line or "\n" in line for line in (start, *lines)):
        return "not one message"
    headers: dict[str, str] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found is None:
            return "not a header"
        name = SINGLE.get(found[1].lower(), found[1].lower())
        if name in headers and name in SINGLE.values():
            return "a header twice"
        headers[name] = found[2]
    if headers.get("content-length", "").strip() != str(len(body.encode())):
        return "not one message"
    if _RESPONSE.fullmatch(start):
        return ""
    request = _REQUEST.fullmatch(start)
    if request is None or request[1] not in METHODS:
        return "not for a phone"
    names = ("from", "to") if request[1] == "REGISTER" else ("from",)
    return "" if phone and all(_user(headers.get(name, "")) == phone for name in names) else "another phone"


def _user(address: str) -> str:
    found = _ADDRESS.fullmatch(address.strip())
    return found[1] if found else ""
