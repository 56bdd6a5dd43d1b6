"""The conductor: a call from hello to goodbye is one coroutine; and the callbacks that we dial."""

from kezek_ivr.dialogue import Dialogue, DialogueError
from kezek_ivr.hours import Calendar, HoursError
from kezek_ivr.outbound import Outbound
from kezek_ivr.prompts import LANGUAGES, PromptError, prompt_texts
from kezek_ivr.reception import Reception
from kezek_ivr.recording import recording_file
from kezek_ivr.settings import OutboundSettings, ReceptionSettings
from kezek_ivr.steady import QueueAway
from kezek_ivr.types import Directory, KnownCaller, Ledger, Notes, Storyteller, Waits
from kezek_ivr.waiting import EndedElsewhere

__all__ = [
    "LANGUAGES",
    "Calendar",
    "Dialogue",
    "DialogueError",
    "Directory",
    "EndedElsewhere",
    "HoursError",
    "KnownCaller",
    "Ledger",
    "Notes",
    "Outbound",
    "OutboundSettings",
    "PromptError",
    "QueueAway",
    "Reception",
    "ReceptionSettings",
    "Storyteller",
    "Waits",
    "prompt_texts",
    "recording_file",
]
