"""Daily drops: rows are put in or replaced by key, deleted keys are taken out, older files never undo newer ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
from psycopg2 import sql

from company.contract import Table
from loader.check import rejects
from loader.check.outcome import Days
from loader.check.reading import Checked
from loader.check.today import Today
from loader.check.window import Span
from loader.files.facts import day_of
from loader.loaded import Changes
from loader.sql import single
from loader.write.copying import Exported, copy_rows
from warehouse.errors import TowerError


def upsert(cursor: Any, db: duckdb.DuckDBPyConnection, checked: list[Checked]) -> tuple[Changes, list[Checked]]:
    """Put a table's files in, one after the other: of two files with a key the later one counts.

    A row of a dated file that would undo what a file of a later date brought is rejected as late. Returns what changed,
    and the files with what was rejected so.
    """
    changes, done = Changes(), []
    for file in checked:
        own, after = _upsert_file(cursor, db, file)
        changes += own
        done.append(after)
    return changes, done


def _upsert_file(cursor: Any, db: duckdb.DuckDBPyConnection, file: Checked) -> tuple[Changes, Checked]:
    assert file.reading and file.reading.relation.facts
    table, columns = file.outcome.table, file.reading.relation.columns
    names = _names(table, columns)
    _copy_aside(cursor, db, file, names)
    day = day_of(file.reading.relation.facts.path)
    if day:
        file = _set_late_aside(cursor, db, file, day)
    cursor.execute("select count(*) filter (where differs), count(*) filter (where not differs) from drop_known")
    differing, same = cursor.fetchone()
    cursor.execute(
        sql.SQL(
            "update {raw} r set {sets} from {drop} d inner join drop_known on d._line = drop_known._line "
            "where r.{key} = d.{key} and differs"
        ).format(**names)
    )
    cursor.execute(
        sql.SQL(
            "insert into {raw} ({columns}) select {mine} from {drop} d "
            "where not exists (select 1 from {raw} r where r.{key} = d.{key})"
        ).format(**names)
    )
    changes = Changes(cursor.rowcount, differing, same)
    if day:
        cursor.execute(
            sql.SQL(
                "insert into ops.merged_rows select {table}, {key}, %s from {drop} on conflict (source_table, row_key) "
                "do update set as_of_date = greatest(merged_rows.as_of_date, excluded.as_of_date)"
            ).format(**names),
            (day,),
        )
    cursor.execute("drop table drop_rows, drop_known")
    return changes, file


def _names(table: Table, columns: tuple[str, ...]) -> dict[str, sql.Composable]:
    """The parts of the statements that differ from table to table."""

    def each(form: str) -> sql.Composable:
        return sql.SQL(", ").join(sql.SQL(form).format(sql.Identifier(name)) for name in columns)

    return {
        "drop": sql.Identifier("drop_rows"),
        "raw": sql.Identifier("raw", table.relation),
        "key": sql.Identifier(table.primary_key),
        "table": sql.Literal(table.key),
        "columns": each("{}"),
        "mine": each("d.{}"),
        "theirs": each("r.{}"),
        "sets": each("{0} = d.{0}"),
    }


def _copy_aside(cursor: Any, db: duckdb.DuckDBPyConnection, file: Checked, names: dict[str, sql.Composable]) -> None:
    """Put the file's rows into drop_rows, and those whose key is known, with whether they differ, into drop_known."""
    assert file.reading
    outcome, columns = file.outcome, file.reading.relation.columns
    cursor.execute(sql.SQL("create temp table {drop} (like {raw}, _line bigint) on commit drop").format(**names))
    rows = Exported(db.cursor(), file.good_sql(numbered=True))
    copied = copy_rows(cursor, outcome.table, ["_line", *columns], rows, sql.Identifier("drop_rows"))
    rows.close()
    if copied != outcome.loaded:
        raise TowerError(f"{outcome.file}: {outcome.loaded:,} rows hold, but {copied:,} arrived; nothing was changed")
    cursor.execute(
        sql.SQL(
            "create temp table drop_known on commit drop as select d.{key} as k, d._line, "
            "({mine}) is distinct from ({theirs}) as differs from {drop} d inner join {raw} r on d.{key} = r.{key}"
        ).format(**names)
    )


def _set_late_aside(cursor: Any, db: duckdb.DuckDBPyConnection, file: Checked, day: date) -> Checked:
    """Take out the rows that are older than what the warehouse holds under their key."""
    outcome = file.outcome
    cursor.execute(
        "with late as (delete from drop_known using (select k as late_key from drop_known left join ops.merged_rows "
        "on source_table = %s and row_key = k where differs and coalesce(as_of_date, (select as_of_date from "
        "ops.load_runs where status = 'succeeded' and mode = 'replace' order by load_run_id desc limit 1)) > %s) as l "
        "where k = late_key returning k, _line) select _line, k from late order by _line",
        (outcome.table.key, day),
    )
    late = cursor.fetchall()
    if not late:
        return file
    cursor.execute("delete from drop_rows where _line = any(%s)", ([line for line, _ in late],))
    bad = file.bad or rejects.new_table(db, outcome.table)
    message = f"the file is of {day}; a newer file has brought this row already"
    db.executemany(
        single(db, f"insert into {bad} values (?, 'late', ?, ?, ?, null)"),
        [(line, outcome.table.primary_key, message, key) for line, key in late],
    )
    outcome = replace(
        outcome,
        late=len(late),
        rejected=outcome.rejected + len(late),
        problems=rejects.examples(db, bad, outcome.file),
    )
    return replace(file, outcome=outcome, bad=bad)


def spans_of(cursor: Any, tables: list[Table], today: Today) -> list[Span]:
    """The days of every dated column of raw.*, as the window needs them; those after today have not happened."""
    found = []
    for table in tables:
        for column in (column for column in table.columns if column.is_dated):
            query = sql.SQL(
                "select min({0}) filter (where {0} < %(after)s), max({0}) filter (where {0} < %(after)s), "
                "count(*) filter (where {0} >= %(after)s) from {1}"
            )
            name = sql.Identifier(column.name)
            after = {"after": today.first_later(column)}
            cursor.execute(query.format(name, sql.Identifier("raw", table.relation)), after)
            first, last, later = cursor.fetchone()
            found.append(Span(table.key, column, Days(today.day_of(first), today.day_of(last), later)))
    return found
