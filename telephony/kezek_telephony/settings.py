"""The settings of the telephony room: read once by the composition root, handed down, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TelephonySettings:
    """Where Asterisk is and where our own servers listen. A port of 0 takes a free one; the server then tells which."""

    exchange: str = ""  # the Asterisk's name where there are several
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_user: str = "kezek"
    ami_secret: str = field(default="", repr=False)

    fastagi_host: str = "127.0.0.1"
    fastagi_port: int = 4573
    sound_host: str = "127.0.0.1"
    sound_port: int = 0
    sound_address: str = ""  # 'host:port' that Asterisk dials for sound; '' is the sound server's own address

    asterisk_from: tuple[str, ...] = ()  # addresses, networks and hosts it may come from, beside loopback and ami_host

    prompts: str = ""  # folder of the prompts as Asterisk sees it: <prompts>/<language>/<name>.wav
    watchdog_s: int = 30  # a caller whose node is silent for so long is taken over by the dialplan

    fallback_queue: str = "kezek"  # name in queues.conf
    other_endpoints: frozenset[str] = frozenset({"line", "loopback", "trunk"})  # endpoints that are no operator's phone

    ping_interval_s: float = 3.0  # the AMI heartbeat; interval + deadline is the time to notice a frozen Asterisk
    ping_deadline_s: float = 3.0
    action_timeout_s: float = 5.0
    reconnect_min_s: float = 0.5
    reconnect_max_s: float = 2.0  # an Asterisk that is back shall not wait long for us
    event_buffer: int = 20_000  # raw events a reader may lag behind before everything is read again
    back_timeout_s: float = 10.0  # how long a caller may take from the ring back into a FastAGI session of ours

    @property
    def known(self) -> tuple[str, ...]:
        """Who may come to FastAGI and to the sound door, beside whoever is on this machine."""
        return (self.ami_host, *self.asterisk_from)
