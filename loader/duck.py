"""The two DuckDB connections, both locked: one that only judges expressions, and one that reads our files."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import duckdb

MEMORY = "1GB"
LITTLE = 4_000_000  # bytes of files whose tables fit into memory, and that a second thread would only wait for
DEEPEST = 100  # parts of an expression within each other
DECLARED = "declared_outcome(pipeline, stage)"  # what company.yml says a stage is: open, won or lost, NULL if nothing
CLOSED = (
    "set global python_enable_replacements = false",  # a name in SQL is never a variable of Python
    "set allow_community_extensions = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set enable_external_access = false",
    "set lock_configuration = true",  # comes last: whoever could set something could open all of it again
)


def open_scratch(folder: Path, readable: Iterable[Path]) -> duckdb.DuckDBPyConnection:
    """A DuckDB on disk, or in memory for small files, with little memory; what does not fit is spilled into the folder.

    It reaches that folder and the files that are `readable`, and nothing else on the machine.
    """
    readable = list(readable)
    is_little = sum(path.stat().st_size for path in readable) < LITTLE
    db = duckdb.connect() if is_little else duckdb.connect(str(folder / "check.duckdb"))
    if is_little:
        db.execute("set threads = 1")
    db.execute("set memory_limit = ?", [MEMORY])
    db.execute("set preserve_insertion_order = true")
    db.execute("set timezone = 'UTC'")
    db.execute("set temp_directory = ?", [str(folder)])
    db.execute("set allowed_directories = ?", [[f"{folder}/"]])
    db.execute("set allowed_paths = ?", [[str(path) for path in readable]])
    return _closed(db)


@lru_cache(maxsize=1)
def judge() -> duckdb.DuckDBPyConnection:
    """An empty database that parses and binds expressions, and reaches no file at all."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    db.execute("set threads = 1")
    db.execute("set memory_limit = ?", [MEMORY])
    db.execute(f"set max_expression_depth = {DEEPEST}")
    db.execute("set temp_directory = ''")
    db.execute(f"create macro {DECLARED} as cast(null as varchar)")
    return _closed(db)


def _closed(db: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for setting in CLOSED:
        db.execute(setting)
    return db
