"""The raw tables themselves: made, and made anew when their columns have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg2 import sql


def make_table(cursor: Any, relation: str, columns: Mapping[str, str]) -> None:
    """Make raw.<relation> with columns and their types; one with other columns goes, with what hung on it."""
    cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'raw' and table_name = %s "
        "order by ordinal_position",
        (relation,),
    )
    if [row[0] for row in cursor.fetchall()] == list(columns):
        return
    name = sql.Identifier("raw", relation)
    cursor.execute(sql.SQL("drop table if exists {} cascade").format(name))
    typed = [sql.SQL("{} " + data_type).format(sql.Identifier(column)) for column, data_type in columns.items()]
    cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(typed)))
