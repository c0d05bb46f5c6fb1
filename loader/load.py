"""One transaction from files to raw.*: check while copying, set bad rows aside, keep the audit; all or nothing.

`run_load` is that with a progress bar and lines that say what it did.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
from psycopg2 import sql
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from company.contract import Table, read_contract
from company.rates import FILE as RATES
from company.rates import with_rates
from company.tables import COLUMNS
from loader.check.check import Check
from loader.check.reading import Checked
from loader.check.sink import discard
from loader.check.today import Today
from loader.check.window import spans_of, window_of
from loader.duck import open_scratch
from loader.files.facts import BROKEN
from loader.files.folder import FolderSource
from loader.files.marks import Hints
from loader.files.relation import Relation
from loader.loaded import Changes, Loaded, Options, refusals
from loader.mapping.source import MappedSource
from loader.saying import console, refuse, say, say_done
from loader.sql import identifier
from loader.write import audit, merge, rejected
from loader.write.company import is_company_new, timezone_of, write_company
from loader.write.contents import write_contents
from loader.write.contradictions import find_contradictions
from loader.write.copying import Copying, Exported, copy_rows
from loader.write.currencies import find_currencies, rated_before, rated_of, refuse_torn_ledgers, settle_currency
from loader.write.deletes import delete_rows
from loader.write.making import make_table
from loader.write.spellings import fold_spellings
from loader.write.undo import forget_replaced, keep_replaced, kept_bytes
from warehouse.clock import check_clock, now
from warehouse.connections import connect
from warehouse.database import LOAD_LOCK
from warehouse.errors import TowerError
from warehouse.settings import load_settings


def run_load(options: Options) -> Loaded:
    """Load a folder and say so. Raises TowerError when files or the warehouse fail, or the load is refused."""
    began = time.monotonic()
    done = _watched(options)
    out = console()
    say(out, done, options)
    if done.problems:
        refuse(out, done, options)
    say_done(out, done, options, time.monotonic() - began)
    return done


def _watched(options: Options) -> Loaded:
    """Load, with a progress bar. Raises TowerError when files or the warehouse fail."""
    connection = None if options.check_only else connect(load_settings().owner())
    total = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    columns = (TextColumn("{task.description:<40}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory(prefix="load") as scratch,
        Bar(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("looking", total=total)

        def advance(what: str, done: float) -> None:
            progress.update(task, description=what, completed=done)

        try:
            done = load(connection, read_contract(load_settings().root / "dbt"), options, Path(scratch), advance)
        except (*BROKEN, psycopg2.Error, duckdb.Error) as error:
            first = "Free some space, then run" if "No space left" in str(error) else "Run"
            raise TowerError(f"{first_line(error)}; nothing was changed. {first} `make load-data` again") from error
    if connection:
        connection.close()
    return done


def first_line(error: Exception) -> str:
    """The first line of what an error says, or what it is."""
    return str(error).strip().split("\n")[0] or type(error).__name__


def load(
    connection: Any, tables: list[Table], options: Options, scratch: Path, advance: Callable[[str, float], None]
) -> Loaded:
    """Check a folder and load it; `connection` is None to check only. Refused loads change nothing but the audit.

    `scratch` is an empty folder. `advance(what, bytes)` says what is read, and the bytes that are done. Raises
    TowerError for what the user must mend first.
    """
    options = replace(options, profile=with_rates(options.profile, options.folder))
    source = make_source(tables, options, scratch)
    progress = Progress(source, advance)
    done = Loaded(unused=tuple(name for name in source.unused if Path(name).name != RATES))
    with open_scratch(scratch, source.paths()) as db:
        check = Check(db, tables, source, options.mode, hints_of(options), tell=progress.within)
        check.today = Today.of_load(timezone_of(connection, options))
        check.rated = rated_of(connection, options)
        if connection is None:
            return _check_only(check, options, done, progress)
        with connection.cursor() as cursor:
            _begin(cursor, tables, options.mode)
            if options.mode != "replace":
                are_rates_new = check.rated != rated_before(connection)
                skipped = audit.skip_known_files(cursor, tables, source, options.mode, are_rates_new)
                done = replace(done, skipped=skipped)
                if source.is_empty and options.profile and is_company_new(cursor, tables, options):
                    return Loading(connection, cursor, options, check, source, progress, done).run()
                if done.skipped and source.is_empty:
                    connection.rollback()
                    return done
                _existing_keys(cursor, check, scratch)
            if source.is_empty and not options.strict:
                raise TowerError(_nothing_to_load(options))
            done = Loading(connection, cursor, options, check, source, progress, done).run()
    if done.run:
        analyze(connection, [t for t in tables if options.mode == "replace" or source.pieces(t)])
    return done


def hints_of(options: Options) -> Hints:
    """What the user says about values that can be read in two ways."""
    return Hints(options.day_first, options.comma)


def make_source(tables: list[Table], options: Options, scratch: Path) -> FolderSource:
    """The folder as it is, or through the mappings."""
    if options.mappings:
        pipelines = options.profile.pipelines if options.profile else ()
        return MappedSource(options.folder, tables, scratch, list(options.mappings), hints_of(options), pipelines)
    source = FolderSource(options.folder, tables, scratch, options.strict)
    if options.mode != "merge":
        source.leave_deletions()
    return source


@dataclass
class Progress:
    """How far a load has come, in bytes of its files."""

    source: FolderSource
    advance: Callable[[str, float], None]
    read: int = 0

    def within(self, relation: Relation, rows: int) -> None:
        """So many rows of a file are read."""
        facts = relation.facts
        done = facts.size * rows / max(facts.lines, rows, 1) if facts else 0
        self.advance(f"{relation.table.key}: {rows:,} rows", self.read + done)

    def end(self, table: Table) -> None:
        """The files of a table are read."""
        self.read += self.source.size(table)
        self.advance(table.key, self.read)


def _check_only(check: Check, options: Options, done: Loaded, progress: Progress) -> Loaded:
    checked: list[Checked] = []
    for table in check.tables:
        checked += check.table(table)
        progress.end(table)
    outcomes = tuple(file.outcome for file in checked)
    window = window_of(spans_of(outcomes), check.today.day, options.as_of, options.start)
    return replace(done, outcomes=outcomes, problems=refusals(outcomes, options), window=window)


def keep_others_out(cursor: Any) -> None:
    """See to the end of the transaction that nobody else writes raw.*. Raises TowerError when somebody does."""
    cursor.execute("select pg_try_advisory_xact_lock(%s)", (LOAD_LOCK,))
    if not cursor.fetchone()[0]:
        raise TowerError("another load is running; wait until it ends, then try again")
    check_clock(cursor)
    cursor.execute("set local synchronous_commit = on")


def _begin(cursor: Any, tables: list[Table], mode: str) -> None:
    """Keep other loads out and what is replaced, and see that the tables are the contract's."""
    keep_others_out(cursor)
    if mode == "replace":
        keep_replaced(cursor)
    for table in tables:
        make_table(cursor, table.relation, {column.name: column.data_type for column in table.columns})


