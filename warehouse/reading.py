"""Reading the warehouse: one statement with bound values, run as the login role that the caller names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd
import psycopg2
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from warehouse.connections import explain, reader_engine, reader_url
from warehouse.errors import TowerError
from warehouse.settings import load_settings


def fetch(sql: str, values: Mapping[str, Any], role: str | None = None) -> pd.DataFrame:
    """Rows of a statement with %(name)s parameters, as a frame with its columns.

    `role` is the login role of a row scope; None is tower_reader, who sees every row. Raises TowerError when the
    warehouse does not answer, is not built or is closed to the role, psycopg2.Error when the statement itself fails.
    """
    settings = load_settings()
    pool = _pool(settings.reader().text(), role)
    try:
        connection = pool.raw_connection()
    except (OperationalError, psycopg2.OperationalError) as error:
        raise TowerError(explain(reader_url(settings, role), str(error))) from error
    try:
        cursor = connection.cursor()
        cursor.execute(sql, values)
        return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or []])
    except psycopg2.errors.InsufficientPrivilege as error:
        pool.dispose()  # a scope that was taken away and given again is another role than these connections have
        raise TowerError(f"closed to this row scope ({str(error).splitlines()[0]}); run `make dbt-run`") from error
    except psycopg2.errors.UndefinedTable as error:
        raise TowerError(f"the marts are not built ({str(error).splitlines()[0]}); run `make dbt-run`") from error
    finally:
        connection.rollback()
        connection.close()


@lru_cache(maxsize=64)
def _pool(url: str, role: str | None) -> Engine:
    return reader_engine(load_settings(), role)
