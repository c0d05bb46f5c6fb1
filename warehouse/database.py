"""What every warehouse holds before its data: the database, schemas, audit tables, and the roles that read."""

from __future__ import annotations

from pathlib import Path

from psycopg2 import errors, sql

from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.processes import wait_until
from warehouse.roles import apply_access, make_readers
from warehouse.settings import Settings

PREPARE_SECONDS = 20
SCHEMA = Path(__file__).parent / "schema.sql"
FUNCTIONS = Path(__file__).parent / "server" / "functions.sql"
LOAD_LOCK = 7_203_114  # held by whoever writes raw.*: one at a time


def prepare_database(settings: Settings) -> None:
    """Make what is missing and bring the roles in line with .env and access.yml; safe to run again.

    An external server must have the database already; elsewhere it is made too.
    """
    if settings.warehouse != "external":
        with autocommit(settings.owner().set(database="postgres")) as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (settings.database,))
            if not cursor.fetchone():
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(settings.database)))
    if not wait_until(lambda: _prepared(settings), PREPARE_SECONDS):
        raise TowerError("other programs keep changing the same roles; try again when they are done")


def _prepared(settings: Settings) -> bool:
    """Roles, schemas and audit tables; False when a program in this or another database changed a role just now."""
    try:
        with autocommit(settings.owner()) as cursor:
            make_readers(cursor, settings)
            cursor.execute(SCHEMA.read_text(encoding="utf-8"))
            cursor.execute("select rolsuper from pg_roles where rolname = current_user")
            if cursor.fetchone()[0]:
                cursor.execute(FUNCTIONS.read_text(encoding="utf-8"))
            apply_access(cursor, settings)
        return True
    except (errors.DuplicateObject, errors.InternalError_, errors.UniqueViolation) as error:
        if "concurrently updated" in str(error) or "already exists" in str(error):
            return False
        raise
