"""`python -m loader`: check a folder of files and load it, all or nothing; `rejects` gives the bad rows back."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import psycopg2
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from company.contract import read_contract
from loader.files.facts import BROKEN
from loader.load import Loaded, Options, load
from loader.mapping.coverage import mapping_check
from loader.mapping.doctor import doctor
from loader.mapping.model import names, read_mapping
from loader.write.audit import export_rejects
from warehouse.connections import connect, owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Parse the command line, check, load."""
    commands = {"rejects": rejects, "mapping-check": check_mapping, "doctor": see_doctor}
    if command := commands.get("".join(sys.argv[1:2])):
        try:
            return command(sys.argv[2:])
        except (*BROKEN, duckdb.Error) as error:
            raise TowerError(_first_line(error)) from error
    options = parse()
    out = console()
    began = time.monotonic()
    tables = read_contract(load_settings().root / "dbt")
    if not options.folder.is_dir():
        raise TowerError(
            f"no folder {options.folder}; run `make gen-data`, or name yours: `make load-data DATA=folder`"
        )
    connection = None if options.check_only else connect(load_settings().owner())
    total = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    columns = (TextColumn("{task.description:<40}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory(prefix="load") as scratch,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("looking", total=total)

        def advance(what: str, done: float) -> None:
            progress.update(task, description=what, completed=done)

        try:
            done = load(connection, tables, options, Path(scratch), advance)
        except (*BROKEN, psycopg2.Error, duckdb.Error) as error:
            raise TowerError(f"{_first_line(error)}; nothing was changed. Run `make load-data` again") from error
    if connection:
        connection.close()
    say(out, done, options)
    if done.problems:
        refuse(out, done, options)
    read, rejected = sum(r.rows for r in done.reports), sum(r.rejected for r in done.reports)
    if options.check_only:
        out.print(
            f"{len(done.reports)} files, {read:,} rows, {rejected:,} to reject: nothing was loaded (--check-only)"
        )
        return 0
    if not done.run:
        out.print("nothing new: every file was loaded before; nothing was changed")
        return 0
    out.print(
        f"load {done.run}: {read:,} rows read = {read - rejected:,} loaded + {rejected:,} rejected, "
        f"in {time.monotonic() - began:.1f} s; data from {done.window.start} as of {done.window.as_of}"
    )
    if done.window.earlier and not (options.folder / "truth").is_dir():
        day = done.window.earlier
        out.print(f"the subscriptions begin on {day}, before the window: FROM={day} takes them in")
    if rejected and options.mappings:  # a mended line alone would lack the files that it is joined to
        given = ",".join(m.name if m.name in names() else str(m.path) for m in options.mappings)
        out.print(f"make rejects RUN={done.run} shows the lines; mend them where they stand, then: ", end="")
        out.print(f"make load-data DATA={options.folder} MAPPING={given} MODE=merge", markup=False)
    elif rejected:
        out.print(
            f"rejected rows to mend: make rejects RUN={done.run} OUT=mend; then make load-data DATA=mend MODE=merge"
        )
    return 0


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def console() -> Console:
    """Plain text; what is no terminal is wide, so that no table breaks."""
    return Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 200)


def parse() -> Options:
    """The options of the command line; defaults come from the settings."""
    settings = load_settings()
    parser = argparse.ArgumentParser(
        prog="python -m loader", description=__doc__, epilog="`python -m loader rejects --help` for rejected rows"
    )
    parser.add_argument("--data", type=Path, default=settings.data_dir, help="folder with the files (DATA_DIR)")
    parser.add_argument(
        "--mode",
        choices=["replace", "append", "merge"],
        default="replace",
        help="replace everything; append new rows; or merge: put rows in or replace them by their key",
    )
    parser.add_argument(
        "--mapping", default="", help=f"how to read another system's files: {', '.join(names())}, a YAML file, or a,b"
    )
    parser.add_argument("--strict", action="store_true", help="refuse the load for any bad row, and any other format")
    parser.add_argument(
        "--max-rejects", type=float, default=1.0, metavar="PERCENT", help="of a table's rows that may be bad (1)"
    )
    parser.add_argument(
        "--dates", choices=["dmy", "mdy"], help="how to read dates such as 03/04/2026 that tell nothing"
    )
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=settings.as_of_date, help='"today" of every metric (AS_OF_DATE)'
    )
    parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first day of the window, if not found")
    parser.add_argument("--check-only", action="store_true", help="check the files and stop")
    given = parser.parse_args()
    if not 0 <= given.max_rejects <= 100:
        raise TowerError(f"--max-rejects is a percentage from 0 to 100, not {given.max_rejects:g}")
    day_first = {"dmy": True, "mdy": False, None: None}[given.dates]
    share = given.max_rejects / 100
    tables = read_contract(settings.root / "dbt")
    mappings = tuple(read_mapping(name, tables) for name in given.mapping.split(",") if name)
    return Options(
        given.data, given.mode, given.strict, share, given.as_of, day_first, given.check_only, mappings, given.start
    )


def check_mapping(arguments: list[str]) -> int:
    """Say which columns of the contract a mapping fills in a folder, guesses or leaves empty; loads nothing."""
    parser = argparse.ArgumentParser(prog="python -m loader mapping-check", description=check_mapping.__doc__)
    parser.add_argument("--data", type=Path, help="folder with the files")
    parser.add_argument("--mapping", help=f"{', '.join(names())}, a YAML file, or several: a,b")
    given = parser.parse_args(arguments)
    if not (given.data and given.mapping):
        raise TowerError(f"make mapping-check DATA=folder MAPPING=name; ready mappings: {', '.join(names())}")
    dbt = load_settings().root / "dbt"
    tables = read_contract(dbt)
    if not given.data.is_dir():
        raise TowerError(f"no folder {given.data}")
    mappings = [read_mapping(name, tables) for name in given.mapping.split(",") if name]
    with tempfile.TemporaryDirectory(prefix="load") as scratch:
        out = console()
        return mapping_check(out, given.data, tables, mappings, Path(scratch), _readiness(out, dbt))


