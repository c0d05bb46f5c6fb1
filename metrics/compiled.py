"""The SQL of a question's shape, compiled once for each set of definitions and kept beside them.

A process that finds what it asks kept, such as a dashboard that starts again, does without MetricFlow.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version as release
from pathlib import Path

from warehouse.publication import CANDIDATE

KEPT = "metric_sql"  # the folder beside the semantic manifest; each set of definitions has its own in it


def compiled(path: Path, version: int, names: tuple[str, ...], groups: tuple[str, ...], where: tuple[str, ...]) -> str:
    """MetricFlow's SQL, for any database that holds the marts. Raises MetricError for what can not be asked.

    `path` is the semantic manifest and `version` when it was written; the rest is in MetricFlow's words.
    """
    shape = hashlib.sha256(repr((names, groups, where)).encode()).hexdigest()
    kept = path.parent / KEPT / _digest(path, version) / f"{shape}.sql"
    try:
        sql = kept.read_text(encoding="utf-8")
    except OSError:
        sql = ""
    if not sql:
        from metrics.flow import sql_of  # behind it stands MetricFlow

        sql = sql_of(_definitions(path, version), names, groups, where)
        _keep(kept, sql)
    return sql


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


@lru_cache(maxsize=4)
def _digest(path: Path, version: int) -> str:
    """What tells these definitions, and the MetricFlow that reads them, from others."""
    return hashlib.sha256((release("metricflow") + _definitions(path, version)).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _definitions(path: Path, _version: int) -> str:
    """The semantic manifest over marts, not the candidate, of whatever database a connection reads."""
    text = path.read_text(encoding="utf-8")
    text = text.replace(f'"schema_name": "{CANDIDATE}"', '"schema_name": "marts"')
    text = text.replace(f'\\"{CANDIDATE}\\".', '\\"marts\\".')
    text = re.sub(r'"relation_name": "\\"[^"]+"\.', '"relation_name": "', text)
    return re.sub(r'"database": "[^"]*"', '"database": null', text)
