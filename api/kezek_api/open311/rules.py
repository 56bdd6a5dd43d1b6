"""What rules.toml says of Open311: `[open311]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Key(BaseModel):
    """An app that may post. `sha256` of its key: the key itself stands nowhere (`kezek open311-key NAME` makes one)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,40}$")]
    sha256: Digest


class Open311Rules(BaseModel):
    """`moderated`: a request gets a token, and its number when an operator has confirmed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool = False
    jurisdiction: Annotated[str, Field(max_length=200)] = ""
    moderated: bool = False
    contact: str = ""
    topics: tuple[str, ...] = ()  # () is all without an emergency service
    keys: tuple[Key, ...] = ()
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
