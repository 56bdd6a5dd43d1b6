"""SIP messages as text: building, reading, the digest answer, a session description. Just what a test's phone needs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field


@dataclass
class SipMessage:
    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def read(cls, data: bytes) -> SipMessage:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        return cls(start, [(k.strip(), v.strip()) for k, _, v in (line.partition(":") for line in lines)], body)

    def bytes(self) -> bytes:
        headers = [*self.headers, ("Content-Length", str(len(self.body.encode())))]
        return "\r\n".join([self.start, *(f"{k}: {v}" for k, v in headers), "", self.body]).encode()

    def get(self, name: str) -> str:
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [v for k, v in self.headers if k.lower() == name.lower()]

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        """Of a request, or of the request that a response answers."""
        return self.get("CSeq").split()[1]

    @property
    def sequence(self) -> int:
        return int(self.get("CSeq").split()[0])

    def reply(
        self, status: int, reason: str, tag: str, extra: list[tuple[str, str]] | None = None, body: str = ""
    ) -> SipMessage:
        to = self.get("To")
        headers = [("Via", via) for via in self.all("Via")]
        headers += [("Record-Route", route) for route in self.all("Record-Route")]
        headers += [
            ("From", self.get("From")),
            ("To", to if "tag=" in to else f"{to};tag={tag}"),
            ("Call-ID", self.get("Call-ID")),
            ("CSeq", self.get("CSeq")),
        ]
        return SipMessage(f"SIP/2.0 {status} {reason}", headers + (extra or []), body)


def uri_of(header: str) -> str:
    found = re.search(r"<([^>]+)>", header)
    return found[1] if found else header.split(";")[0]


def digest(challenge: str, *, user: str, password: str, method: str, uri: str) -> str:
    """The Authorization header for a challenge (RFC 7616, MD5)."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    ha1 = hashlib.md5(f"{user}:{given['realm']}:{password}".encode()).hexdigest()  # noqa: S324 - SIP digest is MD5
    ha2 = hashlib.md5(f"{method}:{uri}".encode()).hexdigest()  # noqa: S324 - SIP digest is MD5
    qop = f"00000001:0a4f113b:auth:{ha2}" if "qop" in given else ha2
    response = hashlib.md5(f"{ha1}:{given['nonce']}:{qop}".encode()).hexdigest()  # noqa: S324 - SIP digest is MD5
    parts = [
        f'username="{user}"', f'realm="{given["realm"]}"', f'nonce="{given["nonce"]}"', f'uri="{uri}"',
        f'response="{response}"', "algorithm=MD5",
    ]  # fmt: skip
    if "opaque" in given:
        parts.append(f'opaque="{given["opaque"]}"')
    if "qop" in given:
        parts += ["qop=auth", "nc=00000001", 'cnonce="0a4f113b"']
    return "Digest " + ", ".join(parts)


def session_description(port: int, mode: str = "sendrecv", version: int = 1) -> str:
    """`mode`: sendonly puts the other end on hold (RFC 3264, 8.4); a later description has a higher version."""
    lines = [
        "v=0", f"o=- 1 {version} IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
        f"m=audio {port} RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15", "a=ptime:20", f"a={mode}", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


def media_address(body: str) -> tuple[str, int]:
    host = re.search(r"c=IN IP4 (\S+)", body)
    port = re.search(r"m=audio (\d+)", body)
    assert host, "a description without an address"
    assert port, "a description without sound"
    return host[1], int(port[1])
