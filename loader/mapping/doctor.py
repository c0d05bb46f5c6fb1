"""`doctor`: what an unknown folder of files is, a draft mapping for it, and what the dashboard could show."""

from __future__ import annotations

from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table as Grid

from company.contract import Table
from loader.duck import open_scratch
from loader.files.folder import FolderSource
from loader.mapping.draft import SYNONYMS, as_text, propose
from loader.mapping.look import Looked, look
from loader.mapping.model import Mapping
from loader.mapping.reader import names, read_mapping
from loader.mapping.source import MappedSource
from warehouse.errors import TowerError


def doctor(out: Console, folder: Path, tables: list[Table], scratch: Path, draft: Path) -> Mapping | None:
    """Look at the folder and print what was found; the mapping that fits, or a draft that is written into a file."""
    source = FolderSource(folder, [], scratch, strict=False)
    known = {column.name for table in tables for column in table.columns} | set(" ".join(SYNONYMS.values()).split())
    with open_scratch(scratch, [folder / name for name in source.unused]) as db:
        files = look(db, source, known)
        if not files:
            out.print(f"{folder} holds no file that ends in .csv, .tsv, .txt or .parquet (or .gz)", markup=False)
            return None
        _print_files(out, files)
        mapping = ready(folder, tables, files, scratch)
        if mapping:
            command = f"make load-data DATA={folder} MAPPING={mapping.name}"
            out.print(f"\nThis looks like {mapping.title}: {command}", markup=False)
            return mapping
        return _drafted(out, db, files, folder, tables, draft)


def _print_files(out: Console, files: list[Looked]) -> None:
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


def _drafted(
    out: Console, db: duckdb.DuckDBPyConnection, files: list[Looked], folder: Path, tables: list[Table], draft: Path
) -> Mapping | None:
    """Write a draft and say what is guessed in it; None when no file resembles a table."""
    body = propose(db, files, {table.key: table for table in tables})
    if not body["tables"]:
        out.print("\nno file resembles a table of the contract; docs/your-own-data.md shows how to map it")
        return None
    if draft.exists():
        raise TowerError(f"{draft} is there already; name another file for the draft: OUT=other.yml")
    draft.write_text(as_text(body), encoding="utf-8")
    mapping = read_mapping(str(draft), tables)
    out.print(f"\nA draft is in {draft}. Mend it, then: make load-data DATA={folder} MAPPING={draft}", markup=False)
    for key, entry in body["tables"].items():
        guesses = [n for n, f in entry["columns"].items() if isinstance(f, dict) and {"constant", "default"} & set(f)]
        said = f"; guessed: {','.join(guesses)}" if guesses else ""
        out.print(f"  {key} from {entry['from']}{said}", markup=False)
    return mapping


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
