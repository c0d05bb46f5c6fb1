"""Loads checked files into raw.* in one transaction and keeps the audit in ops.load_runs."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from psycopg2 import sql

from loader.checks import FileReport
from loader.contract import Table
from warehouse.errors import TowerError

LOCK = 7_203_114  # one load at a time


@dataclass(frozen=True)
class Window:
    """First and last day of the data; `as_of` is "today" for every metric."""

    start: date | None
    as_of: date | None


def window_of(reports: list[FileReport], override: date | None) -> Window:
    """The window that the contract's marked columns span; an as-of date beyond the data is refused."""
    starts = [report.first_day for report in reports if report.first_day]
    ends = [report.last_day for report in reports if report.last_day]
    last = max(ends, default=None)
    start = min(starts, default=None)
    if override and last and override > last:
        raise TowerError(f"AS_OF_DATE {override} lies after the last day of the data, {last}; mend it in .env")
    if override and start and override < start:
        raise TowerError(f"AS_OF_DATE {override} lies before the first day of the data, {start}; mend it in .env")
    return Window(start, override or last)


def load(
    connection: Any, reports: list[FileReport], window: Window, folder: Path, advance: Callable[[str, int], None]
) -> int:
    """Replace raw.* by the files; the caller's connection is committed once, at the end. Returns the load's id."""
    started = _now()
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", (LOCK,))
        if not cursor.fetchone()[0]:
            raise TowerError("another load is running; wait until it ends, then try again")
        cursor.execute("set local synchronous_commit = on")
        names = [report.table.relation for report in reports]
        for report in reports:
            _make_table(cursor, report.table)
        cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(sql.Identifier("raw", name) for name in names)))
        loaded = 0
        for report in reports:
            copied = _copy(cursor, report)
            if copied != report.rows:
                raise TowerError(
                    f"{report.table.file}: {report.rows:,} rows were checked but {copied:,} loaded; nothing was changed"
                )
            loaded += copied
            advance(report.table.key, report.size)
        run = _audit(cursor, started, "succeeded", folder, reports, loaded, 0, window, None)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", name)))
    return run


def record_failure(connection: Any, reports: list[FileReport], folder: Path, message: str) -> None:
    """Write a failed run into the audit; nothing else changes."""
    rejected = sum(problem.rows for report in reports for problem in report.problems)
    with connection.cursor() as cursor:
        _audit(cursor, _now(), "failed", folder, reports, 0, rejected, Window(None, None), message)
    connection.commit()


def _copy(cursor: Any, report: FileReport) -> int:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in report.header)
    statement = sql.SQL("copy {} ({}) from stdin (format csv, header true, freeze true, force_null ({}))").format(
        sql.Identifier("raw", report.table.relation), columns, columns
    )
    with report.path.open("rb") as stream:
        cursor.copy_expert(statement, stream, size=1 << 20)
    return int(cursor.rowcount)


def _make_table(cursor: Any, table: Table) -> None:
    """Make the table; one whose columns are no longer the contract's is made anew, with what hung on it."""
    cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'raw' and table_name = %s "
        "order by ordinal_position",
        (table.relation,),
    )
    present = [row[0] for row in cursor.fetchall()]
    if present == [column.name for column in table.columns]:
        return
    name = sql.Identifier("raw", table.relation)
    cursor.execute(sql.SQL("drop table if exists {} cascade").format(name))
    columns = [sql.SQL("{} " + column.data_type).format(sql.Identifier(column.name)) for column in table.columns]
    cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(columns)))


def _audit(
    cursor: Any,
    started: datetime,
    status: str,
    folder: Path,
    reports: list[FileReport],
    loaded: int,
    rejected: int,
    window: Window,
    message: str | None,
) -> int:
    hashes = {report.table.file: report.sha256 for report in reports}
    cursor.execute(
        "insert into ops.load_runs (started_at, finished_at, loaded_by, status, source_folder, file_hashes, rows_read, "
        "rows_loaded, rows_rejected, data_start_date, as_of_date, message) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning load_run_id",
        (
            started,
            _now(),
            _user(),
            status,
            str(folder),
            json.dumps(hashes),
            sum(r.rows for r in reports),
            loaded,
            rejected,
            window.start,
            window.as_of,
            message,
        ),
    )
    return int(cursor.fetchone()[0])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
