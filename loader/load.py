"""Loads files into raw.* in one transaction, while they are checked, and keeps the audit in ops.load_runs."""

from __future__ import annotations

import csv
import getpass
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from loader.checks import FileReport, Problem
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


@dataclass(frozen=True)
class Loaded:
    """What a load did: its number in ops.load_runs (0: refused), what was found in each file, and the window."""

    run: int
    reports: list[FileReport]
    window: Window


def load(
    connection: Any,
    tables: list[Table],
    folder: Path,
    checking: Future[list[FileReport]],
    as_of: date | None,
    advance: Callable[[str, int], None],
) -> Loaded:
    """Replace raw.* by the files of a folder while `checking` still reads them; committed only if every rule holds.

    A file that breaks a rule cancels the copying; then, as after any other failure, nothing has changed.
    """
    started = _now()
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", (LOCK,))
        if not cursor.fetchone()[0]:
            raise TowerError("another load is running; wait until it ends, then try again")
        cursor.execute("set local synchronous_commit = on")
        names = [table.relation for table in tables]
        for table in tables:
            _make_table(cursor, table)
        cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(sql.Identifier("raw", name) for name in names)))
        checking.add_done_callback(lambda done: connection.cancel() if done.exception() or broken(done.result()) else 0)
        copied, failure = {}, None
        try:
            for table in tables:
                copied[table.key] = _copy(cursor, table, folder / table.file)
                advance(table.key, (folder / table.file).stat().st_size)
        except (psycopg2.Error, OSError, ValueError) as error:
            failure = error  # the checks say in the user's words what is wrong
        reports = checking.result()
        if broken(reports):
            connection.close()
            return Loaded(0, reports, Window(None, None))
        if failure:
            raise TowerError(f"{_first_line(failure)}; nothing was changed. Run `make load-data` again") from failure
        window = window_of(reports, as_of)
        for report in reports:
            if copied[report.table.key] != report.rows:
                raise TowerError(
                    f"{report.table.file}: {report.rows:,} rows were checked but {copied[report.table.key]:,} loaded; "
                    "nothing was changed"
                )
        run = _audit(cursor, started, "succeeded", folder, reports, sum(copied.values()), 0, window, None)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", name)))
    return Loaded(run, reports, window)


def broken(reports: list[FileReport]) -> list[Problem]:
    """Every rule that was broken."""
    return [problem for report in reports for problem in report.problems]


def record_failure(connection: Any, reports: list[FileReport], folder: Path, message: str) -> None:
    """Write a failed run into the audit; nothing else changes."""
    rejected = sum(problem.rows for report in reports for problem in report.problems)
    with connection.cursor() as cursor:
        _audit(cursor, _now(), "failed", folder, reports, 0, rejected, Window(None, None), message)
    connection.commit()


def _copy(cursor: Any, table: Table, path: Path) -> int:
    with path.open("rb") as stream:
        header = next(csv.reader([stream.readline().decode("utf-8-sig")]), [])
        stream.seek(0)
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in header)
        statement = sql.SQL("copy {} ({}) from stdin (format csv, header true, freeze true, force_null ({}))").format(
            sql.Identifier("raw", table.relation), columns, columns
        )
        cursor.copy_expert(statement, stream, size=1 << 20)
    return int(cursor.rowcount)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


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
