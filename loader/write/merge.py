"""Daily drops: rows are put in or replaced by key, deleted keys are taken out, older files never undo newer ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2 import sql

from company.contract import Table
from loader.check import rejects
from loader.check.check import Check
from loader.check.outcome import FileReport
from loader.write.copying import Exported, copy_rows
from warehouse.errors import TowerError

DATED = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


@dataclass
class Changes:
    """What a drop did to a table."""

    new: int = 0
    changed: int = 0
    same: int = 0
    deleted: int = 0


def day_of(path: Path) -> date | None:
    """The date that a file or its folder carries in its name (2026-11-01 or 20261101)."""
    for part in reversed(path.resolve().parts[-3:]):
        for year, month, day in reversed(DATED.findall(part)):
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
    return None


def upsert(cursor: Any, check: Check, table: Table, reports: list[FileReport]) -> Changes:
    """Put a table's files in, one after the other: of two files with a key the later one counts.

    A row of a dated file that would undo what a file of a later date brought is rejected as late.
    """
    changes = Changes()
    for report in reports:
        _upsert_file(cursor, check, table, report, changes)
    return changes


def _upsert_file(cursor: Any, check: Check, table: Table, report: FileReport, changes: Changes) -> None:
    drop, raw, key = (
        sql.Identifier("drop_rows"),
        sql.Identifier("raw", table.relation),
        sql.Identifier(table.primary_key),
    )
    names = {"drop": drop, "raw": raw, "key": key, "table": sql.Literal(table.key)}
    assert report.relation and report.relation.facts
    cursor.execute(sql.SQL("create temp table {drop} (like {raw}, _line bigint) on commit drop").format(**names))
    rows = Exported(check.db.cursor(), report.good_sql(numbered=True))
    copied = copy_rows(cursor, table, ["_line", *report.relation.columns], rows, drop)
    rows.close()
    if copied != report.loaded:
        raise TowerError(f"{report.file}: {report.loaded:,} rows hold, but {copied:,} arrived; nothing was changed")
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in report.relation.columns)
    mine = sql.SQL(", ").join(sql.SQL("d.{}").format(sql.Identifier(name)) for name in report.relation.columns)
    theirs = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in report.relation.columns)
    names |= {"columns": columns, "mine": mine, "theirs": theirs}
    cursor.execute(
        sql.SQL(
            "create temp table drop_known on commit drop as select d.{key} as k, d._line, "
            "({mine}) is distinct from ({theirs}) as differs from {drop} d inner join {raw} r on d.{key} = r.{key}"
        ).format(**names)
    )
    day = day_of(report.relation.facts.path)
    if day:
        _set_late_aside(cursor, check, report, day)
    cursor.execute("select count(*) filter (where differs), count(*) filter (where not differs) from drop_known")
    differing, same = cursor.fetchone()
    sets = sql.SQL(", ").join(sql.SQL("{0} = d.{0}").format(sql.Identifier(name)) for name in report.relation.columns)
    cursor.execute(
        sql.SQL(
            "update {raw} r set {sets} from {drop} d inner join drop_known on d._line = drop_known._line "
            "where r.{key} = d.{key} and differs"
        ).format(sets=sets, **names)
    )
    cursor.execute(
        sql.SQL(
            "insert into {raw} ({columns}) select {mine} from {drop} d "
            "where not exists (select 1 from {raw} r where r.{key} = d.{key})"
        ).format(**names)
    )
    changes.new += cursor.rowcount
    changes.changed += differing
    changes.same += same
    if day:
        cursor.execute(
            sql.SQL(
                "insert into ops.merged_rows select {table}, {key}, %s from {drop} on conflict (source_table, row_key) "
                "do update set as_of_date = greatest(merged_rows.as_of_date, excluded.as_of_date)"
            ).format(**names),
            (day,),
        )
    cursor.execute("drop table drop_rows, drop_known")


def _set_late_aside(cursor: Any, check: Check, report: FileReport, day: date) -> None:
    """Take out the rows that are older than what the warehouse holds under their key."""
    cursor.execute(
        "with late as (delete from drop_known using (select k as late_key from drop_known left join ops.merged_rows "
        "on source_table = %s and row_key = k where differs and coalesce(as_of_date, (select as_of_date from "
        "ops.load_runs where status = 'succeeded' and mode = 'replace' order by load_run_id desc limit 1)) > %s) as l "
        "where k = late_key returning k, _line) select _line, k from late order by _line",
        (report.table.key, day),
    )
    late = cursor.fetchall()
    if not late:
        return
    cursor.execute("delete from drop_rows where _line = any(%s)", ([line for line, _ in late],))
    db = check.db.cursor()
    if not report.bad:
        rejects.new_table(db, report)
    message = f"the file is of {day}; a newer file has brought this row already"
    db.executemany(
        f"insert into {report.bad} values (?, 'late', ?, ?, ?, null)",
        [(line, report.table.primary_key, message, key) for line, key in late],
    )
    report.late = len(late)
    report.rejected += len(late)
    report.problems = rejects.examples(db, report)
    db.close()


def days_of(cursor: Any, tables: list[Table]) -> dict[tuple[str, bool, bool, bool], tuple[date | None, date | None]]:
    """First and last day of every marked column of raw.*, as the window needs them."""
    found: dict[tuple[str, bool, bool, bool], tuple[date | None, date | None]] = {}
    for table in tables:
        for column in table.columns:
            if column.as_of or column.data_start:
                query = sql.SQL("select cast(min({0}) as date), cast(max({0}) as date) from {1}")
                cursor.execute(query.format(sql.Identifier(column.name), sql.Identifier("raw", table.relation)))
                found[f"{table.key} {column.name}", column.as_of, column.data_start, column.last_resort] = (
                    cursor.fetchone()
                )
    return found
