"""Connections to the warehouse as owner or reader, and the roles and schemas that must be there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine

from warehouse.access import apply_access, reader_url
from warehouse.errors import TowerError
from warehouse.settings import Settings, load_settings


def connect(url: URL, timeout: int = 5) -> Any:
    """A psycopg2 connection to url. Raises TowerError that says what to do when there is none to be had."""
    options: dict[str, Any] = {key: str(value) for key, value in url.query.items()} | {
        "host": url.host,
        "port": url.port,
        "dbname": url.database,
        "user": url.username,
        "password": url.password,
        "connect_timeout": timeout,
    }
    try:
        return psycopg2.connect(**options)
    except psycopg2.OperationalError as error:
        raise TowerError(explain(url, str(error))) from error


def explain(url: URL, message: str) -> str:
    """One line for a failed connection."""
    where = f"{url.host}:{url.port}/{url.database}"
    if "password authentication failed" in message and str(url.username).startswith("tower_scope_"):
        return "this row scope is new to the warehouse; run `make access`"
    if "password authentication failed" in message:
        return f"PostgreSQL at {where} refuses the password of {url.username}; compare it with the one in .env"
    if "does not exist" in message:
        return f"PostgreSQL at {where} has no such database or role; run `make up`"
    if "Connection refused" in message or "timeout" in message or "starting up" in message:
        return f"no warehouse answers at {where}; run `make up`"
    return f"cannot connect to {where}: {' '.join(message.split())}"


@contextmanager
def owner_connection(settings: Settings | None = None) -> Iterator[Any]:
    """A raw psycopg2 connection as owner, closed at the end; the caller commits."""
    connection = connect((settings or load_settings()).owner())
    try:
        yield connection
    finally:
        connection.close()


def owner_engine(settings: Settings | None = None) -> Engine:
    """An SQLAlchemy engine as owner."""
    return create_engine((settings or load_settings()).owner())


def reader_engine(settings: Settings | None = None, role: str | None = None, pool_size: int = 8) -> Engine:
    """A pooled SQLAlchemy engine as reader: marts and scores only, statements end after 30 seconds.

    `role` is the login role of a row scope; it keeps fewer connections open, since there can be many of them.
    """
    url = reader_url(settings or load_settings(), role)
    pool_size = min(pool_size, 2) if role else pool_size
    return create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, pool_timeout=20)


def prepare_database(settings: Settings, admin: URL | None = None) -> None:
    """Make the database, the reader role, schemas, audit tables and row scopes. `admin` may create roles."""
    admin = admin or settings.owner()
    if settings.warehouse != "external":
        with _autocommit(admin.set(database="postgres")) as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (settings.database,))
            if not cursor.fetchone():
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(settings.database)))
    with _autocommit(settings.owner()) as cursor:
        cursor.execute("select 1 from pg_roles where rolname = 'tower_reader'")
        verb = "alter" if cursor.fetchone() else "create"
        cursor.execute(
            sql.SQL(verb + " role tower_reader login password {}").format(sql.Literal(settings.reader_password))
        )
        cursor.execute("alter role tower_reader set statement_timeout = '30s'")
        cursor.execute("alter role tower_reader set default_transaction_read_only = on")
        cursor.execute("select 1 from pg_roles where rolname = 'tower_scoped'")
        if not cursor.fetchone():
            cursor.execute("create role tower_scoped nologin")
        cursor.execute((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        apply_access(cursor, settings)


@contextmanager
def _autocommit(url: URL) -> Iterator[Any]:
    connection = connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
