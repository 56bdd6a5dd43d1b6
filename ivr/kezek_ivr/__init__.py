"""The conductor: a call from hello to goodbye is one coroutine."""

from kezek_ivr.dialogue import Dialogue, DialogueError
from kezek_ivr.prompts import LANGUAGES, PromptError, prompt_texts
from kezek_ivr.reception import Reception
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.steady import QueueAway
from kezek_ivr.types import Directory, KnownCaller, Notes, Storyteller
from kezek_ivr.waiting import EndedElsewhere

__all__ = [
    "LANGUAGES",
    "Dialogue",
    "DialogueError",
    "Directory",
    "EndedElsewhere",
    "KnownCaller",
    "Notes",
    "PromptError",
    "QueueAway",
    "Reception",
    "ReceptionSettings",
    "Storyteller",
    "prompt_texts",
]
