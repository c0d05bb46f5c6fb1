"""The raw tables themselves: made, and made anew when their columns have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg2 import sql

LONG_NAMES = {"varchar": "character varying", "timestamp": "timestamp without time zone"}  # as PostgreSQL says them


def make_table(cursor: Any, relation: str, columns: Mapping[str, str]) -> None:
    """Make raw.<relation> with columns and their types; one with others goes, with what hung on it."""
    cursor.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        (f"raw.{relation}",),
    )
    if cursor.fetchall() == [(column, _long(data_type)) for column, data_type in columns.items()]:
        return
    name = sql.Identifier("raw", relation)
    cursor.execute(sql.SQL("drop table if exists {} cascade").format(name))
    typed = [sql.SQL("{} " + data_type).format(sql.Identifier(column)) for column, data_type in columns.items()]
    cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(typed)))


def _long(data_type: str) -> str:
    name, bracket, rest = data_type.partition("(")
    return LONG_NAMES.get(name, name) + bracket + rest
