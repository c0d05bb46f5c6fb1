"""`mapping-check`: which columns of the contract a mapping fills in a folder, guesses or leaves empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from rich.console import Console

from company.contract import Table
from loader.duck import open_scratch
from loader.mapping.model import Mapping, Rows
from loader.mapping.source import MappedSource
from loader.mapping.translation import from_file
from loader.sql import first

CHANGES, PRICES = "billing.subscription_changes", ("unit_price", "recurring_amount")


@dataclass
class Coverage:
    """A table's lines, and by column how it is filled, with the share of lines (0 to 1) that have a value."""

    rows: int = 0
    filled: dict[str, float] = field(default_factory=dict)
    derived: dict[str, float] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)  # column: values

    def add(self, rows: Rows, total: int, own: tuple[int, ...]) -> None:
        """Count an entry's lines in one file, and the values of each of its columns."""
        self.rows += total
        for target, count in zip(rows.fields.values(), own, strict=True):
            name = target.column
            self.counts[name] = self.counts.get(name, 0) + count
            if target.kind != "guessed":
                kind = self.filled if target.kind == "filled" else self.derived
                kind[name] = self.counts[name] / self.rows if self.rows else 0.0
            if target.constant is not None:
                self.guessed[name] = f"{target.constant!r}"
            elif target.default is not None and count < total:
                self.guessed[name] = f"{target.default!r} in {total - count:,} rows"

    def find_missing(self, table: Table) -> None:
        """The columns without any value."""
        valued = self.filled | self.derived
        names = [column.name for column in table.columns]
        self.missing = [name for name in names if name not in self.guessed and not valued.get(name)]


def cover(source: MappedSource, tables: list[Table]) -> tuple[dict[str, Coverage], list[str]]:
    """What the mappings make of the folder, by table, and what hinders: files that lack a column or cannot be read."""
    found = {table.key: Coverage() for table in tables}
    trouble: dict[str, None] = {}
    with open_scratch(source.scratch, source.paths()) as db:
        source.stage(db)
        for table in tables:
            for mapping, rows, path in source.pieces_of(table):
                relation = source.staged[path].relation
                trouble |= dict.fromkeys(f"{relation.file}: {t.column}: {t.message}" for t in relation.trouble)
                if not relation.trouble:
                    found[table.key].add(rows, *_counted(db, mapping, rows, source.staged[path].number))
            found[table.key].find_missing(table)
    return found, sorted(trouble)


def _counted(db: duckdb.DuckDBPyConnection, mapping: Mapping, rows: Rows, number: int) -> tuple[int, tuple[int, ...]]:
    """The lines that an entry takes of a file, and the values in each of its columns."""
    parts = [f"count(nullif(trim(cast({f.value()} as varchar)), ''))" for f in rows.fields.values()]
    total, *own = first(db, f"select {', '.join(['count(*)', *parts])} {from_file(mapping, rows, number)}")
    return total, tuple(own)


def filled_by(found: dict[str, Coverage], mappings: list[Mapping]) -> set[str]:
    """The tables with rows, and the kinds of product event that the mappings can make, such as product.events.login."""
    filled = {key for key, part in found.items() if part.rows}
    if not any(price in found[CHANGES].counts for price in PRICES):
        filled.discard(CHANGES)  # without a price nothing can be said of MRR
    if "product.events" not in filled:
        return filled
    events = [rows.fields for m in mappings for rows in m.tables.get("product.events", [])]
    kinds = {kind for kind in ("login", "activation") for f in events if f["event_type"].constant in (None, kind)}
    kinds |= {"feature" for fields in events if "feature_id" in fields}
    return filled | {f"product.events.{kind}" for kind in kinds}


def mapping_check(
    out: Console,
    folder: Path,
    tables: list[Table],
    mappings: list[Mapping],
    scratch: Path,
    show: Callable[[set[str]], None],
) -> int:
    """Print the coverage, and `show` what the tables with rows are good for. Returns 1 when a file hinders."""
    source = MappedSource(folder, tables, scratch, mappings)
    found, trouble = cover(source, tables)
    why = {key: text for mapping in mappings for key, text in mapping.absent.items()}
    for (mapping, alias), paths in source.found.items():
        names = ", ".join(path.relative_to(folder).as_posix() for path in paths)
        out.print(f"{mapping}.{alias}: {names or 'no file'}", markup=False)
    for key, part in found.items():
        if part.rows:
            _print_table(out, key, part, why)
    empty = [key for key, part in found.items() if not part.rows]
    out.print(f"\nno rows: {', '.join(f'{k} ({why[k]})' if k in why else k for k in empty)}\n", markup=False)
    if source.unused:
        out.print(f"not read: {', '.join(source.unused)}\n", markup=False)
    show(filled_by(found, mappings))
    for line in trouble:
        out.print(f"trouble: {line}", markup=False)
    return 1 if trouble else 0


def _print_table(out: Console, key: str, part: Coverage, why: dict[str, str]) -> None:
    out.print(f"\n{key}: {part.rows:,} lines", style="bold")
    for label, columns in (("filled", part.filled), ("derived", part.derived)):
        if columns:
            out.print(f"  {label}: {', '.join(map(_share, columns.items()))}", markup=False)
    if part.guessed:
        out.print(f"  guessed: {', '.join(f'{n} = {t}' for n, t in part.guessed.items())}", markup=False)
    if part.missing:
        said = [f"{n} ({why[f'{key}.{n}']})" if f"{key}.{n}" in why else n for n in part.missing]
        out.print(f"  missing: {', '.join(said)}", markup=False)


def _share(item: tuple[str, float]) -> str:
    return item[0] if item[1] == 1 else f"{item[0]} {item[1]:.0%}"
