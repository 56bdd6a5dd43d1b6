"""Real parts that the endurance tests share; each is started once."""

from kit.api import town  # noqa: F401 - fixtures
from kit.valkey import site, valkey  # noqa: F401 - fixtures
