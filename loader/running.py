"""One load from beginning to end: with a progress bar, and with lines that say what it did."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import duckdb
import psycopg2
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from company.contract import read_contract
from loader.files.facts import BROKEN
from loader.load import load
from loader.loaded import Loaded, Options
from loader.saying import console, refuse, say, say_done
from warehouse.connections import connect
from warehouse.errors import TowerError
from warehouse.settings import load_settings


def run_load(options: Options) -> Loaded:
    """Load a folder and say so. Raises TowerError when files or the warehouse fail, or the load is refused."""
    began = time.monotonic()
    done = _load(options)
    out = console()
    say(out, done, options)
    if done.problems:
        refuse(out, done, options)
    say_done(out, done, options, time.monotonic() - began)
    return done


def _load(options: Options) -> Loaded:
    """Load, with a progress bar. Raises TowerError when files or the warehouse fail."""
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
