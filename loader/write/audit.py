"""What is kept about loads in ops: runs, files and rejected rows; and the rejected rows as files to mend."""

from __future__ import annotations

import csv
import getpass
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from company.contract import Table
from loader.check.outcome import FileReport
from loader.files.facts import BROKEN
from loader.files.folder import FolderSource
from loader.write.merge import day_of
from warehouse.errors import TowerError
from warehouse.spreadsheets import harmless

if TYPE_CHECKING:
    from loader.load import Loaded, Options

MOST_OF_A_REFUSED_FILE = 10_000  # rejected rows kept of each file of a load that was refused


def skip_known_files(cursor: Any, tables: list[Table], source: FolderSource, mode: str) -> dict[str, int]:
    """Leave out what was loaded since the last replacement, by content; returns file: load.

    Beside something new, a file is read again whose rows lacked their parents: these may be there now. A dated file of
    a merge counts again when its content is known from an earlier day only: a row may have gone back.
    """
    cursor.execute(
        "select source_table, sha256, files.status, load_run_id, source_folder, file, "
        "exists (select 1 from ops.rejected_rows as bad where bad.load_run_id = files.load_run_id "
        "and bad.file = files.file and bad.source_table = files.source_table and bad.rule = 'relationships') "
        "from ops.load_files as files inner join ops.load_runs using (load_run_id) "
        "where files.status in ('loaded', 'deleted') and load_run_id >= "
        "(select coalesce(max(load_run_id), 0) from ops.load_runs where status = 'succeeded' and mode = 'replace') "
        "order by load_run_id"
    )
    known: dict[tuple[str, ...], list[tuple[int, date | None, bool]]] = {}
    for *content, run, folder, file, lacked in cursor.fetchall():
        known.setdefault(tuple(content), []).append((run, day_of(Path(folder) / file), lacked))
    found, is_new = [], False
    for table in tables:
        for status, files in (("loaded", source.files), ("deleted", source.deleted)):
            for path in files[table.key]:
                facts = source.facts(table, path)
                try:
                    same = known.get((table.key, facts.content_hash(), status), [])
                except BROKEN:
                    same = []  # the check says what is wrong
                day = day_of(path) if mode == "merge" else None
                loads = [(run, lacked) for run, loaded, lacked in same if not day or (loaded and loaded >= day)]
                is_new = is_new or not loads
                if loads:
                    found.append((files[table.key], path, facts.name, *loads[-1]))
    skipped = {}
    for files_of, path, name, run, lacked in found:
        if not (lacked and is_new):
            skipped[name] = run
            files_of.remove(path)
    return skipped


def write_run(cursor: Any, started: datetime, options: Options, done: Loaded, status: str) -> int:
    """Record a load and its files; returns its number."""
    failed = status == "failed"
    rejected = sum(problem.rows for problem in done.problems) if failed else sum(r.rejected for r in done.reports)
    loaded = 0 if failed else sum(report.loaded for report in done.reports)
    message = f"{rejected:,} problems in {len({p.file for p in done.problems})} file(s)" if failed else None
    cursor.execute(
        "insert into ops.load_runs (started_at, finished_at, loaded_by, status, source_folder, file_hashes, rows_read, "
        "rows_loaded, rows_rejected, data_start_date, as_of_date, message, mode) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning load_run_id",
        (
            started,
            now(),
            _user(),
            status,
            str(options.folder)[:4000],
            json.dumps({report.file: report.sha256 for report in done.reports}),
            sum(report.rows for report in done.reports),
            loaded,
            rejected,
            done.window.start,
            done.window.as_of,
            message,
            options.mode,
        ),
    )
    run = int(cursor.fetchone()[0])
    for report in done.reports:
        relation, kind = report.relation, "deleted" if report.is_deletion else "loaded"
        facts = relation.facts if relation else None
        cursor.execute(
            "insert into ops.load_files values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                run,
                report.table.key,
                report.file,
                report.sha256,
                "refused" if report.is_refused else "not loaded" if failed else kind,
                report.rows,
                0 if failed else report.loaded,
                report.rejected,
                storable(relation.header_text) if relation else None,
                relation.delimiter if relation else None,
                json.dumps([storable(name) for name in facts.extra] if facts else []),
                json.dumps([storable(note) for note in report.notes]),
            ),
        )
    return run


