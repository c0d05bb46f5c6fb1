"""What an unknown file is: its columns, how they are written, and which could be keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from company.contract import Column, Table
from loader.files.facts import FileFacts
from loader.files.folder import FolderSource
from loader.files.headers import clean_name
from loader.files.notation import EMPTY_VALUE, PLAIN, ways
from loader.sql import first, identifier, literals, run

SAMPLE = 200_000  # rows of a file that are looked at
KINDS = {"flag": "boolean", "integer": "integer", "number": "numeric(38,9)", "date": "date", "time": "timestamp"}
FITS = 0.98  # the share of values that must fit a type
CODES = re.compile(r"(^|_)(id|code|zip|phone|number|key)$")  # columns whose digits count nothing


@dataclass
class Looked:
    """One file as the doctor found it; `values` is its DuckDB table of texts."""

    path: Path
    name: str
    facts: FileFacts
    values: str = ""
    rows: int = 0
    types: dict[str, tuple[str, str, float]] = field(default_factory=dict)  # column: type, how it is read, share filled
    keys: list[str] = field(default_factory=list)  # columns without equal values
    trouble: str = ""


def look(db: duckdb.DuckDBPyConnection, source: FolderSource, known: set[str]) -> list[Looked]:
    """Every file that fits no table, with its columns and their types; `known` are names that headers may have."""
    files = []
    for number, name in enumerate(source.unused):
        path = source.folder / name
        file = Looked(path, name, FileFacts(path, name, tuple(known)))
        files.append(file)
        try:
            _read(db, source, file, number)
        except (OSError, EOFError, duckdb.Error) as error:
            file.trouble = f"cannot be read: {' '.join(str(error).split())[:200]}"
    return files


def _read(db: duckdb.DuckDBPyConnection, source: FolderSource, file: Looked, number: int) -> None:
    """Put a sample of the file into DuckDB and look at each of its columns."""
    facts = file.facts
    if not facts.is_parquet:
        facts.look()
        if len(facts.header) == 1:
            facts.split_by(max(",;\t|", key=facts.header_text.count))
    header = list(dict.fromkeys(map(clean_name, facts.header))) or list(facts.wanted)
    columns = tuple(Column(part, "varchar(4000)") for part in header if part)
    relation = source.relation(db, Table("doctor", str(number), columns), file.path)
    if relation.trouble:
        file.trouble = relation.trouble[0].message
        return
    file.values = identifier(f"values {number}")
    try:
        run(db, f"create table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
    except duckdb.Error:
        relation = source.carefully(db, relation)
        run(db, f"create or replace table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
    file.facts = relation.facts or facts
    file.rows = first(db, f"select count(*) from {file.values}")[0]
    for name in relation.columns:
        _look_at_column(db, file, name)


def _look_at_column(db: duckdb.DuckDBPyConnection, file: Looked, name: str) -> None:
    """A column's type, how it is written, how much of it is filled, and whether no value stands twice."""
    column = identifier(name)
    full = f"lower(trim({column})) not in ({literals(EMPTY_VALUE)})"
    tests = [(kind, way, sql) for kind, of in KINDS.items() for way, sql in ways(Column(name, of)).items()]
    parts = [f"count({sql}) filter (where {full})" for _, _, sql in tests]
    counted = [f"count(*) filter (where {full})", f"count(distinct {column})", f"count({column})"]
    clocks = f"count(*) filter (where {column} similar to '.*[0-9]:[0-9].*')"
    query = f"select {', '.join([clocks, *counted, *parts])} from {file.values}"
    with_clock, filled, different, present, *counts = first(db, query)
    kind, how = "text", ""
    for (found, way, _), count in zip(tests, counts, strict=True):
        is_code = bool(CODES.search(name)) and found in ("integer", "number", "flag")
        loses_time = found == "date" and with_clock > 0
        if filled and count >= FITS * filled and not (is_code or loses_time or way == "seconds since 1970"):
            kind, how = found, "" if way == PLAIN else way
            break
    file.types[name] = (kind, how, filled / file.rows if file.rows else 0.0)
    if file.rows and different == present == file.rows:
        file.keys.append(name)
