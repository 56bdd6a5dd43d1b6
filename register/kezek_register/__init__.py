"""People and places: the register of addresses, households, topics, tickets, staff and calls, in SQL.

async with Register.open("sqlite+aiosqlite:///kezek.db") as register:
    await register.migrate()
    household = await register.households.by_phone("+77009990109")
"""

from kezek_register.csvfile import BadFile
from kezek_register.names import LANGUAGES, street_name, street_title
from kezek_register.numbers import BadNumber
from kezek_register.register import Register
from kezek_register.sample import has_other_town, load_sample
from kezek_register.settings import RegisterSettings
from kezek_register.sql.history import Pieces
from kezek_register.types import (
    Abandoned,
    AuditEntry,
    Building,
    CallRecord,
    Conflict,
    Household,
    ImportReport,
    Leg,
    LegPiece,
    NotFound,
    OperatorTime,
    Outbound,
    Recording,
    RegisterError,
    Staff,
    Street,
    Ticket,
    Topic,
    Unavailable,
)

__all__ = [
    "LANGUAGES",
    "Abandoned",
    "AuditEntry",
    "BadFile",
    "BadNumber",
    "Building",
    "CallRecord",
    "Conflict",
    "Household",
    "ImportReport",
    "Leg",
    "LegPiece",
    "NotFound",
    "OperatorTime",
    "Outbound",
    "Pieces",
    "Recording",
    "Register",
    "RegisterError",
    "RegisterSettings",
    "Staff",
    "Street",
    "Ticket",
    "Topic",
    "Unavailable",
    "has_other_town",
    "load_sample",
    "street_name",
    "street_title",
]