def _nothing_to_load(options: Options) -> str:
    known = "; ".join(f"{m.name}: {', '.join(p for part in m.files.values() for p in part)}" for m in options.mappings)
    wanted = f"that fits the mapping ({known})" if known else "of the contract, such as crm/accounts.csv"
    return f"{options.folder} holds no file {wanted}; make doctor DATA={options.folder} says what is there"


@dataclass
class Loading:
    """The checking and writing of all tables within the transaction."""

    connection: Any
    cursor: Any
    options: Options
    check: Check
    source: FolderSource
    progress: Progress
    done: Loaded
    checked: list[Checked] = field(default_factory=list)
    changes: dict[str, Changes] = field(default_factory=dict)

    def run(self) -> Loaded:
        """Write what holds and the audit, and commit; or, when too much does not hold, the audit alone."""
        tables, started = self.check.tables, now()
        lacking = [t for t in tables if not (t.is_optional or self.source.pieces(t) or t.key in self.check.known)]
        absent = tuple(t.key for t in lacking)
        if self.options.mode == "replace":
            names = [sql.Identifier("raw", table.relation) for table in tables]
            self.cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(names)))
        if self.options.mode != "merge":
            self.check.open_sink = self._copying
        for table in tables:
            self._table(table)
            self.progress.end(table)
        if any(self.source.deleted.values()) and not self._problems():
            self.checked += delete_rows(self.cursor, self.check.db, tables, self.source)
        outcomes = tuple(file.outcome for file in self.checked)
        done = replace(self.done, outcomes=outcomes, absent=absent, changes=self.changes, problems=self._problems())
        done = self._refused(done, started) if done.problems else self._succeeded(done, started)
        self.connection.commit()
        return done

    def _problems(self) -> tuple[Any, ...]:
        return refusals(tuple(file.outcome for file in self.checked), self.options)

    def _table(self, table: Table) -> None:
        """Check a table's files and write what holds of them, unless nothing will be committed anyway."""
        checked = self.check.table(table)
        if refusals(tuple(file.outcome for file in checked), self.options):
            self.check.open_sink = discard
        elif self.options.mode == "merge" and checked:
            self.changes[table.key], checked = merge.upsert(self.cursor, self.check.db, checked)
        elif self.check.open_sink is not discard:
            for file in checked:
                self._settle(file)
        self.checked += checked

    def _copying(self, relation: Relation) -> Copying:
        frozen = self.options.mode == "replace" and self.source.pieces(relation.table) == 1
        return Copying(self.cursor, relation.table, list(relation.columns), frozen)

    def _settle(self, file: Checked) -> None:
        """Of rows with one key leave the first; make sure that what was copied are the rows that hold."""
        copied, outcome = file.copied, file.outcome
        if file.again:
            copied += self._keep_the_first(file)
        if copied != outcome.loaded:
            raise TowerError(
                f"{outcome.file}: {outcome.rows:,} rows were read and {outcome.rejected:,} rejected, but {copied:,} "
                "loaded; nothing was changed. The file may be changing: load it again"
            )

    def _keep_the_first(self, file: Checked) -> int:
        """Of rows with one key leave the first; returns by how many rows the table has grown, a negative number."""
        assert file.reading
        table, db = file.outcome.table, self.check.db
        self.cursor.execute("create temp table if not exists again (k text) on commit drop")
        self.cursor.execute("truncate again")
        with closing(Exported(db.cursor(), f"select k from {file.again}")) as keys:
            self.cursor.copy_expert("copy again from stdin", keys)
        query = sql.SQL("delete from {} where {} in (select k from again)")
        name = sql.Identifier(table.primary_key)
        self.cursor.execute(query.format(sql.Identifier("raw", table.relation), name))
        deleted = int(self.cursor.rowcount)
        twice = f"{identifier(table.primary_key)} in (select k from {file.again})"
        with closing(Exported(db.cursor(), f"select * from ({file.good_sql()}) where {twice}")) as rows:
            return copy_rows(self.cursor, table, list(file.reading.relation.columns), rows) - deleted

    def _refused(self, done: Loaded, started: Any) -> Loaded:
        self.connection.rollback()
        run = audit.write_run(self.cursor, started, self.options, done)
        rejected.write_rejects(self.cursor, self.check.db, run, self.checked, rejected.MOST_OF_A_REFUSED_FILE)
        return replace(done, refused_run=run)

    def _succeeded(self, done: Loaded, started: Any) -> Loaded:
        if self.options.mode == "replace":
            spans = spans_of(done.outcomes)
            self.cursor.execute("truncate ops.merged_rows")
        else:
            forget_replaced(self.cursor)
            spans = merge.spans_of(self.cursor, self.check.tables, self.check.today)
        done = replace(done, window=window_of(spans, self.check.today.day, self.options.as_of, self.options.start))
        if done.window.as_of is None:
            raise TowerError(
                'no row has a date that could be "today"; load what happened, such as billing/subscriptions, '
                "or name the day: AS_OF_DATE=2026-10-31. Nothing was changed"
            )
        company = write_company(self.cursor, self.options)
        currencies = find_currencies(self.cursor, self.check.tables)
        settle_currency(self.cursor, currencies)
        folded = fold_spellings(self.cursor, self.check.tables, self.options.mode == "replace")
        refuse_torn_ledgers(self.cursor, self.check.db, self.checked)
        run = audit.write_run(self.cursor, started, self.options, done)
        rejected.write_rejects(self.cursor, self.check.db, run, self.checked)
        write_contents(self.cursor, run, self.check.tables, currencies)
        done = replace(done, company=company, folded=folded, kept=kept_bytes(self.cursor))
        return replace(done, run=run, contradicted=find_contradictions(self.cursor, run, self.check.tables))


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


def analyze(connection: Any, tables: list[Table]) -> None:
    """Let PostgreSQL learn what the tables hold."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        for relation in [*(table.relation for table in tables), *COLUMNS]:
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", relation)))
