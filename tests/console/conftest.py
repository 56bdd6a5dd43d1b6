"""One browser, one Valkey, one town and one invented server for all pages' tests: each takes seconds to start."""

from kit.console import backend, browser_here, site, town_file, valkey, visit  # noqa: F401 - fixtures
from kit.console_fake import fake, fake_server, office  # noqa: F401 - fixtures
