"""Which mark stands before the decimals of a file's numbers: by its values, its dates, the user; or asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from company.contract import Column
from loader.files.relation import Notation, Trouble
from loader.sql import first, identifier, literal, run

DOTTED = "[0-9]{1,2}\\.[0-9]{1,2}\\.([0-9]{2}|[0-9]{4})([ T,].*)?"  # 31.03.2026


CURRENCIES = {
    **{"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "R$": "BRL"},
    **{"ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "LEI": "RON", "FR": "CHF", "US$USD": "USD", "$USD": "USD", "€EUR": "EUR"},
}


@dataclass(frozen=True)
class Hints:
    """What tells how values are meant that can be read in two ways.

    `day_first` and `comma` (before decimals) are what the user says, None when nothing; `columns` all of the file's;
    `names_currency` says whether one of them names the currency of its amounts.
    """

    day_first: bool | None = None
    comma: bool | None = None
    delimiter: str = ","
    columns: tuple[Column, ...] = ()
    names_currency: bool = False


NO_HINTS = Hints()


def names_currency(columns: Iterable[str]) -> bool:
    """Whether one of a file's columns says in which currency its amounts are."""
    return any("currency" in name for name in columns)


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


def currency_note(db: duckdb.DuckDBPyConnection, relation: str, name: str, base: str, fits: str, hints: Hints) -> str:
    """What the signs beside a column's amounts say where no column names their currency. Raises Undecided for several.

    `base` is SQL for the trimmed value, `fits` an SQL condition for values that are numbers.
    """
    if hints.names_currency:
        return ""
    sign = f"regexp_replace(upper({base}), '[^A-ZŁČ$€£¥₹]', '', 'g')"
    query = f"select distinct {sign} from {relation} where {sign} <> '' and {fits} limit 9"
    named = sorted({CURRENCIES.get(text, text) for (text,) in run(db, query).fetchall()})
    if len(named) > 1:
        message = f"amounts in {', '.join(named)}, and no column says which: add a column currency"
        raise Undecided([Trouble(name, "question", message)])
    return f", in {named[0]}, which counts as the reporting currency as no column names it" if named else ""


def shares(db: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str]) -> dict[str, Notation]:
    """Percentages of which none is above 1 and some are between: 0.6 is 60 %.

    `columns` are by name SQL for how they are read, empty for as they stand.
    """
    found: dict[str, Notation] = {}
    for name, known in columns.items():
        text = known or identifier(name)
        value = f"try_cast({text} as decimal(18, 10))"
        signed = f"bool_or({identifier(name)} like '%!%%' escape '!')"
        tests = f"bool_and({value} between 0 and 1), bool_or({value} > 0 and {value} < 1), {signed}"
        are_low, are_between, have_signs = first(db, f"select {tests} from {relation}")
        if are_low and are_between and not have_signs:
            note = f"{name} is read as a share, as no value is above 1: 0.6 is 60 %"
            found[name] = Notation(f"coalesce(cast(100 * {value} as varchar), {text})", note)
    return found
