"""What comes in and goes out where a talk is handled: transfers, consultations, supervision, colleagues."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kezek_api.shapes import Shape
from kezek_queue.types import OperatorState

Login = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Outside = Annotated[str, Field(max_length=16, pattern=r"^$|^\+?[0-9]{2,15}$")]


class ConsultIn(Shape):
    """One of the two."""

    operator: Login = ""
    number: Outside = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.operator) == bool(self.number):
            raise ValueError("operator or number: one of the two is wanted")
        return self


class TransferIn(Shape):
    """One of the three."""

    operator: Login = ""
    queue: Login = ""
    number: Outside = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.operator, self.queue, self.number))) != 1:
            raise ValueError("operator, queue or number: one of the three is wanted")
        return self


class RecordingIn(Shape):
    on: bool


class ExtendIn(Shape):
    seconds: Annotated[int, Field(ge=10, le=600)] = 60


class JoinIn(Shape):
    joined: Annotated[tuple[Login, ...], Field(max_length=20)] = ()


class SuperviseIn(Shape):
    operator: Annotated[Login, Field(min_length=1)]
    mode: Literal["listen", "whisper", "barge"] = "listen"


class Supervision(Shape):
    operator: str
    mode: Literal["listen", "whisper", "barge"]


class Colleague(Shape):
    operator: str
    name: str
    state: OperatorState
    reachable: bool
    queues: tuple[str, ...]


class ColleagueQueue(Shape):
    queue: str
    name: str
    waiting: int
    ready: int


class NumberOutside(Shape):
    number: str
    name: str


class Colleagues(Shape):
    operators: tuple[Colleague, ...]
    queues: tuple[ColleagueQueue, ...]
    numbers: tuple[NumberOutside, ...]
