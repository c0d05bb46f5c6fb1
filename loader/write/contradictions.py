"""Rows that hold by every rule and yet cannot be true as they stand: counted, kept with their keys, and never refused.

The contract says which they are and what is believed instead; staging believes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from company.contract import Contradiction, Table

MOST = 10_000  # rows of a contradiction that are kept


@dataclass(frozen=True)
class Contradicted:
    """How many rows of a table contradict themselves in one way, and the first of their keys."""

    table: Table
    contradiction: Contradiction
    rows: int
    example: str

    @property
    def sentence(self) -> str:
        """One line for the user."""
        said = self.contradiction
        count = f"{self.rows:,} row{'s' if self.rows > 1 else ''}"
        return f"{self.table.key}: {said.rule}: {count} ({self.example} …): believed: {said.believed}"


def find_contradictions(cursor: Any, run: int, tables: list[Table]) -> tuple[str, ...]:
    """Look through raw.* and keep in ops.contradictions what is there now; returns a sentence for each way."""
    cursor.execute("truncate ops.contradictions")
    found = []
    for table in tables:
        if table.contradictions:
            found += _of_table(cursor, run, table)
    return tuple(one.sentence for one in found)


def _of_table(cursor: Any, run: int, table: Table) -> list[Contradicted]:
    """One pass counts the contradictions of the same rows; only what is there is looked for again."""
    key = sql.Identifier(table.name, table.primary_key)
    found = []
    for beside in dict.fromkeys(c.beside for c in table.contradictions):
        several = [c for c in table.contradictions if c.beside == beside]
        asked = [
            sql.SQL("count(*) filter (where {0}), min({1}) filter (where {0})").format(sql.SQL(c.when), key)
            for c in several
        ]
        cursor.execute(sql.SQL("select {} from {}").format(sql.SQL(", ").join(asked), _rows(table, beside)))
        row = cursor.fetchone()
        found += [Contradicted(table, c, row[2 * i], row[2 * i + 1]) for i, c in enumerate(several) if row[2 * i]]
    for one in found:
        query = sql.SQL(
            "insert into ops.contradictions select %s, %s, %s, {key}, %s from {rows} where {when} order by 4 limit %s"
        ).format(key=key, rows=_rows(table, one.contradiction.beside), when=sql.SQL(one.contradiction.when))
        cursor.execute(query, (run, table.key, one.contradiction.rule, one.contradiction.believed, MOST))
    return found


def _rows(table: Table, beside: str) -> sql.Composed:
    """The table's rows by its name, beside each the row that one of its columns refers to, and what is derived."""
    rows = sql.SQL("{} as {}").format(sql.Identifier("raw", table.relation), sql.Identifier(table.name))
    if beside:
        references = table.column(beside).references
        assert references
        source, name, field = references
        rows = sql.SQL("{} left join {} as {} on {} = {}").format(
            rows,
            sql.Identifier("raw", f"{source}_{name}"),
            sql.Identifier(name),
            sql.Identifier(table.name, beside),
            sql.Identifier(name, field),
        )
    derived = [
        sql.SQL("cross join lateral (select {} as {}) as {}").format(
            sql.SQL(body), sql.Identifier(name), sql.Identifier(f"derived {name}")
        )
        for name, body in table.derived
    ]
    return sql.SQL(" ").join([rows, *derived])
