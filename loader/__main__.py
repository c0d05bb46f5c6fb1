"""`python -m loader`: check a folder of CSV files and load it into the warehouse, all or nothing."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from loader.checks import FileReport, Problem, check_folder
from loader.contract import read_contract
from loader.load import Loaded, broken, load, record_failure, window_of
from warehouse.connections import connect
from warehouse.errors import TowerError, run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Parse the command line, check, load."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m loader", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=settings.data_dir, help="folder with <source>/<table>.csv (DATA_DIR)"
    )
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=settings.as_of_date, help='"today" of every metric (AS_OF_DATE)'
    )
    parser.add_argument("--check-only", action="store_true", help="check the files and stop")
    options = parser.parse_args()
    out = Console(soft_wrap=True, highlight=False)
    began = time.monotonic()
    tables = read_contract(settings.root / "dbt")
    if not options.data.is_dir():
        raise TowerError(f"no folder {options.data}; run `make gen-data`, or name yours: `make load-data DATA=folder`")
    connection = None if options.check_only else connect(settings.owner())
    total = sum((options.data / t.file).stat().st_size for t in tables if (options.data / t.file).exists())
    columns = (TextColumn("{task.description:<28}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=total * (1 if options.check_only else 2))

        def advance(verb: str, text: str, size: int) -> None:
            progress.update(task, description=f"{verb} {text}", advance=size)

        with ThreadPoolExecutor(1) as pool:
            checking = pool.submit(
                check_folder, tables, options.data, lambda name, size: advance("checked", name, size)
            )
            if connection is None:
                done = Loaded(0, checking.result(), window_of(checking.result(), options.as_of))
            else:
                done = load(
                    connection,
                    tables,
                    options.data,
                    checking,
                    options.as_of,
                    lambda n, size: advance("loaded", n, size),
                )
        if problems := broken(done.reports):
            progress.stop()
            return refuse(out, done.reports, problems, options.data, options.check_only)
    rows = sum(report.rows for report in done.reports)
    if connection is None:
        out.print(f"{len(done.reports)} files, {rows:,} rows: every rule holds")
        return 0
    connection.close()
    summary(out, done.reports)
    out.print(
        f"load {done.run}: {rows:,} rows read = loaded, 0 rejected, in {time.monotonic() - began:.1f} s; "
        f"data from {done.window.start} as of {done.window.as_of}"
    )
    return 0


def refuse(out: Console, reports: list[FileReport], problems: list[Problem], folder: Path, check_only: bool) -> int:
    """Say what is wrong and where; record the failed run; exit code 1."""
    count = sum(problem.rows for problem in problems)
    files = len({problem.file for problem in problems})
    if out.is_terminal:
        grid = Grid("file", "line", "column", "rule", "value", "what is wrong", "rows", title="Nothing was loaded")
        for p in problems:
            grid.add_row(p.file, str(p.line or ""), p.column, p.rule, p.value, p.message, f"{p.rows:,}")
        out.print(grid)
    else:
        for p in problems:
            out.print(
                f"{p.file}:{p.line or '-'}: {p.column or '-'}: {p.rule}: {p.value!r}: {p.message} ({p.rows:,} rows)",
                markup=False,
            )
    message = f"{count:,} problems in {files} file(s)"
    if not check_only:
        connection = connect(load_settings().owner())
        try:
            record_failure(connection, reports, folder, message)
        finally:
            connection.close()
    raise TowerError(f"{message}; nothing was changed. Mend the lines above and run `make load-data` again")


def summary(out: Console, reports: list[FileReport]) -> None:
    """One line per file."""
    grid = Grid("file", "rows read", "loaded", "rejected", box=None, pad_edge=False)
    for column in grid.columns[1:]:
        column.justify = "right"
    for report in reports:
        grid.add_row(report.table.file, f"{report.rows:,}", f"{report.rows:,}", "0")
    out.print(grid)


if __name__ == "__main__":
    run_cli(main)
