"""Which PostgreSQL serves as warehouse, and why; each kind is started and stopped by a module of its own."""

from __future__ import annotations

from typing import Any

from warehouse import publication
from warehouse.connections import connect
from warehouse.server import docker, external
from warehouse.server.embedded import EmbeddedServer
from warehouse.settings import Settings


def choose(settings: Settings) -> tuple[str, str]:
    """(mode, reason): `auto` takes a running embedded server, then Docker, then embedded."""
    if settings.warehouse != "auto":
        return settings.warehouse, f"WAREHOUSE={settings.warehouse}"
    if EmbeddedServer(settings).is_running():
        return "embedded", "it is already running here"
    if docker.engine_answers():
        return "docker", "a Docker engine answers"
    return "embedded", "no Docker engine answers"


def up(settings: Settings) -> str:
    """Start the warehouse; returns a line that says which one, why, and what was done."""
    mode, reason = choose(settings)
    if mode == "embedded":
        done = EmbeddedServer(settings).up()
    else:
        done = docker.up(settings) if mode == "docker" else external.up(settings)
    return f"warehouse: {mode} ({reason}) — {done}"


def down(settings: Settings) -> str:
    """Stop the warehouse; an external one is left alone."""
    mode, reason = choose(settings)
    if mode == "embedded":
        done = EmbeddedServer(settings).down()
    else:
        done = docker.down(settings) if mode == "docker" else external.down(settings)
    return f"warehouse: {mode} ({reason}) — {done}"


def status(settings: Settings) -> str:
    """One line: mode, address, version and what is loaded. Raises TowerError when it is down."""
    mode, reason = choose(settings)
    connection = connect(settings.owner())
    try:
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            version = cursor.fetchone()[0]
            cursor.execute("select max(as_of_date) from ops.load_runs where status = 'succeeded'")
            as_of = cursor.fetchone()[0]
            name, room = _company(cursor), publication.room(cursor)
    finally:
        connection.close()
    loaded = f"{name}, data as of {as_of}" if as_of else "nothing loaded yet: run `make gen-data load-data`"
    url = settings.owner()
    return (
        f"warehouse: {mode} ({reason}) — PostgreSQL {version} at {url.host}:{url.port}/{url.database}, {loaded}; {room}"
    )


def _company(cursor: Any) -> str:
    """The name of the company whose data are loaded, as company.yml said it."""
    cursor.execute("select to_regclass('raw.company_settings') is not null")
    if not cursor.fetchone()[0]:
        return "a company without a name"
    cursor.execute("select company_name from raw.company_settings")
    return str(cursor.fetchone()[0] or "a company without a name")
