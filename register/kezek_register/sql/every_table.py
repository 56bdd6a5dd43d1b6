"""All mapped classes at once: a relation finds its other end whichever was imported first, and alembic sees all."""

from kezek_register.sql import (
    bulletin_tables,
    duty_tables,
    history_tables,
    kept_tables,
    ladder_tables,
    notice_tables,
    outage_tables,
    place_tables,
    restoration_tables,
    storm_tables,
    work_tables,
)
from kezek_register.sql.tables import Base

MODULES = (
    bulletin_tables,
    duty_tables,
    history_tables,
    kept_tables,
    ladder_tables,
    notice_tables,
    outage_tables,
    place_tables,
    restoration_tables,
    storm_tables,
    work_tables,
)
METADATA = Base.metadata
