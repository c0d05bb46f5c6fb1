"""Connections to the warehouse as owner or reader; SQLAlchemy is loaded only where a pool is asked for."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg2

from warehouse.errors import TowerError
from warehouse.settings import ROOT, Settings, load_settings
from warehouse.url import DatabaseUrl

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


def connect(url: DatabaseUrl, timeout: int = 5) -> Any:
    """A psycopg2 connection to url. Raises TowerError that says what to do when there is none to be had."""
    options: dict[str, Any] = dict(url.query) | {
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


def explain(url: DatabaseUrl, message: str) -> str:
    """One line for a failed connection."""
    where = f"{url.host}:{url.port}/{url.database}"
    if "password authentication failed" in message and str(url.username).startswith("tower_scope_"):
        return "this row scope is new to the warehouse; run `make access`"
    if "password authentication failed" in message:
        todo = _missing_env() or "compare it with the one in .env"
        return f"PostgreSQL at {where} refuses the password of {url.username}; {todo}"
    if "does not exist" in message:
        return f"PostgreSQL at {where} has no such database or role; run `make up`"
    if "Connection refused" in message or "timeout" in message or "starting up" in message:
        return f"no warehouse answers at {where}; {_missing_env() or 'run `make up`'}"
    return f"cannot connect to {where}: {' '.join(message.split())}"


def _missing_env() -> str:
    """What to do about a .env that is gone, with the port and the passwords; nothing where the environment has them."""
    if (ROOT / ".env").exists() or "TOWER_READER_PASSWORD" in os.environ:
        return ""
    return "there is no .env: bring it back, or begin anew with `make setup`"


@contextmanager
def owner_connection(settings: Settings | None = None) -> Iterator[Any]:
    """A raw psycopg2 connection as owner, closed at the end; the caller commits."""
    connection = connect((settings or load_settings()).owner())
    try:
        yield connection
    finally:
        connection.close()


def reader_url(settings: Settings, role: str | None) -> DatabaseUrl:
    """Where a role reads: tower_reader without one. A scope's password follows from the reader's, so none is stored."""
    if role is None:
        return settings.reader()
    password = hmac.new(settings.reader_password.encode(), role.encode(), hashlib.sha256).hexdigest()
    return settings.reader().set(username=role, password=password)


def reader_engine(settings: Settings | None = None, role: str | None = None, pool_size: int = 8) -> Engine:
    """A pooled SQLAlchemy engine as reader: marts and scores only, statements end after 30 seconds.

    `role` is the login role of a row scope; it keeps fewer connections open, since there can be many of them.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.engine import URL

    at = reader_url(settings or load_settings(), role)
    url = URL.create("postgresql+psycopg2", at.username, at.password, at.host, at.port, at.database, at.query)
    pool_size = min(pool_size, 2) if role else pool_size
    return create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, pool_timeout=20)


@contextmanager
def autocommit(url: DatabaseUrl) -> Iterator[Any]:
    """A cursor whose every statement counts at once; its connection is closed at the end."""
    connection = connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
