"""The queue's errors: each a class with a stable `code`."""

from __future__ import annotations


class QueueError(Exception):
    code = "queue"


class Unknown(QueueError):
    """No such call, operator or offer."""

    code = "unknown"


class Stale(QueueError):
    """The fencing number is not the present one: somebody else owns it now. Do nothing, read again."""

    code = "stale"


class NotAllowed(QueueError):
    """The state does not allow that move; the message says which."""

    code = "not_allowed"


class Full(NotAllowed):
    """The queue has as many waiting as its rules allow: the caller is told so and counted (End.REFUSED)."""

    code = "full"


class Unavailable(QueueError):
    """Redis did not answer, not even when asked again with the same key. Whether the verb was done is not known; asking
    again with the same key is safe."""

    code = "unavailable"


class Gap(QueueError):
    """Events were lost to this reader: trimmed, overflown, or Redis came back empty. The reader is over: take a
    snapshot (or the call) and read again from there."""

    code = "gap"
