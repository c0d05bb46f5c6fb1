"""What raw.* holds after a load, table by table: the columns without any value, and the currencies of the amounts."""

from __future__ import annotations

import json
from typing import Any

from psycopg2 import sql

from company.contract import Table
from loader.write.currencies import Found


def write_contents(cursor: Any, run: int, tables: list[Table], currencies: Found) -> None:
    """Keep in ops.loaded_tables what is there now."""
    cursor.execute("truncate ops.loaded_tables")
    for table in tables:
        rows = {code: places[table.key] for code, places in sorted(currencies.items()) if table.key in places}
        values = (table.key, run, json.dumps(_empty_columns(cursor, table)), json.dumps(rows))
        cursor.execute("insert into ops.loaded_tables values (%s, %s, %s, %s)", values)


def _empty_columns(cursor: Any, table: Table) -> list[str]:
    """The columns in which no row has a value, of those that files are expected to fill; none of a table without rows.

    The search in a column ends at the first value.
    """
    names = [column.name for column in table.columns if not (column.not_null or column.is_optional)]
    raw = sql.Identifier("raw", table.relation)
    parts = [sql.SQL("exists (select from {})").format(raw)]
    parts += [
        sql.SQL("exists (select from {} where {} is not null)").format(raw, sql.Identifier(name)) for name in names
    ]
    cursor.execute(sql.SQL("select {}").format(sql.SQL(", ").join(parts)))
    has_rows, *filled = cursor.fetchone()
    return [name for name, is_filled in zip(names, filled, strict=True) if has_rows and not is_filled]
