"""Which PostgreSQL serves as warehouse: settings in, a running server out; the command line and the tests call it."""

from warehouse.server.choice import choose, down, status, up

__all__ = ["choose", "down", "status", "up"]
