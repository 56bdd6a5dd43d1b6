"""The shapes of what an operator writes about a call (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from kezek_api.shapes import Shape, Short, StreetId, Text
from kezek_speech.types import URGENCIES

_CODE = f"({'|'.join(URGENCIES)})"
Urgency = Annotated[str, Field(pattern=f"^({_CODE}(,{_CODE})*)?$", max_length=128)]
Duration = Annotated[str, Field(pattern=r"^(P[0-9]{1,4}[DWMY]|PT[0-9]{1,4}[HM])?$")]  # as the speech room writes it


class Further(Shape):
    """What is said beside the address and the topic; what is left out stays as it is."""

    entrance: Short | None = None
    floor: Short | None = None
    landmark: Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    phone: Annotated[str, Field(max_length=32, pattern=r"^[+0-9 ()-]*$")] | None = None
    account: Annotated[str, Field(max_length=32, pattern=r"^[0-9]*$")] | None = None
    urgency: Urgency | None = None
    duration: Duration | None = None


class MendIn(Further):
    """Only the fields that are named are changed; '' empties one. Nothing that is heard later changes them again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"street_id": 3, "house": "45/2", "entrance": "2"}, {"urgency": "gas,children"}],
        }
    )

    street_id: StreetId | None = None
    street: Short | None = None
    house: Short | None = None
    flat: Short | None = None
    topic: Short | None = None
    note: Text | None = None


class ConfirmIn(Further):
    street_id: StreetId | None = None
    house: Short = ""
    flat: Short = ""
    topic: Short = ""
    note: Text = ""
