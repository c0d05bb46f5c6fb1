"""`mapping-check`: which columns of the contract a mapping fills in a folder, guesses or leaves empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from company.contract import Table
from loader.duck import open_scratch
from loader.mapping.model import Mapping
from loader.mapping.source import MappedSource
from loader.mapping.translation import from_file
from loader.sql import run


@dataclass
class Coverage:
    """A table's lines, and by column how it is filled, with the share of lines (0 to 1) that have a value."""

    rows: int = 0
    filled: dict[str, float] = field(default_factory=dict)
    derived: dict[str, float] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def cover(source: MappedSource, tables: list[Table]) -> tuple[dict[str, Coverage], list[str]]:
    """What the mappings make of the folder, by table, and what hinders: files that lack a column or cannot be read."""
    found: dict[str, Coverage] = {}
    trouble: list[str] = []
    with open_scratch(source.scratch, source.paths()) as db:
        source.stage(db)
        for table in tables:
            cover = found.setdefault(table.key, Coverage())
            counts: dict[str, int] = {}
            for mapping, rows, path in source.pieces_of(table):
                staged = source.staged[path]
                trouble += [f"{staged.relation.file}: {c}: {m}" for c, _, m in staged.relation.trouble]
                if staged.relation.trouble:
                    continue
                parts = [f"count(nullif(trim(cast({f.value()} as varchar)), ''))" for f in rows.fields.values()]
                query = f"select count(*), {', '.join(parts)} {from_file(mapping, rows, staged.number)}"
                total, *own = run(db, query).fetchall()[0]
                cover.rows += total
                for target, count in zip(rows.fields.values(), own, strict=True):
                    counts[target.column] = counts.get(target.column, 0) + count
                    kind = cover.filled if target.kind == "filled" else cover.derived
                    if target.kind != "guessed":
                        kind[target.column] = counts[target.column] / cover.rows if cover.rows else 0.0
                    if target.constant is not None:
                        cover.guessed[target.column] = f"{target.constant!r}"
                    elif target.default is not None and count < total:
                        cover.guessed[target.column] = f"{target.default!r} in {total - count:,} rows"
            cover.missing = [
                c.name
                for c in table.columns
                if c.name not in cover.guessed and not (cover.filled | cover.derived).get(c.name)
            ]
    return found, sorted(set(trouble))


def filled_by(found: dict[str, Coverage], mappings: list[Mapping]) -> set[str]:
    """The tables with rows, and product.events.activation where the mappings can make events of that type."""
    kinds = [rows.fields["event_type"] for m in mappings for rows in m.tables.get("product.events", [])]
    activation = any(kind.constant in (None, "activation") for kind in kinds)
    filled = {key for key, part in found.items() if part.rows}
    return filled | ({"product.events.activation"} if activation and "product.events" in filled else set())


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
    for key, cover_ in found.items():
        if not cover_.rows:
            continue
        out.print(f"\n{key}: {cover_.rows:,} lines", style="bold")
        for label, part in (("filled", cover_.filled), ("derived", cover_.derived)):
            if part:
                out.print(f"  {label}: {', '.join(map(_share, part.items()))}", markup=False)
        if cover_.guessed:
            out.print(f"  guessed: {', '.join(f'{n} = {t}' for n, t in cover_.guessed.items())}", markup=False)
        if cover_.missing:
            said = [f"{n} ({why[f'{key}.{n}']})" if f"{key}.{n}" in why else n for n in cover_.missing]
            out.print(f"  missing: {', '.join(said)}", markup=False)
    empty = [key for key, cover_ in found.items() if not cover_.rows]
    out.print(f"\nno rows: {', '.join(f'{k} ({why[k]})' if k in why else k for k in empty)}\n", markup=False)
    if source.unused:
        out.print(f"not read: {', '.join(source.unused)}\n", markup=False)
    show(filled_by(found, mappings))
    for line in trouble:
        out.print(f"trouble: {line}", markup=False)
    return 1 if trouble else 0


def _share(item: tuple[str, float]) -> str:
    return item[0] if item[1] == 1 else f"{item[0]} {item[1]:.0%}"
