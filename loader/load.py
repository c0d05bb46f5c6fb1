"""One transaction from files to raw.*: check while copying, set bad rows aside, keep the audit; all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from psycopg2 import sql

from company.contract import Table
from loader.check.check import Check
from loader.check.outcome import FileReport, Problem
from loader.check.window import Window, days_of, window_of
from loader.duck import open_scratch
from loader.files.folder import FolderSource
from loader.mapping.model import Mapping
from loader.mapping.source import MappedSource
from loader.sql import identifier
from loader.write import audit, merge
from loader.write.copying import Copying, Exported, copy_rows
from loader.write.deletes import delete_rows
from warehouse.errors import TowerError

LOCK = 7_203_114  # one load at a time


@dataclass(frozen=True)
class Options:
    """How to load. `max_rejects` is the share of a table's rows that may be rejected; `strict` allows none."""

    folder: Path
    mode: str = "replace"
    strict: bool = False
    max_rejects: float = 0.01
    as_of: date | None = None
    day_first: bool | None = None
    check_only: bool = False
    mappings: tuple[Mapping, ...] = ()
    start: date | None = None


@dataclass
class Loaded:
    """What a load did. `run` is its number in ops.load_runs, 0 when there was nothing new; `problems` refused it."""

    run: int = 0
    refused_run: int = 0
    reports: list[FileReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    window: Window = field(default_factory=lambda: Window(None, None))
    absent: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)  # file: the load that had it
    unused: list[str] = field(default_factory=list)
    changes: dict[str, merge.Changes] = field(default_factory=dict)


def load(
    connection: Any,
    tables: list[Table],
    options: Options,
    scratch: Path,
    advance: Callable[[str, float], None],
) -> Loaded:
    """Check a folder and load it; `connection` is None to check only. Refused loads change nothing but the audit.

    `scratch` is an empty folder. `advance(what, bytes)` says what is read, and the bytes that are done. Raises
    TowerError for what the user must mend first.
    """
    source = make_source(tables, options, scratch)
    if options.mode != "merge":  # deletions belong to drops
        source.unused += [path.name for paths in source.deleted.values() for path in paths]
        source.deleted = {table.key: [] for table in tables}
    with open_scratch(scratch, source.paths()) as db:
        return _load(connection, tables, options, scratch, db, source, advance)


def _load(
    connection: Any,
    tables: list[Table],
    options: Options,
    scratch: Path,
    db: duckdb.DuckDBPyConnection,
    source: FolderSource,
    advance: Callable[[str, float], None],
) -> Loaded:
    done = Loaded(unused=source.unused)
    check = Check(db, tables, source, options.mode, options.day_first)
    read = 0

    def tell(report: FileReport, rows: int) -> None:
        facts = report.relation and report.relation.facts
        done = facts.size * rows / max(facts.lines, rows, 1) if facts else 0
        advance(f"{report.table.key}: {rows:,} rows", read + done)

    def end(table: Table) -> None:
        nonlocal read
        read += source.size(table)
        advance(table.key, read)

    check.tell = tell
    if connection is None:
        for table in tables:
            done.reports += check.run(table)
            end(table)
        done.problems = _refusals(done.reports, options)
        done.window = window_of(days_of(done.reports), options.as_of, options.start)
        return done
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", (LOCK,))
        if not cursor.fetchone()[0]:
            raise TowerError("another load is running; wait until it ends, then try again")
        cursor.execute("set local synchronous_commit = on")
        for table in tables:
            _make_table(cursor, table)
        if options.mode != "replace":
            done.skipped = audit.skip_known_files(cursor, tables, source, options.mode)
            if done.skipped and not any(source.files.values()) and not any(source.deleted.values()):
                connection.rollback()
                return done
            _existing_keys(cursor, check, scratch)
        if not any(source.files.values()) and not any(source.deleted.values()) and not options.strict:
            known = "; ".join(
                f"{m.name}: {', '.join(p for part in m.files.values() for p in part)}" for m in options.mappings
            )
            wanted = f"that fits the mapping ({known})" if known else "of the contract, such as crm/accounts.csv"
            raise TowerError(
                f"{options.folder} holds no file {wanted}; make doctor DATA={options.folder} says what is there"
            )
        done.absent = [table.key for table in tables if not source.pieces(table) and table.key not in check.known]
        started = audit.now()
        Loading(cursor, tables, options, check, source, done, end).run()
        if done.problems:
            connection.rollback()
            run = audit.write_run(cursor, started, options, done, "failed")
            audit.write_rejects(cursor, db, run, done.reports, audit.MOST_OF_A_REFUSED_FILE)
            connection.commit()
            done.refused_run = run
            return done
        if options.mode == "replace":
            days = days_of(done.reports)
            cursor.execute("truncate ops.merged_rows")
        else:
            days = merge.days_of(cursor, tables)
        done.window = window_of(days, options.as_of, options.start)
        if done.window.as_of is None:
            raise TowerError(
                'no row has a date that could be "today"; load billing/subscriptions (or events, tickets, spend), '
                "or name the day: --as-of 2026-10-31. Nothing was changed"
            )
        done.run = audit.write_run(cursor, started, options, done, "succeeded")
        audit.write_rejects(cursor, db, done.run, done.reports)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in tables:
            if options.mode == "replace" or source.pieces(table):
                cursor.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", table.relation)))
    return done


