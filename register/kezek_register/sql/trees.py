"""Territories and networks: trees that are read, mended and cut, one node at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import exc, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.place_types import NETWORK_KINDS, TERRITORY_KINDS, Node
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of
from kezek_register.sql.revisions import STREETS, bump
from kezek_register.types import Conflict, NotFound, RegisterError

NodeRow = TypeVar("NodeRow", TerritoryRow, NetworkPartRow)


class BadNode(RegisterError):
    """No such kind, no name, or it would lie below itself."""

    code = "bad_node"


class Tree(Generic[NodeRow]):
    def __init__(self, database: Database, table: type[NodeRow], kinds: Sequence[str]) -> None:
        self._database = database
        self._table: type[NodeRow] = table
        self.kinds = kinds

    async def all(self) -> list[Node]:
        """Each behind its parent, children in the order of their ids."""
        async with self._database.reading() as session:
            return await nodes(session, self._table)

    async def get(self, node_id: int) -> Node:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await self._told(session, await self._row(session, node_id))

    async def of_code(self, code: str) -> Node:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await self._told(session, await self._of_code(session, code))

    async def below(self, node_id: int) -> list[Node]:
        """The node itself and all that lies below it. Raises NotFound."""
        await self.get(node_id)
        return [node for node in await self.all() if node_id in node.path]

    async def add(self, node: Node) -> Node:
        """`id`, `path` and `version` are given here. Raises Conflict for a code that is taken, NotFound for a parent
        that is not there, and BadNode."""
        self._check(node)
        async with self._database.writing() as session:
            parent = await self._of_code(session, node.parent) if node.parent else None
            row = self._table(
                code=node.code, kind=node.kind, names=node.names, parent_id=parent.id if parent else None, path=""
            )
            session.add(row)
            await session.flush()
            path = f"{parent.path if parent else '/'}{row.id}/"
            await session.execute(update(self._table).where(self._table.id == row.id).values(path=path))
            await bump(self._database, session, STREETS)
            return await self._told(session, row)

    async def update(self, node: Node, version: int) -> Node:
        """Names, kind, code and parent of node.id; what lies below moves along. Raises as `add`, and Conflict when
        somebody changed it meanwhile."""
        self._check(node)
        async with self._database.writing() as session:
            row = await self._row(session, node.id)
            if row.version != version:
                raise Conflict("somebody changed it meanwhile")
            parent = await self._of_code(session, node.parent) if node.parent else None
            if parent is not None and row.id in ids_of(parent.path):
                raise BadNode("a node cannot lie below itself")
            await self._move(session, row, f"{parent.path if parent else '/'}{row.id}/")
            row.code, row.kind, row.names = node.code, node.kind, node.names
            row.parent_id = parent.id if parent else None
            await session.flush()
            await bump(self._database, session, STREETS)
            return await self._told(session, row)

    async def remove(self, node_id: int) -> None:
        """Raises NotFound, and Conflict while something lies in it or refers to it."""
        async with self._database.writing() as session:
            row = await self._row(session, node_id)
            await session.delete(row)
            try:
                await session.flush()
            except exc.IntegrityError:
                raise Conflict("something lies in it or refers to it") from None
            await bump(self._database, session, STREETS)

    def _check(self, node: Node) -> None:
        if node.kind not in self.kinds:
            raise BadNode(f"kind is one of {', '.join(self.kinds)}")
        if not node.code or not any(node.names.values()):
            raise BadNode("a node needs a code and a name")

    async def _row(self, session: AsyncSession, node_id: int) -> NodeRow:
        row: NodeRow | None = await session.get(self._table, node_id)
        if row is None:
            raise NotFound(f"no {self._table.__tablename__} {node_id}")
        return row

    async def _of_code(self, session: AsyncSession, code: str) -> NodeRow:
        row: NodeRow | None = await session.scalar(select(self._table).where(self._table.code == code))
        if row is None:
            raise NotFound(f"no {self._table.__tablename__} {code}")
        return row

    async def _move(self, session: AsyncSession, row: NodeRow, path: str) -> None:
        if row.path == path:
            return
        below = await session.scalars(select(self._table).where(self._table.path.startswith(row.path)))
        was = len(row.path)
        for each in below.all():
            each.path = path + each.path[was:]

    async def _told(self, session: AsyncSession, row: NodeRow) -> Node:
        parent = await session.get(self._table, row.parent_id) if row.parent_id else None
        return _node(row, parent.code if parent else "")


class Territories(Tree[TerritoryRow]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, TerritoryRow, TERRITORY_KINDS)


class Networks(Tree[NetworkPartRow]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, NetworkPartRow, NETWORK_KINDS)


async def nodes(session: AsyncSession, table: type[NodeRow]) -> list[Node]:
    """The whole tree, each behind its parent."""
    rows = list(await session.scalars(select(table)))
    codes = {row.id: row.code for row in rows}
    found = [_node(row, codes.get(row.parent_id or 0, "")) for row in rows]
    return sorted(found, key=lambda node: node.path)


def _node(row: TerritoryRow | NetworkPartRow, parent: str) -> Node:
    return Node(row.id, row.code, row.kind, dict(row.names), parent, ids_of(row.path), row.version)
