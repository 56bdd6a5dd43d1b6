"""The files of an Asterisk instance: filled in, secret where they must be, and nothing slips into them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kezek_ivr.settings import ReceptionSettings
from kezek_telephony.instance import PLACE, InstanceValues, fill, templates, write_instance
from kezek_telephony.instance_parts import peers_text, phones_text, transports_text, trunk_text


def values(**changes: object) -> InstanceValues:
    given: dict[str, object] = {
        "ami_port": 5038, "ami_secret": "a-secret", "sip_port": 5060, "rtp_first": 10000, "rtp_last": 10100,
        "nodes": ("127.0.0.1:4573", "127.0.0.1:4574"), "line_password": "a-password", "phones": {"1001": "one"},
    }  # fmt: skip
    return InstanceValues(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    (tmp_path / "prefix/root/usr/lib/some-linux/asterisk/modules").mkdir(parents=True)
    return tmp_path / "prefix"


def test_every_place_is_filled(tmp_path: Path, prefix: Path) -> None:
    instance = write_instance(tmp_path / "i", prefix, values())
    for path in (tmp_path / "i" / "etc").iterdir():
        assert not PLACE.search(path.read_text("utf-8")), path.name
    assert "KEZEK_NODES = 127.0.0.1:4573&127.0.0.1:4574" in (instance.folder / "etc/extensions.conf").read_text()
    assert instance.command()[-4:] == ["-C", str(instance.configuration), "-f", "-n"]


def test_secrets_are_readable_by_the_owner_alone(tmp_path: Path, prefix: Path) -> None:
    folder = write_instance(tmp_path / "i", prefix, values()).folder
    written = {path.name: path for path in (folder / "etc").iterdir()}
    secret = {name for name, path in written.items() if path.stat().st_mode & 0o077 == 0}
    assert secret == {"manager.conf", "pjsip.conf", "kezek-phones.conf", "kezek-peers.conf"}
    for name, path in written.items():
        if name not in secret:
            assert not any(word in path.read_text() for word in ("a-secret", "a-password", "= one"))


def test_values_are_not_shown_by_accident() -> None:
    shown = repr(values())
    assert "a-secret" not in shown
    assert "a-password" not in shown
    assert "1001" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"ami_port": 0}, {"sip_port": 70000}, {"ami_secret": ""}, {"line_password": ""}, {"phones": {"1001": ""}},
        {"nodes": ()}, {"nodes": ("somewhere",)}, {"nodes": ("a:1&agi",)}, {"numbers": ()}, {"numbers": ("109,1,x",)},
        {"phones": {"loopback": "x"}}, {"phones": {"10 01": "x"}}, {"phones": {"1": "a\nb"}}, {"phones": {"1": "a;b"}},
        {"ami_secret": "a\n[evil]"}, {"line_password": "a;b"}, {"trunks": ("not an address",)}, {"sip_address": "host"},
        {"system_name": "a b"}, {"browser_phones": frozenset({"1001"})}, {"phones": {"phone-web": "x"}},
    ],
)  # fmt: skip
def test_what_would_break_the_files_is_refused(tmp_path: Path, prefix: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        write_instance(tmp_path / "i", prefix, values(**changes))


def test_a_phone_in_a_browser_speaks_webrtc_and_the_others_do_not(tmp_path: Path, prefix: Path) -> None:
    given = values(phones={"1001": "one", "1002": "two"}, browser_phones=frozenset({"1002"}), ws_port=8099)
    etc = write_instance(tmp_path / "i", prefix, given).folder / "etc"
    phones = (etc / "kezek-phones.conf").read_text()
    assert "[1001](phone)\n" in phones
    assert "[1002](phone-web)\n" in phones
    http = (etc / "http.conf").read_text()
    assert "enabled = yes" in http
    assert "bindaddr = 127.0.0.1\nbindport = 8099" in http
    assert "protocol = ws" in (etc / "kezek-transports.conf").read_text()
    assert "icesupport = yes" in (etc / "rtp.conf").read_text()


def test_without_phones_in_browsers_no_web_server_listens(tmp_path: Path, prefix: Path) -> None:
    etc = write_instance(tmp_path / "i", prefix, values()).folder / "etc"
    assert "enabled = no" in (etc / "http.conf").read_text()
    assert "protocol = ws" not in (etc / "kezek-transports.conf").read_text()
    assert "icesupport = no" in (etc / "rtp.conf").read_text()


def test_a_folder_too_deep_for_the_control_socket_is_named(tmp_path: Path, prefix: Path) -> None:
    with pytest.raises(ValueError, match="too long"):
        write_instance(tmp_path / ("x" * 120), prefix, values())


def test_a_prefix_without_asterisk_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_instance(tmp_path / "i", tmp_path, values())


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("port = @NOWHERE@", {})


def test_sip_listens_where_it_is_told_and_on_loopback() -> None:
    assert transports_text("127.0.0.1", 5060).count("bind") == 2
    elsewhere = transports_text("192.0.2.7", 5060)
    assert "bind = 192.0.2.7:5060" in elsewhere
    assert "bind = 127.0.0.1:5060" in elsewhere
    assert "bind = [2001:db8::1]:5060" in transports_text("2001:db8::1", 5060)
    assert transports_text("0.0.0.0", 5060).count("bind") == 2


def test_the_trunk_is_known_by_address() -> None:
    assert "endpoint" not in trunk_text([])
    text = trunk_text(["192.0.2.1", "198.51.100.0/24"])
    assert "match = 192.0.2.1/32\nmatch = 198.51.100.0/24\n" in text
    assert "identify_by = ip" in text


def test_the_trunk_is_dialled_where_it_is_said_or_where_it_is() -> None:
    assert "contact = sip:192.0.2.1\n" in trunk_text(["198.51.100.0/24", "192.0.2.1"])
    assert "contact = sip:[2001:db8::1]\n" in trunk_text(["2001:db8::1"])
    assert "contact = sip:exchange.example:5080\n" in trunk_text(["192.0.2.1"], "exchange.example:5080")
    assert "contact" not in trunk_text(["198.51.100.0/24"])
    with pytest.raises(ValueError, match="not a host"):
        trunk_text([], "a;b\nc")


def test_the_exchanges_sign_in_to_each_other_by_name() -> None:
    assert "endpoint" not in peers_text("", {}, "")
    text = peers_text("a", {"b": "192.0.2.2:5060"}, "theirs")
    assert "[kezek-peer-b](peer-aor)\ncontact = sip:192.0.2.2:5060\n" in text
    assert "from_user = kezek-peer-a\n" in text
    assert "[kezek-peer-a-out](peer-auth)\nusername = kezek-peer-a\npassword = theirs\n" in text
    for exchange, peers, password in (
        ("", {"b": "h:1"}, "p"), ("a", {"a": "h:1"}, "p"), ("a", {"b": "h:1"}, ""), ("a", {"b": "h;1"}, "p"),
        ("a", {"b c": "h:1"}, "p"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r".+"):
            peers_text(exchange, peers, password)


def test_recordings_are_for_the_owner_alone(tmp_path: Path, prefix: Path) -> None:
    instance = write_instance(tmp_path / "i", prefix, values())
    assert instance.recordings.is_relative_to(instance.folder)
    assert instance.recordings.stat().st_mode & 0o777 == 0o700


def test_a_story_comes_from_loopback_alone() -> None:
    dialplan = (templates() / "extensions.conf").read_text("utf-8")
    readers = [part for part in dialplan.split("\n[") if "X-Kezek-Story" in part]
    assert [part.split("]")[0] for part in readers] == ["kezek-from-loopback"]


def test_each_phone_has_its_password() -> None:
    assert "password = one\n" in phones_text({"1001": "one"})


def test_an_order_that_lies_in_a_socket_is_carried_out_before_its_offer_can_be_another_ones() -> None:
    """P2: Asterisk gives up a session that blocks it after `writetimeout`; until then it may have read nothing."""
    told = (templates() / "manager.conf").read_text("utf-8")
    (blocked_ms,) = map(int, re.findall(r"^writetimeout *= *([0-9]+)", told, re.MULTILINE))
    assert ReceptionSettings(node="n").lease_margin_s * 1000 >= 2 * blocked_ms
