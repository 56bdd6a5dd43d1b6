"""The register's door: one object with a repository for each noun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import text

from kezek_register import checklists
from kezek_register.areas import Place
from kezek_register.outage_types import Outage
from kezek_register.settings import RegisterSettings
from kezek_register.sql.additions import Additions
from kezek_register.sql.addresses import Addresses
from kezek_register.sql.area_names import AreaNames
from kezek_register.sql.asset_kinds import AssetKinds
from kezek_register.sql.audit import Audit
from kezek_register.sql.bulletins import Bulletins
from kezek_register.sql.crew_words import CrewWords
from kezek_register.sql.database import Database
from kezek_register.sql.duties import Duties
from kezek_register.sql.emergencies import Emergencies
from kezek_register.sql.exports import Exports
from kezek_register.sql.filling import Filling
from kezek_register.sql.history import History
from kezek_register.sql.house_maps import HouseMaps
from kezek_register.sql.households import Households
from kezek_register.sql.imports import Imports
from kezek_register.sql.kept import KeptOfTheLine
from kezek_register.sql.ladder import LadderHistory
from kezek_register.sql.leases import Leases
from kezek_register.sql.migrate import migrate
from kezek_register.sql.notices import Notices
from kezek_register.sql.numbering import Numbering
from kezek_register.sql.organisations import Organisations
from kezek_register.sql.outage_tickets import TicketsOfOutages
from kezek_register.sql.outages import Outages
from kezek_register.sql.outbound import OutboundLedger
from kezek_register.sql.persons import Persons
from kezek_register.sql.photo_files import PhotoFiles
from kezek_register.sql.places import Places
from kezek_register.sql.public_requests import PublicRequests
from kezek_register.sql.recordings import Recordings
from kezek_register.sql.reports import Reports
from kezek_register.sql.sessions import Sessions
from kezek_register.sql.staff import StaffList
from kezek_register.sql.suspicions import Suspicions
from kezek_register.sql.tickets import Tickets
from kezek_register.sql.tickets_of_calls import TicketsOfCalls
from kezek_register.sql.topics import Topics
from kezek_register.sql.town_rows import WholeTown
from kezek_register.sql.trees import Networks, Territories
from kezek_register.sql.trouble_reports import Troubles
from kezek_register.sql.usual_counts import UsualCounts
from kezek_register.sql.webhooks import Webhooks
from kezek_register.sql.work import Work
from kezek_register.work_rules import WorkRules
from kezek_register.worktime import WorkCalendar


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Register:
    """Every verb is one transaction and raises RegisterErrors only: NotFound, Conflict, Unavailable, and where said
    BadNumber and BadFile. Opening touches no database, so that a service starts while SQL is away."""

    def __init__(
        self,
        database: Database,
        *,
        node: str,
        clock: Callable[[], datetime],
        work: WorkRules,
    ) -> None:
        self._database = database
        self.addresses = Addresses(database)
        self.area_names = AreaNames(database)
        self.house_maps = HouseMaps(database)
        self.households = Households(database)
        self.places = Places(database)
        self.territories = Territories(database)
        self.networks = Networks(database)
        self.imports = Imports(database, works=lambda path: self.outages.import_works(path, "import"))
        self.exports = Exports(database)
        self.topics = Topics(database)
        self.organisations = Organisations(database)
        self.asset_kinds = AssetKinds(database)
        self.duties = Duties(database)
        self.emergencies = Emergencies(database, clock)

        async def affecting(place: Place) -> Sequence[Outage]:
            return await self.outages.affecting(place)

        filling = Filling(self.topics.begins_with, self.places.of_house, self.duties.who, affecting)
        self.tickets = Tickets(database, Numbering(database, node=node, clock=clock), clock, filling, work)
        self.work = Work(database, self.duties, work, clock)
        self.staff = StaffList(database)
        self.history = History(database, clock, TicketsOfCalls(database, filling, work))
        self.recordings = Recordings(database)
        self.reports = Reports(database, clock, work.calendar)
        lists = checklists.load(database.settings.checklists or checklists.OURS)
        self.outages = Outages(database, TicketsOfOutages(self.tickets), clock, lists, work.tell_by)
        self.troubles = Troubles(database, clock)
        self.suspicions = Suspicions(database, self.outages, clock)
        self.crew_words = CrewWords(database, clock)
        self.additions = Additions(database, clock)
        self.leases = Leases(database, clock)
        self.town = WholeTown(database)
        self.usual_counts = UsualCounts(database)
        self.outbound = OutboundLedger(database, clock)
        self.audit = Audit(database)
        self.kept = KeptOfTheLine(database)
        self.ladder = LadderHistory(database)
        self.sessions = Sessions(database)
        self.notices = Notices(database, clock)
        self.webhooks = Webhooks(database, clock)
        self.persons = Persons(database, clock)
        self.photo_files = PhotoFiles(database)
        self.bulletins = Bulletins(database, clock)
        self.public_requests = PublicRequests(database)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        node: str = "",
        settings: RegisterSettings | None = None,
        clock: Callable[[], datetime] = _utc_now,
        work: WorkRules | None = None,
        calendar: WorkCalendar | None = None,
    ) -> AsyncIterator[Register]:
        """`url` is SQLAlchemy's: sqlite+aiosqlite:///path or postgresql+psycopg://user@host/name.

        `node` is noted beside the blocks of registration numbers it reserves; `clock` gives the moment with the zone in
        which the year of a registration number changes; `work` has the working time by which tickets are due
        (Monday to Friday, 9 to 18, UTC, without holidays, where it is left out), and who is told of late ones;
        `calendar` is the working time alone.

        Raises ValueError for another kind of URL, BadFile for checklists of the site's own that are no use.
        """
        database = Database(url, settings or RegisterSettings())
        work = work or WorkRules(calendar or WorkCalendar())
        try:
            yield cls(database, node=node, clock=clock, work=work)
        finally:
            await database.close()

    async def migrate(self) -> None:
        """Make or upgrade the tables; safe when several processes do it at once. Raises Unavailable."""
        settings = self._database.settings
        await asyncio.to_thread(migrate, self._database.url, timeout_s=settings.migrate_timeout_s)

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with self._database.reading() as session:
            await session.execute(text("SELECT 1"))
