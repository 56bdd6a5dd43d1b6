"""Words out of sound, and mentions out of words: a recogniser behind a small boundary, and a phrasebook for each
language."""

from .models import FoundModel, available, check
from .phrasebook import build_phrasebook
from .pool import VoskEars
from .settings import EarsLoad, SpeechSettings, streams_here
from .types import (
    Dead,
    Ears,
    Full,
    Heard,
    Mention,
    NoModel,
    Phrasebook,
    Purpose,
    Recogniser,
    SpeechError,
    Vocabulary,
    Word,
)

__all__ = [
    "Dead",
    "Ears",
    "EarsLoad",
    "FoundModel",
    "Full",
    "Heard",
    "Mention",
    "NoModel",
    "Phrasebook",
    "Purpose",
    "Recogniser",
    "SpeechError",
    "SpeechSettings",
    "Vocabulary",
    "VoskEars",
    "Word",
    "available",
    "build_phrasebook",
    "check",
    "streams_here",
]
