"""Reading the warehouse: one statement with bound values, as a login role and of one publication."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import psycopg2
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from warehouse.connections import explain, owner_connection, reader_engine, reader_url
from warehouse.errors import TowerError
from warehouse.settings import load_settings

# what may hold the word marts without meaning the schema: comments and literals
MARTS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"marts\"\.|\bmarts\.", re.DOTALL)

SCHEMA = ("marts.", '"marts".')


CANDIDATE = 0  # no number of a publication


@dataclass(frozen=True)
class Reader:
    """Who reads what: `role` is the login role of a row scope, None is tower_reader, who sees every row.

    `publication` is a number of ops.publications, so that all that one page reads is of one; None is what is shown now,
    CANDIDATE what waits to be shown, which only the owner may read.
    """

    role: str | None = None
    publication: int | None = None


EVERYTHING = Reader()


def fetch(sql: str, values: Mapping[str, Any], reader: Reader = EVERYTHING) -> pd.DataFrame:
    """Rows of a statement with %(name)s parameters, as a frame with its columns.

    Raises TowerError when the warehouse does not answer, is not built or is closed to the role, psycopg2.Error when
    the statement itself fails.
    """
    settings, role = load_settings(), reader.role
    if reader.publication == CANDIDATE:
        with owner_connection(settings) as owner:
            return _rows(owner, sql, values, CANDIDATE)
    pool = _pool(settings.reader().text(), role)
    try:
        connection = pool.raw_connection()
    except (OperationalError, psycopg2.OperationalError) as error:
        raise TowerError(explain(reader_url(settings, role), str(error))) from error
    try:
        return _rows(connection, sql, values, reader.publication)
    except psycopg2.errors.InsufficientPrivilege as error:
        pool.dispose()  # a scope that was taken away and given again is another role than these connections have
        raise TowerError(
            f"closed to this row scope ({str(error).splitlines()[0]}); run `make dbt-run dbt-test`"
        ) from error
    except psycopg2.errors.UndefinedTable as error:
        raise TowerError(
            f"the marts are not built ({str(error).splitlines()[0]}); run `make dbt-run dbt-test`"
        ) from error
    finally:
        connection.rollback()
        connection.close()


def _rows(connection: Any, sql: str, values: Mapping[str, Any], publication: int | None) -> pd.DataFrame:
    cursor = connection.cursor()
    cursor.execute(_of(sql, publication), values)
    return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or []])


def shown(role: str | None = None) -> tuple[int, str]:
    """The number of the publication that is shown, and why, where no test has passed it. Raises TowerError."""
    found = fetch("select publication_id, forced from ops.shown", {}, Reader(role))
    if found.empty:
        tables = fetch("select 1 from pg_tables where schemaname = 'marts' limit 1", {}, Reader(role))
        why = "nothing is published yet" if tables.empty else "an earlier version built the marts: build them anew"
        raise TowerError(f"{why}; run `make dbt-run dbt-test`")
    return int(found["publication_id"].iloc[0]), str(found["forced"].iloc[0])


@lru_cache(maxsize=1024)
def _of(sql: str, publication: int | None) -> str:
    """The statement over the tables of a publication."""
    if publication is None:
        return sql
    schema = "candidate" if publication == CANDIDATE else f"marts_{publication}"
    return MARTS.sub(lambda found: found[0].replace("marts", schema) if found[0] in SCHEMA else found[0], sql)


@lru_cache(maxsize=64)
def _pool(url: str, role: str | None) -> Engine:
    return reader_engine(load_settings(), role)
