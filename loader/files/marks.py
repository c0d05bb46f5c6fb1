"""Which mark stands before the decimals of a file's numbers: by its values, its dates, the user; or asked."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from company.contract import Column
from loader.files.relation import Trouble
from loader.sql import first, identifier, literal

DOTTED = "[0-9]{1,2}\\.[0-9]{1,2}\\.([0-9]{2}|[0-9]{4})([ T,].*)?"  # 31.03.2026


@dataclass(frozen=True)
class Hints:
    """What tells how values are meant that can be read in two ways.

    `day_first` and `comma` (before decimals) are what the user says, None when nothing; `columns` all of the file's.
    """

    day_first: bool | None = None
    comma: bool | None = None
    delimiter: str = ","
    columns: tuple[Column, ...] = ()


NO_HINTS = Hints()


class Undecided(Exception):
    """Numbers that can be read in two ways, with a question for each column."""

    def __init__(self, trouble: list[Trouble]) -> None:
        super().__init__("; ".join(one.message for one in trouble))
        self.trouble = tuple(trouble)


@dataclass(frozen=True)
class Marks:
    """How many values of a column fit only a decimal point, only a decimal comma, or both with different meaning."""

    point: int
    comma: int
    both: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Whether a comma stands before a column's decimals, and why."""

    is_comma: bool
    why: str


def count(db: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, tuple[str, str]]) -> dict[str, Marks]:
    """What the values of columns tell; `columns` are pairs of SQL: the number with a point, with a comma."""
    parts, picked = [], []
    for name, pair in columns.items():
        dot, other = identifier(f"{name}."), identifier(f"{name},")  # worked out once, and looked at five times
        picked.append(f"{identifier(name)}, {pair[0]} as {dot}, {pair[1]} as {other}")
        differ = f"try_cast({dot} as double) <> try_cast({other} as double)"
        parts.append(f"count(*) filter (where {dot} is not null and {other} is null)")
        parts.append(f"count(*) filter (where {dot} is null and {other} is not null)")
        parts.append(f"count(*) filter (where {differ})")
        parts += [f"{end}({identifier(name)}) filter (where {differ})" for end in ("min", "max")]
    rows = f"(select {', '.join(picked)} from {relation})"
    found = iter(first(db, f"select {', '.join(parts)} from {rows}")) if parts else iter(())
    marks = {}
    for name in columns:
        point, comma, both, low, high = (next(found) for _ in range(5))
        marks[name] = Marks(point, comma, both, tuple(dict.fromkeys(text for text in (low, high) if text)))
    return marks


def has_comma(
    db: duckdb.DuckDBPyConnection, relation: str, marks: dict[str, Marks], all_marks: dict[str, Marks], hints: Hints
) -> dict[str, Decision]:
    """By column: whether a comma stands before its decimals, where that changes a value.

    The column's own values decide, then the user, the file's other numbers, its dates and delimiter together. Raises
    Undecided where none of them tells.
    """
    decided: dict[str, Decision] = {}
    asked: list[Trouble] = []
    rest = {name: found for name, found in marks.items() if found.both}
    dotted = _has_dotted_dates(db, relation, hints) if rest else False
    point, comma = (sum(getattr(found, mark) for found in all_marks.values()) for mark in ("point", "comma"))
    for name, found in rest.items():
        if found.point != found.comma:
            decided[name] = Decision(found.comma > found.point, "as its other values are")
        elif hints.comma is not None:
            decided[name] = Decision(hints.comma, "as you said")
        elif point != comma:
            decided[name] = Decision(comma > point, "as the file's other numbers are")
        elif dotted == (hints.delimiter == ";"):
            speaks = "semicolons and dates such as 31.03.2026 go" if dotted else "nothing in the file goes"
            decided[name] = Decision(dotted, f"as {speaks} with a decimal comma")
        else:
            asked.append(Trouble(name, "question", _question(found.examples)))
    if asked:
        raise Undecided(asked)
    return decided


def _question(examples: tuple[str, ...]) -> str:
    one = examples[0]
    point, comma = (f"{float(t):.12g}" for t in (one.replace(",", ""), one.replace(".", "").replace(",", ".")))
    return (
        f"{', '.join(examples)} can be thousands or decimals, and nothing in the file tells: "
        f"say NUMBERS=comma (before decimals: {one} is {comma}) or NUMBERS=point ({one} is {point})"
    )


def _has_dotted_dates(db: duckdb.DuckDBPyConnection, relation: str, hints: Hints) -> bool:
    days = [identifier(c.name) for c in hints.columns if c.data_type in ("date", "timestamp")]
    tests = " or ".join(f"bool_or(regexp_full_match(trim({name}), {literal(DOTTED)}))" for name in days)
    return bool(days and first(db, f"select coalesce({tests}, false) from {relation}")[0])
