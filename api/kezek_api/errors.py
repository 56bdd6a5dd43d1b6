"""What the doors themselves refuse. The register's and the queue's errors pass through as they are."""

from __future__ import annotations


class DoorError(Exception):
    """A refusal with a stable `code`; the message is shown to people and holds nothing personal."""

    code = "door"


class NotSignedIn(DoorError):
    code = "not_signed_in"


class WrongPassword(DoorError):
    code = "wrong_password"


class TooManyAttempts(DoorError):
    code = "too_many_attempts"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooMany(TooManyAttempts):
    """One person has as many of something at one time as he may."""

    code = "too_many"


class Forbidden(DoorError):
    """Another role, another operator's call, or not from this machine."""

    code = "forbidden"


class NoPhone(DoorError):
    """This operator's phone is no phone in a browser."""

    code = "not_found"


class WrongOrigin(DoorError):
    code = "wrong_origin"


class Invalid(DoorError):
    code = "invalid"


class StaleVersion(DoorError):
    """If-Match names a version that is no longer the present one: look again."""

    code = "stale_version"


class PreconditionRequired(DoorError):
    """A change of what two people may edit says which version it was made of (RFC 6585)."""

    code = "precondition_required"


class UnknownMedia(DoorError):
    code = "unsupported_media_type"


class TooLarge(DoorError):
    code = "too_large"
