"""Real parts that several rooms' tests share; each is started once."""

from kit.databases import (  # noqa: F401 - fixtures
    dialect,
    empty_url,
    postgres_server,
    postgres_template,
    register,
    register_url,
    sqlite_template,
)
