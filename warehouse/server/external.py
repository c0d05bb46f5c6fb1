"""A PostgreSQL that somebody else runs: prepared, never started or stopped."""

from __future__ import annotations

from warehouse.database import prepare_database
from warehouse.settings import Settings


def up(settings: Settings) -> str:
    """Reach it and prepare its database; returns one line that says where it is."""
    prepare_database(settings)
    url = settings.owner()
    return f"reached {url.host}:{url.port}/{url.database}"


def down(settings: Settings) -> str:
    """Leave it alone."""
    return f"left running at {settings.owner().host}"
