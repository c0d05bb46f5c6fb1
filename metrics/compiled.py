"""The SQL of a question's shape, compiled once for each set of definitions and kept in dbt's target folder.

A process that finds what it asks kept, such as a dashboard that starts again, does without MetricFlow.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version as release
from pathlib import Path

from metrics.definitions import Definitions
from warehouse.dbt import target_path
from warehouse.settings import load_settings

KEPT = "metric_sql"  # the folder in dbt's target; each set of definitions has its own in it


def compiled(given: Definitions, names: tuple[str, ...], groups: tuple[str, ...], where: tuple[str, ...]) -> str:
    """MetricFlow's SQL, for any database that holds the marts, in MetricFlow's words.

    Raises MetricError for what can not be asked.
    """
    shape = hashlib.sha256(repr((names, groups, where)).encode()).hexdigest()
    kept = kept_folder() / _digest(given) / f"{shape}.sql"
    try:
        sql = kept.read_text(encoding="utf-8")
    except OSError:
        sql = ""
    if not sql:
        from metrics.flow import sql_of  # behind it stands MetricFlow

        sql = sql_of(given.text, names, groups, where)
        _keep(kept, sql)
    return sql


def kept_folder() -> Path:
    """Where the SQL is kept; it may go at any time."""
    return target_path(load_settings()) / KEPT


def is_compiling() -> bool:
    """Whether this process has had to compile, and so holds what MetricFlow knows of the definitions."""
    return "metrics.flow" in sys.modules


def _keep(file: Path, sql: str) -> None:
    """Write it whole or not at all, and drop what was kept for other definitions; a place that is closed keeps none."""
    part = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with suppress(OSError):
        if not file.parent.exists():
            file.parent.mkdir(parents=True)
            for other in {*file.parent.parent.iterdir()} - {file.parent}:
                shutil.rmtree(other, ignore_errors=True)
        part.write_text(sql, encoding="utf-8")
        part.replace(file)


@lru_cache(maxsize=8)
def _digest(given: Definitions) -> str:
    """What tells these definitions, and the MetricFlow that reads them, from others."""
    return hashlib.sha256((release("metricflow") + given.digest).encode()).hexdigest()[:16]
