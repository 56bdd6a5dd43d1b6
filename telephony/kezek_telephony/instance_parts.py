"""The generated parts of an Asterisk configuration: transports, the trunk, the other exchanges, phones, short numbers.
Text in, text out."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping

from .phones import PEER

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
NUMBER = re.compile(r"[0-9]{1,15}")
PASSWORD = re.compile(r"[!#-:<=>?@A-\[\]-~]{1,128}")  # printable ASCII without blank, '"', ';' and backslash
CONTACT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
RESERVED = frozenset({"line", "loopback", "trunk", "global", "system", "common", "phone", "phone-web"})


def transports_text(address: str, port: int, *, websocket: bool = False) -> str:
    """SIP on `address`, by UDP and TCP; always on loopback too, for the proving call and the tests. `websocket`: also
    what comes in by Asterisk's HTTP server (http.conf says where)."""
    host = ipaddress.ip_address(address)
    addresses = {"": str(host)}
    if not host.is_loopback and not host.is_unspecified:
        addresses["-loopback"] = "127.0.0.1"
    text = "".join(
        f"[{protocol}{suffix}]\ntype = transport\nprotocol = {protocol}\nbind = {_bracketed(where)}:{port}\n\n"
        for suffix, where in addresses.items()
        for protocol in ("udp", "tcp")
    )
    return text + ("[ws]\ntype = transport\nprotocol = ws\nbind = 127.0.0.1\n\n" if websocket else "")


def trunk_text(addresses: Iterable[str], contact: str = "") -> str:
    """The city exchange. It is known by its addresses or networks alone; `contact`, 'host' or 'host:port', is where we
    dial out, by default the first address that is a host's. Nothing when there are neither. Raises ValueError."""
    networks = [ipaddress.ip_network(address, strict=False) for address in addresses]
    hosts = (_bracketed(str(each.network_address)) for each in networks if each.num_addresses == 1)
    contact = contact or next(hosts, "")
    if contact and not CONTACT.fullmatch(contact):
        raise ValueError(f"not a host and port: {contact!r}")
    if not networks and not contact:
        return "; no exchange is connected\n"
    text = "[trunk](common)\ncontext = kezek-from-trunk\nidentify_by = ip\n"
    if contact:
        text += f"aors = trunk\n\n[trunk]\ntype = aor\ncontact = sip:{contact}\n"
    if networks:
        lines = "".join(f"match = {network}\n" for network in networks)
        text += f"\n[trunk]\ntype = identify\nendpoint = trunk\n{lines}"
    return text


def peers_text(exchange: str, peers: Mapping[str, str], password: str) -> str:
    """The other exchanges, name -> 'host:port': each signs in to the others under its own name, all with one password.
    Nothing when there are none. Raises ValueError."""
    if not peers:
        return "; there is no other exchange\n"
    if not all(NAME.fullmatch(name) for name in (exchange, *peers)) or exchange in peers:
        raise ValueError("exchanges need names, each its own")
    if not PASSWORD.fullmatch(password):
        raise ValueError("the exchanges need a password that can stand in a configuration file")
    own, text = PEER + exchange, ""
    for name, contact in peers.items():
        if not CONTACT.fullmatch(contact):
            raise ValueError(f"not a host and port: {contact!r}")
        there = PEER + name
        text += (
            f"[{there}](peer)\nauth = {there}\noutbound_auth = {own}-out\naors = {there}\nfrom_user = {own}\n"
            f"[{there}](peer-auth)\nusername = {there}\npassword = {password}\n"
            f"[{there}](peer-aor)\ncontact = sip:{contact}\n\n"
        )
    return text + f"[{own}-out](peer-auth)\nusername = {own}\npassword = {password}\n"


def phones_text(phones: Mapping[str, str], browser: Collection[str] = ()) -> str:
    """Operators' phones: endpoint, password and address of record for each; those in `browser` speak WebRTC. Raises
    ValueError for names or passwords that could not stand in the file."""
    parts = ["; written by kezek: changes here are lost\n"]
    for phone, password in phones.items():
        if not NAME.fullmatch(phone) or phone in RESERVED or phone.startswith("kezek-"):
            raise ValueError(f"not a phone's name: {phone!r}")
        if not PASSWORD.fullmatch(password):
            raise ValueError(f"the password of phone {phone} has characters that cannot stand in a configuration file")
        template = "phone-web" if phone in browser else "phone"
        parts.append(
            f"\n[{phone}]({template})\nauth = {phone}\naors = {phone}\ncallerid = <{phone}>\n"
            f"[{phone}](phone-auth)\nusername = {phone}\npassword = {password}\n"
            f"[{phone}](phone-aor)\n"
        )
    return "".join(parts)


def numbers_text(numbers: Iterable[str]) -> str:
    """The short numbers that reach the hotline."""
    return "".join(f"exten => {number},1,Goto(kezek-line,${{EXTEN}},1)\n" for number in numbers)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