def write_rejects(
    cursor: Any, db: duckdb.DuckDBPyConnection, run: int, reports: list[FileReport], most: int | None = None
) -> None:
    """Copy the rejected rows with their raw text into ops.rejected_rows; at most `most` of each file."""
    for report in reports:
        if report.bad:
            rows = _rejects(db, run, report, most)
            cursor.copy_expert("copy ops.rejected_rows from stdin (format csv)", Written(rows), size=1 << 16)


def _rejects(
    db: duckdb.DuckDBPyConnection, run: int, report: FileReport, most: int | None
) -> Iterator[list[list[Any]]]:
    """The rejected rows of a file, some thousands at a time."""
    assert report.relation
    limit = f"limit {most}" if most else ""
    lines = f"select _line from {report.bad} order by _line {limit}"
    texts = report.relation.texts(db, lines, report.one_line)
    cursor = db.cursor().execute(f"select _line, rule, column_name, message from {report.bad} order by _line {limit}")
    start = [str(run), report.table.key, storable(report.file)]
    while rows := cursor.fetchmany(10_000):
        yield [
            [*start, line, rule, storable(str(column)), storable(str(message)), storable(next(texts, ""))]
            for line, rule, column, message in rows
        ]


class Written:
    """Rows as a CSV stream for COPY."""

    def __init__(self, rows: Iterator[list[list[Any]]]) -> None:
        self.rows = rows

    def read(self, size: int = -1) -> str:
        """The next piece; it may be longer than asked for."""
        sink = io.StringIO()
        csv.writer(sink, quoting=csv.QUOTE_ALL).writerows(next(self.rows, []))
        return sink.getvalue()


def export_rejects(connection: Any, run: int | None, out: Path) -> dict[str, int]:
    """Write a load's rejected rows as they were, below the header that they had; returns file: rows.

    `run` None is the last load with rejected rows. reasons.csv says why, line by line. Raises TowerError without any.
    """
    with connection.cursor() as cursor:
        if run is None:
            cursor.execute("select max(load_run_id) from ops.rejected_rows")
            run = cursor.fetchone()[0]
        cursor.execute(
            "select file, max(header) from ops.load_files where load_run_id = %s and rows_rejected > 0 group by 1",
            (run,),
        )
        files = cursor.fetchall()
        if not files:
            raise TowerError(f"load {run} has no rejected rows" if run else "no load has rejected rows")
        written = {}
        out.mkdir(parents=True, exist_ok=True)
        with (out / "reasons.csv").open("w", encoding="utf-8", newline="") as reasons:
            why = csv.writer(reasons)
            why.writerow(["file", "line", "rule", "column", "message"])
            for file, header in sorted(files):
                target = (out / file.removesuffix(".gz")).with_suffix(".csv")
                if not target.resolve().is_relative_to(out.resolve()):
                    raise TowerError(f"the file name {file!r} leads out of {out}")
                target.parent.mkdir(parents=True, exist_ok=True)
                cursor.execute(
                    "select line, rule, column_name, message, raw_text from ops.rejected_rows "
                    "where load_run_id = %s and file = %s order by line",
                    (run, file),
                )
                with target.open("w", encoding="utf-8", newline="") as stream:
                    stream.write(header + "\n")
                    for line, rule, column, message, text in cursor:
                        stream.write(text + "\n")
                        why.writerow([harmless(file), line, rule, column, harmless(message)])
                written[target.relative_to(out).as_posix()] = cursor.rowcount
    return written


def storable(text: str) -> str:
    """Text that PostgreSQL can hold: what is no character is written as an escape."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def now() -> datetime:
    """The clock, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
