"""`doctor`: what an unknown folder of files is, a draft mapping for it, and what the dashboard could show."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table as Grid

from company.contract import Column, Table
from loader.duck import open_scratch
from loader.files.facts import FileFacts, clean_name
from loader.files.folder import FolderSource
from loader.files.notation import EMPTY_VALUE, ways
from loader.mapping.coverage import cover, filled_by
from loader.mapping.draft import SYNONYMS, Looked, as_text, propose
from loader.mapping.model import Mapping, names, read_mapping
from loader.mapping.source import MappedSource
from loader.sql import identifier, literals, run
from warehouse.errors import TowerError

SAMPLE = 200_000  # rows of a file that are looked at
KINDS = {"flag": "boolean", "integer": "integer", "number": "numeric(38,9)", "date": "date", "time": "timestamp"}
FITS = 0.98  # the share of values that must fit a type


def doctor(
    out: Console, folder: Path, tables: list[Table], scratch: Path, draft: Path, show: Callable[[set[str]], None]
) -> int:
    """Look at the folder and print what was found; the draft mapping is written when no ready one fits."""
    source = FolderSource(folder, [], scratch, strict=False)
    with open_scratch(scratch, [folder / name for name in source.unused]) as db:
        files = look(db, source, tables)
        if not files:
            out.print(f"{folder} holds no file that ends in .csv, .tsv, .txt or .parquet (or .gz)", markup=False)
            return 1
        grid = Grid("file", "encoding", "separator", "rows", "columns", box=None, pad_edge=False)
        for file in files:
            mark = {"\t": "tab"}.get(file.facts.delimiter, file.facts.delimiter)
            grid.add_row(file.name, file.facts.encoding, mark, f"{file.rows:,}", str(len(file.facts.header)))
        out.print(grid)
        for file in files:
            out.print(f"\n{file.name}{': ' + file.trouble if file.trouble else ''}", markup=False)
            for column, (kind, how, share) in file.types.items():
                key = ", no value twice" if column in file.keys else ""
                out.print(f"  {column}: {kind}{f' ({how})' if how else ''}, {share:.0%} filled{key}", markup=False)
        mapping = ready(folder, tables, files, scratch)
        if mapping:
            out.print(
                f"\nThis looks like {mapping.title}: make load-data DATA={folder} MAPPING={mapping.name}", markup=False
            )
        else:
            body = propose(db, files, {table.key: table for table in tables})
            if not body["tables"]:
                out.print("\nno file resembles a table of the contract; docs/your-own-data.md shows how to map it")
                return 1
            if draft.exists():
                raise TowerError(f"{draft} is there already; name another file for the draft: OUT=other.yml")
            draft.write_text(as_text(body), encoding="utf-8")
            mapping = read_mapping(str(draft), tables)
            out.print(
                f"\nA draft is in {draft}. Mend it, then: make load-data DATA={folder} MAPPING={draft}", markup=False
            )
            for key, entry in body["tables"].items():
                guesses = [
                    n for n, f in entry["columns"].items() if isinstance(f, dict) and {"constant", "default"} & set(f)
                ]
                out.print(
                    f"  {key} from {entry['from']}{f'; guessed: {chr(44).join(guesses)}' if guesses else ''}",
                    markup=False,
                )
    found, trouble = cover(MappedSource(folder, tables, scratch / "cover", [mapping]), tables)
    out.print()
    show(filled_by(found, [mapping]))
    for line in trouble:
        out.print(f"trouble: {line}", markup=False)
    return 0


def look(db: duckdb.DuckDBPyConnection, source: FolderSource, tables: list[Table]) -> list[Looked]:
    """Every file with its encoding, separator, columns and their types."""
    known = {column.name for table in tables for column in table.columns} | set(" ".join(SYNONYMS.values()).split())
    files = []
    for number, name in enumerate(source.unused):
        path = source.folder / name
        facts = FileFacts(path, name, tuple(known))
        file = Looked(path, name, facts)
        files.append(file)
        try:
            if not facts.is_parquet:
                facts.look()
                if len(facts.header) == 1:
                    facts.delimiter = max(",;\t|", key=facts.header_text.count)
                    facts.header = facts._split(facts.delimiter)
            header = list(dict.fromkeys(map(clean_name, facts.header))) or list(known)
            columns = tuple(Column(part, "varchar(4000)") for part in header if part)
            relation = source.relation(db, Table("doctor", str(number), columns), path)
            if relation.trouble:
                file.trouble = relation.trouble[0][2]
                continue
            file.values = identifier(f"values {number}")
            try:
                run(db, f"create table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
            except duckdb.Error:
                relation = source.carefully(db, relation)
                run(db, f"create or replace table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
            file.facts = relation.facts or facts
            _types(db, file, relation.columns)
        except (OSError, EOFError, duckdb.Error) as error:
            file.trouble = f"cannot be read: {' '.join(str(error).split())[:200]}"
    return files


def _types(db: duckdb.DuckDBPyConnection, file: Looked, columns: list[str]) -> None:
    file.rows = run(db, f"select count(*) from {file.values}").fetchall()[0][0]
    for name in columns:
        full = f"lower(trim({identifier(name)})) not in ({literals(EMPTY_VALUE)})"
        tests = [(kind, way, sql) for kind, of in KINDS.items() for way, sql in ways(Column(name, of)).items()]
        parts = ", ".join(f"count({sql}) filter (where {full})" for _, _, sql in tests)
        counted = f"count(*) filter (where {full}), count(distinct {identifier(name)}), count({identifier(name)})"
        query = f"select {counted}, {parts} from {file.values}"
        filled, different, present, *counts = run(db, query).fetchall()[0]
        kind, how = "text", ""
        for (found, way, _), count in zip(tests, counts, strict=True):
            is_code = re.search(r"(^|_)(id|code|zip|phone|number|key)$", name) and found in (
                "integer",
                "number",
                "flag",
            )
            if filled and count >= FITS * filled and not is_code and way != "seconds since 1970":
                if (
                    found == "date"
                    and run(
                        db, f"select count(*) from {file.values} where {identifier(name)} similar to '.*[0-9]:[0-9].*'"
                    ).fetchall()[0][0]
                ):
                    continue  # a time of day would be lost
                kind, how = found, "" if way == "as it is" else way
                break
        file.types[name] = (kind, how, filled / file.rows if file.rows else 0.0)
        if file.rows and different == present == file.rows:
            file.keys.append(name)


def ready(folder: Path, tables: list[Table], files: list[Looked], scratch: Path) -> Mapping | None:
    """The ready mapping that knows most of the files by name and columns, if it knows half of them."""
    best: tuple[float, Mapping | None] = (0.0, None)
    headers = {file.path: set(file.types) for file in files}
    for name in names():
        mapping = read_mapping(name, tables)
        source = MappedSource(folder, tables, scratch, [mapping])
        score = 0.0
        for (_, alias), paths in source.found.items():
            wanted = mapping.wanted(alias, source.tables)
            needed = {column for column, is_needed in wanted.items() if is_needed}
            for path in paths:
                spelled = mapping.names[alias]
                held = {spelled.get(column, column) for column in headers.get(path, set())}
                share = len(held & wanted.keys()) / max(1, min(len(wanted), len(held)))
                score += share if needed <= held and share >= 0.5 else 0
        best = max(best, (score, mapping), key=lambda pair: pair[0])
    return best[1] if best[0] >= max(0.5, 0.4 * len(files)) else None
