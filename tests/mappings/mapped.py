"""Small exports and what a mapping makes of them, for the tests of mappings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from company.contract import read_contract
from company.profile import Pipeline
from loader.check.check import Check
from loader.check.outcome import Outcome
from loader.duck import open_scratch
from loader.files.relation import Relation
from loader.mapping.model import Mapping
from loader.mapping.reader import read_mapping
from loader.mapping.source import MappedSource
from warehouse.settings import ROOT

EXPORTS = Path(__file__).with_name("exports")
TABLES = read_contract(ROOT / "dbt")
Rows = dict[str, list[dict[str, Any]]]  # by the table's key


@lru_cache
def mapping_of(name: str) -> Mapping:
    """A mapping, read once."""
    return read_mapping(name, TABLES)


class Kept:
    """A sink that keeps the rows as they go on to the warehouse."""

    finished: list[list[dict[str, Any]]]

    def __init__(self, finished: list[list[dict[str, Any]]]) -> None:
        self.finished, self.rows = finished, list[dict[str, Any]]()

    def put(self, batch: pa.RecordBatch) -> None:
        """Keep some."""
        self.rows += batch.to_pylist()

    def finish(self) -> int:
        """They hold."""
        self.finished.append(self.rows)
        return len(self.rows)

    def cancel(self) -> None:
        """They are read again."""


def run(folder: Path, mapping: str, scratch: Path, pipelines: tuple[Pipeline, ...] = ()) -> tuple[Rows, list[Outcome]]:
    """The good rows of every table of the contract, by its key, and what became of the files."""
    source = MappedSource(
        folder, TABLES, scratch, [mapping_of(name) for name in mapping.split(",")], pipelines=pipelines
    )
    rows: Rows = {}
    outcomes = []
    with open_scratch(scratch, source.paths()) as db:
        finished: list[list[dict[str, Any]]] = []

        def sink(relation: Relation) -> Kept:
            return Kept(finished)

        check = Check(db, TABLES, source, open_sink=sink)
        for table in TABLES:
            finished.clear()
            files = check.table(table)
            outcomes += [file.outcome for file in files]
            for file, kept in zip((file for file in files if file.reading), finished, strict=True):
                if file.again:  # of equal keys the first row counts
                    found = db.execute(file.good_sql())
                    names = [name for name, *_ in found.description or ()]
                    kept = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
                rows.setdefault(table.key, []).extend(kept)
    return rows, outcomes


def whole(folder: Path, mapping: str, scratch: Path, pipelines: tuple[Pipeline, ...] = ()) -> Rows:
    """The rows of an export of which none is rejected; `pipelines` are those of company.yml."""
    rows, outcomes = run(folder, mapping, scratch, pipelines)
    assert [problem for outcome in outcomes for problem in outcome.problems] == []
    assert sum(outcome.rejected for outcome in outcomes) == 0
    return rows


def pick(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the rows, sorted."""
    return sorted((tuple(row.get(name) for name in columns) for row in rows), key=str)


def made(folder: Path, files: dict[str, str]) -> Path:
    """A folder with the files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder
