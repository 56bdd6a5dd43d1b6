"""The generated parts of an Asterisk configuration: transports, the trunk, phones, short numbers. Text in, text out."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
NUMBER = re.compile(r"[0-9]{1,15}")
PASSWORD = re.compile(r"[!#-:<=>?@A-\[\]-~]{1,128}")  # printable ASCII without blank, '"', ';' and backslash
RESERVED = frozenset({"line", "loopback", "trunk", "global", "system", "common", "phone"})


def transports_text(address: str, port: int) -> str:
    """SIP on `address`, by UDP and TCP; always on loopback too, for the proving call and the tests."""
    host = ipaddress.ip_address(address)
    addresses = {"": str(host)}
    if not host.is_loopback and not host.is_unspecified:
        addresses["-loopback"] = "127.0.0.1"
    return "".join(
        f"[{protocol}{suffix}]\ntype = transport\nprotocol = {protocol}\nbind = {_bracketed(where)}:{port}\n\n"
        for suffix, where in addresses.items()
        for protocol in ("udp", "tcp")
    )


def trunk_text(addresses: Iterable[str]) -> str:
    """The city exchange, known by its addresses or networks alone; nothing when there are none."""
    matches = [str(ipaddress.ip_network(address, strict=False)) for address in addresses]
    if not matches:
        return "; no exchange is connected\n"
    lines = "".join(f"match = {match}\n" for match in matches)
    return (
        "[trunk](common)\ncontext = kezek-from-trunk\nidentify_by = ip\n\n"
        f"[trunk]\ntype = identify\nendpoint = trunk\n{lines}"
    )


def phones_text(phones: Mapping[str, str]) -> str:
    """Operators' phones: endpoint, password and address of record for each. Raises ValueError for names or passwords
    that could not stand in the file."""
    parts = ["; written by kezek: changes here are lost\n"]
    for phone, password in phones.items():
        if not NAME.fullmatch(phone) or phone in RESERVED:
            raise ValueError(f"not a phone's name: {phone!r}")
        if not PASSWORD.fullmatch(password):
            raise ValueError(f"the password of phone {phone} has characters that cannot stand in a configuration file")
        parts.append(
            f"\n[{phone}](phone)\nauth = {phone}\naors = {phone}\ncallerid = <{phone}>\n"
            f"[{phone}](phone-auth)\nusername = {phone}\npassword = {password}\n"
            f"[{phone}](phone-aor)\n"
        )
    return "".join(parts)


def numbers_text(numbers: Iterable[str]) -> str:
    """The short numbers that reach the hotline."""
    return "".join(f"exten => {number},1,Goto(kezek-line,${{EXTEN}},1)\n" for number in numbers)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
