"""What is kept about loads in ops: runs and files, and which files were loaded before."""

from __future__ import annotations

import getpass
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from company.contract import Table
from loader.check.outcome import Outcome, Status
from loader.check.rated import WITHOUT_RATE
from loader.files.facts import BROKEN, day_of
from loader.files.folder import FolderSource
from loader.loaded import Loaded, Options
from loader.sql import storable
from warehouse.clock import now

HAS_REJECTS = (
    "exists (select 1 from ops.rejected_rows as bad where bad.load_run_id = files.load_run_id "
    "and bad.file = files.file and bad.source_table = files.source_table and bad.rule = %s)"
)
Loads = list[tuple[int, date | None, bool, bool]]  # of one content: the load, the file's day, what rows lacked


def skip_known_files(
    cursor: Any, tables: list[Table], source: FolderSource, mode: str, are_rates_new: bool = False
) -> dict[str, int]:
    """Leave out what was loaded since the last replacement, by content; returns file: load.

    Beside something new, a file is read again whose rows lacked their parents: these may be there now. So is
    one whose rows lacked a rate, when rates are new. A dated file of a merge counts again when its content is known
    from an earlier day only: a row may have gone back.
    """
    known = _known_files(cursor)
    found, is_new = [], False
    for table in tables:
        for status, files in ((Status.LOADED, source.files), (Status.DELETED, source.deleted)):
            for path in files[table.key]:
                facts = source.facts(table, path)
                try:
                    same = known.get((table.key, facts.content_hash(), str(status)), [])
                except BROKEN:
                    same = []  # the check says what is wrong
                day = day_of(path) if mode == "merge" else None
                loads = [one for one in same if not day or (one[1] and one[1] >= day)]
                if not loads or (are_rates_new and loads[-1][3]):
                    is_new = True
                    continue
                run, _, lacked_parents, _ = loads[-1]
                found.append((files[table.key], path, facts.name, run, lacked_parents))
    skipped = {}
    for files_of, path, name, run, lacked in found:
        if not (lacked and is_new):
            skipped[name] = run
            files_of.remove(path)
    return skipped


def _known_files(cursor: Any) -> dict[tuple[str, ...], Loads]:
    """By table, hash and status: the loads since the last replacement."""
    cursor.execute(
        f"select source_table, sha256, files.status, load_run_id, source_folder, file, {HAS_REJECTS}, {HAS_REJECTS} "
        "from ops.load_files as files inner join ops.load_runs using (load_run_id) "
        "where files.status in ('loaded', 'deleted') and load_runs.status = 'succeeded' and load_run_id >= "
        "(select coalesce(max(load_run_id), 0) from ops.load_runs where status = 'succeeded' and mode = 'replace') "
        "order by load_run_id",
        ("relationships", WITHOUT_RATE),
    )
    known: dict[tuple[str, ...], Loads] = {}
    for *content, run, folder, file, parents, rates in cursor.fetchall():
        known.setdefault(tuple(content), []).append((run, day_of(Path(folder) / file), parents, rates))
    return known


def write_run(cursor: Any, started: datetime, options: Options, done: Loaded) -> int:
    """Record a load and its files; one with problems has failed. Returns its number."""
    failed = bool(done.problems)
    rejected = sum(problem.rows for problem in done.problems) if failed else done.rejected
    message = done.trouble if failed else None
    cursor.execute(
        "insert into ops.load_runs (started_at, finished_at, loaded_by, status, source_folder, file_hashes, rows_read, "
        "rows_loaded, rows_rejected, data_start_date, as_of_date, as_of_source, rows_later, message, mode) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning load_run_id",
        (
            started,
            now(),
            _user(),
            "failed" if failed else "succeeded",
            str(options.folder)[:4000],
            json.dumps({outcome.file: outcome.sha256 for outcome in done.outcomes}),
            done.read,
            0 if failed else sum(outcome.loaded for outcome in done.outcomes),
            rejected,
            done.window.start,
            done.window.as_of,
            done.window.source or None,
            sum(count for _, count in done.window.later),
            message,
            options.mode,
        ),
    )
    run = int(cursor.fetchone()[0])
    for outcome in done.outcomes:
        _write_file(cursor, run, outcome, failed)
    return run


def _write_file(cursor: Any, run: int, outcome: Outcome, failed: bool) -> None:
    status = Status.NOT_LOADED if failed and not outcome.is_refused else outcome.status
    cursor.execute(
        "insert into ops.load_files values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            run,
            outcome.table.key,
            outcome.file,
            outcome.sha256,
            str(status),
            outcome.rows,
            0 if failed else outcome.loaded,
            outcome.rejected,
            storable(outcome.header) if outcome.header is not None else None,
            outcome.delimiter,
            json.dumps([storable(name) for name in outcome.extra]),
            json.dumps([storable(note) for note in outcome.notes]),
        ),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
