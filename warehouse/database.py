"""What every warehouse holds before its data: the database, schemas, audit tables, and the roles that read."""

from __future__ import annotations

from pathlib import Path

from psycopg2 import sql

from warehouse.connections import autocommit
from warehouse.roles import apply_access, make_readers
from warehouse.settings import Settings


def prepare_database(settings: Settings) -> None:
    """Make what is missing and bring the roles in line with .env and access.yml; safe to run again.

    An external server must have the database already; elsewhere it is made too.
    """
    if settings.warehouse != "external":
        with autocommit(settings.owner().set(database="postgres")) as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (settings.database,))
            if not cursor.fetchone():
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(settings.database)))
    with autocommit(settings.owner()) as cursor:
        make_readers(cursor, settings)
        cursor.execute((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        apply_access(cursor, settings)