def see_doctor(arguments: list[str]) -> int:
    """Look at a folder of unknown files: what they are, a draft mapping, and what the dashboard could show."""
    parser = argparse.ArgumentParser(prog="python -m loader doctor", description=see_doctor.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="folder with the files")
    parser.add_argument("--out", type=Path, default=Path("draft.yml"), help="where the draft goes (draft.yml)")
    given = parser.parse_args(arguments)
    if not given.folder:
        raise TowerError("name the folder: make doctor DATA=folder")
    if not given.folder.is_dir():
        raise TowerError(f"no folder {given.folder}")
    dbt = load_settings().root / "dbt"
    with tempfile.TemporaryDirectory(prefix="load") as scratch:
        (Path(scratch) / "cover").mkdir()
        out = console()
        return doctor(out, given.folder, read_contract(dbt), Path(scratch), given.out, _readiness(out, dbt))


def _readiness(out: Console, dbt: Path) -> Callable[[set[str]], None]:
    """Prints what the dashboard can show with the tables that have rows."""

    def show(filled: set[str]) -> None:
        from metrics.readiness import print_readiness  # behind it stands MetricFlow, which takes seconds

        print_readiness(out, dbt, filled)

    return show


def rejects(arguments: list[str]) -> int:
    """Write the rejected rows of a load as files that can be mended and merged."""
    parser = argparse.ArgumentParser(prog="python -m loader rejects", description=rejects.__doc__)
    parser.add_argument("--run", type=int, help="number of the load (default: the last one with rejected rows)")
    parser.add_argument("--out", type=Path, default=Path("rejects"), help="folder to write (rejects)")
    given = parser.parse_args(arguments)
    with owner_connection() as connection:
        written = export_rejects(connection, given.run, given.out)
    out = console()
    for file, rows in written.items():
        out.print(f"{given.out / file}: {rows:,} rows", markup=False)
    out.print(
        f"{given.out / 'reasons.csv'} says why. Mend, then: make load-data DATA={given.out} MODE=merge", markup=False
    )
    return 0


def say(out: Console, done: Loaded, options: Options) -> None:
    """One line per file, how it was read, what was left out, and examples of what was rejected."""
    grid = Grid("file", "rows read", "loaded", "rejected", box=None, pad_edge=False)
    for column in grid.columns[1:]:
        column.justify = "right"
    refused = bool(done.problems)
    for report in done.reports:
        loaded = 0 if refused else report.loaded
        what = f"{report.file} → {report.table.key}" if options.mappings else report.file
        grid.add_row(escape(what), f"{report.rows:,}", f"{loaded:,}", f"{report.rejected:,}")
    if done.reports and not refused:
        out.print(grid)
    for report in done.reports:
        for note in report.notes:
            out.print(f"{report.file}: {note}", markup=False)
    for file, run in done.skipped.items():
        out.print(f"{file}: the same content was loaded in load {run}; skipped", markup=False)
    for key, change in done.changes.items():
        out.print(f"{key}: {change.new:,} new, {change.changed:,} changed, {change.same:,} as they were")
    for report in done.reports:
        if report.is_deletion and not refused:
            out.print(f"{report.file}: {report.deleted:,} rows deleted", markup=False)
    if done.unused:
        out.print(f"fits no table of the contract, not read: {', '.join(done.unused[:20])}", markup=False)
    if done.absent and options.mode == "replace" and not refused:
        out.print(f"no file, so the table is empty: {', '.join(done.absent)}")
    if not refused:
        problems(out, done)


def problems(out: Console, done: Loaded) -> None:
    """What is wrong, where: of every rule the first rows."""
    shown = done.problems or [problem for report in done.reports for problem in report.problems]
    for p in shown:
        count = f" ({p.rows:,} rows)" if p.rows else ""
        line = f"{p.file}:{p.line or '-'}: {p.column or '-'}: {p.rule}: {p.value!r}: {p.message}{count}"
        out.print(line, markup=False)


def refuse(out: Console, done: Loaded, options: Options) -> None:
    """Say what is wrong, and that nothing was loaded. Raises TowerError."""
    problems(out, done)
    for key in dict.fromkeys(report.table.key for report in done.reports):
        mine = [report for report in done.reports if report.table.key == key]
        read, rejected = sum(r.rows for r in mine), sum(r.rejected for r in mine)
        if rejected and not options.strict and rejected > options.max_rejects * read:
            out.print(
                f"{key}: {rejected:,} of {read:,} rows are bad, {rejected / read:.1%}; {options.max_rejects:.1%} may be"
            )
    count, files = sum(p.rows for p in done.problems), len({p.file for p in done.problems})
    kept_rows = done.refused_run and any(report.rejected for report in done.reports)
    kept = f"; make rejects RUN={done.refused_run} writes the rows to mend" if kept_rows else ""
    higher = (
        "" if options.strict or any(r.is_refused for r in done.reports) else ", or allow more with MAX_REJECTS=percent"
    )
    raise TowerError(
        f"{count:,} problems in {files} file(s); nothing was changed. Mend the lines above{higher}, "
        f"and run `make load-data` again{kept}"
    )


if __name__ == "__main__":
    run_cli(main)
