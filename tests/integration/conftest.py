"""Real parts that several rooms' tests share; each is started once."""

from kit.api import (  # noqa: F401 - fixtures
    house,
    node_settings,
    queues,
    town,
    visitor,
)
from kit.broker import mqtt_broker  # noqa: F401 - fixtures
from kit.databases import (  # noqa: F401 - fixtures
    dialect,
    empty_url,
    postgres_server,
    postgres_template,
    register,
    register_url,
    sqlite_template,
)
from kit.register_backup import backed_up, backup, make_url  # noqa: F401 - fixtures
from kit.valkey import site, valkey  # noqa: F401 - fixtures