def make_source(tables: list[Table], options: Options, scratch: Path) -> FolderSource:
    """The folder as it is, or through the mappings."""
    if options.mappings:
        return MappedSource(options.folder, tables, scratch, list(options.mappings), options.day_first)
    return FolderSource(options.folder, tables, scratch, options.strict)


def _refusals(reports: list[FileReport], options: Options) -> list[Problem]:
    """The problems for which nothing is loaded: refused files, and tables with too many rejected rows."""
    problems = []
    for key in dict.fromkeys(report.table.key for report in reports):
        mine = [report for report in reports if report.table.key == key]
        read, rejected = sum(r.rows for r in mine), sum(r.rejected - r.late for r in mine)
        if any(r.is_refused for r in mine) or rejected > (0 if options.strict else options.max_rejects * read):
            problems += [problem for report in mine for problem in report.problems]
    return problems


@dataclass
class Loading:
    """The checking and copying of all tables."""

    cursor: Any
    tables: list[Table]
    options: Options
    check: Check
    source: FolderSource
    done: Loaded
    end: Callable[[Table], None]  # what to do after each table

    def run(self) -> None:
        """Check and copy every table; leaves `done.problems` when the load must not be committed."""
        if self.options.mode == "replace":
            names = [sql.Identifier("raw", table.relation) for table in self.tables]
            self.cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(names)))
        if self.options.mode != "merge":
            self.check.copy = self._copying
        for table in self.tables:
            reports = self.check.run(table)
            self.done.reports += reports
            if _refusals(reports, self.options):
                self.check.copy = None  # of no use: nothing will be committed
            elif self.options.mode == "merge" and reports:
                self.done.changes[table.key] = merge.upsert(self.cursor, self.check, table, reports)
            for report in reports if self.check.copy else ():
                self._settle(report)
            self.end(table)
        self.done.problems = _refusals(self.done.reports, self.options)
        if not self.done.problems and any(self.source.deleted.values()):
            self.done.reports += delete_rows(self.cursor, self.check, self.source)
            self.done.problems = _refusals(self.done.reports, self.options)

    def _copying(self, report: FileReport) -> Copying:
        assert report.relation
        frozen = self.options.mode == "replace" and self.source.pieces(report.table) == 1
        return Copying(self.cursor, report.table, report.relation.columns, frozen)

    def _settle(self, report: FileReport) -> None:
        """Of rows with one key leave the first; make sure that what was copied are the rows that hold."""
        copied, table = report.copied, report.table
        if report.again:
            assert report.relation
            name, db = sql.Identifier(table.primary_key), self.check.db
            self.cursor.execute("create temp table if not exists again (k text) on commit drop; truncate again")
            with closing(Exported(db.cursor(), f"select k from {report.again}")) as keys:
                self.cursor.copy_expert("copy again from stdin", keys)
            query = "delete from {} where {} in (select k from again)"
            self.cursor.execute(sql.SQL(query).format(sql.Identifier("raw", table.relation), name))
            copied -= self.cursor.rowcount
            twice = f"{identifier(table.primary_key)} in (select k from {report.again})"
            first = f"select * from ({report.good_sql()}) where {twice}"
            with closing(Exported(db.cursor(), first)) as rows:
                copied += copy_rows(self.cursor, table, report.relation.columns, rows)
        if copied != report.loaded:
            raise TowerError(
                f"{report.file}: {report.rows:,} rows were read and {report.rejected:,} rejected, but {copied:,} "
                "loaded; nothing was changed. The file may be changing: load it again"
            )


def _existing_keys(cursor: Any, check: Check, scratch: Path) -> None:
    """Tell the check which keys the warehouse holds: of parents, and when appending of the tables themselves."""
    for table in check.tables:
        if table.key not in check.parents and not (check.mode == "append" and check.source.pieces(table)):
            continue
        file = scratch / f"{table.key}.keys"
        query = sql.SQL("copy (select {} from {}) to stdout (format csv)")
        with file.open("wb") as stream:
            name = sql.Identifier(table.primary_key)
            cursor.copy_expert(query.format(name, sql.Identifier("raw", table.relation)), stream)
        if cursor.rowcount:
            check.existing_keys(table, file)


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
