"""One file of another system in DuckDB: a view in which its columns have the types that a mapping gives them."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace

import duckdb

from company.contract import Column
from company.currencies import DECIMALS, STRIPE_DECIMALS
from loader.files import notation
from loader.files.facts import ENDING, FileFacts
from loader.files.headers import clean_name, currency_of
from loader.files.marks import Hints, Undecided, names_currency
from loader.files.notation import EMPTY_VALUE, PLAIN
from loader.files.relation import Notation, Relation
from loader.mapping.model import TYPES, sql_type
from loader.mapping.translation import trimmed
from loader.sql import first, identifier, literal, literals, run

# columns that every file has: its name, and the currency that the headers of its amounts name, as `Cost (EUR)` does
FILE_NAME, FILE_CURRENCY = "file_name", "file_currency"
FILE_COLUMNS = (FILE_NAME, FILE_CURRENCY)


@dataclass(frozen=True)
class Types:
    """The types that a mapping gives a file's columns, and for amounts the columns that say their currency."""

    kinds: dict[str, str]
    currencies: dict[str, str]


@dataclass(frozen=True)
class Staged:
    """One file: its number among those of its kind, and its rows as text columns."""

    number: int
    relation: Relation


def asked(relation: Relation, kinds: dict[str, str]) -> list[tuple[Column, str]]:
    """The columns that a mapping gives types, with a condition for the values that are not plain ones of theirs."""
    columns = [Column(name, TYPES[kind]) for name, kind in kinds.items() if kind in TYPES and name in relation.columns]
    return [(column, _is_odd(column, relation.delimiter)) for column in columns]


def _is_odd(column: Column, delimiter: str) -> str:
    """An SQL condition for values that are not plain, or may mean something else."""
    broken = f"({identifier(column.name)} is not null and {notation.ways(column)[PLAIN]} is null)"
    other = notation.odd(column, False, delimiter) if column.data_type.startswith("numeric") else ""
    return f"{broken} or {other}" if other else broken


def looks_plain(db: duckdb.DuckDBPyConnection, relation: Relation, kinds: dict[str, str], hints: Hints) -> bool:
    """Whether a file's beginning holds nothing but plain values; False where it cannot be read."""
    if relation.delimiter == ";":  # 1.200 further on could pass, and mean another thing
        return False
    try:
        return not _notations(db, f"({relation.sql} limit {notation.BEGINNING})", relation, kinds, hints)
    except (duckdb.Error, Undecided):
        return False


def _notations(
    db: duckdb.DuckDBPyConnection, rows: str, relation: Relation, kinds: dict[str, str], hints: Hints
) -> dict[str, Notation]:
    """The notations of a file's typed columns. Raises Undecided."""
    columns = asked(relation, kinds)
    hints = replace(hints, delimiter=relation.delimiter, columns=tuple(column for column, _ in columns))
    return notation.find(db, rows, columns, replace(hints, names_currency=names_currency(relation.columns)))


def has_line_rows(db: duckdb.DuckDBPyConnection, relation: Relation, facts: FileFacts) -> bool:
    """Whether every row of a file, read as it lies, is one line of it; False where it cannot be read."""
    every = ", ".join(f"count({identifier(name)})" for name in relation.columns)
    try:
        return bool(first(db, f"select count(*), {every} from ({relation.sql})")[0] == facts.lines - 1)
    except duckdb.Error:
        return False


def make_view(
    db: duckdb.DuckDBPyConnection, view: str, staged: Staged, types: Types, hints: Hints, wanted: Container[str]
) -> list[str]:
    """Make the view of one file, typed; a value that cannot be read is kept beside as `column~`. Returns notes.

    Of FILE_COLUMNS those that are wanted are there, too. Raises Undecided.
    """
    relation, kinds = staged.relation, types.kinds
    raw = f"({relation.sql})"
    found = _notations(db, raw, relation, kinds, hints) if relation.unseen is None else {}
    notes = [known.note for known in found.values()]
    picked = {name: identifier(name) for name in relation.columns}
    for name, kind in kinds.items():
        if name in relation.columns:
            currency = types.currencies.get(name, "")
            units = minor_units(currency if currency in relation.columns else "", kind)
            value, note = _typed(db, raw, name, kind, units, found.get(name))
            notes += [note] if note else []
            picked[name] = value
            # whether words for nothing are told apart later, when all of the column will have been seen
            is_open = relation.unseen is not None and kind in TYPES
            picked[f"{name}~"] = f"case when {value} is null then {_filled(name, is_open)} end"
    if FILE_NAME in wanted:
        picked[FILE_NAME] = literal(clean_name(re.sub(ENDING + "$", "", relation.file, flags=re.IGNORECASE)))
    if FILE_CURRENCY in wanted:
        code = _currency_of_header(relation.facts, kinds)
        picked[FILE_CURRENCY] = literal(code) if code else "cast(null as varchar)"
        notes += [f"its amounts are in {code}, as the header says"] if code else []
    columns = ", ".join(f"{text} as {identifier(name)}" for name, text in picked.items())
    run(db, f"create or replace view {view} as select {staged.number} as _file, _line, {columns} from {raw}")
    return notes


def _currency_of_header(facts: FileFacts | None, kinds: dict[str, str]) -> str:
    """The one currency that the headers of a file's amounts name; empty for none or several."""
    if not facts or not facts.header:
        return ""
    amounts = [name for name, kind in kinds.items() if sql_type(kind) == "double" and name in facts.columns]
    codes = {currency_of(facts.header[facts.columns[name]]) for name in amounts} - {""}
    return codes.pop() if len(codes) == 1 else ""


def minor_units(currency: str, kind: str) -> str:
    """SQL for how many minor units the currency in a column has, as Stripe counts them; 100 without a column.

    Of the kind `hundredths` a currency has as many, or none.
    """
    if not currency:
        return "100"
    every = (DECIMALS | STRIPE_DECIMALS).items()
    places = {code: number for code, number in every if number == 0 or (number != 2 and kind != "hundredths")}
    codes = {number: [code for code in places if places[code] == number] for number in sorted(set(places.values()))}
    cases = " ".join(f"when list_contains([{literals(several)}], _code) then {10**n}" for n, several in codes.items())
    return f"case {cases} else 100 end".replace("_code", f"upper(trim({identifier(currency)}))")


def _typed(
    db: duckdb.DuckDBPyConnection, raw: str, name: str, kind: str, units: str, known: Notation | None
) -> tuple[str, str]:
    """SQL for a column's value in the type that the mapping gives it, and what is to be said of it.

    `units` is SQL for how many minor units of its currency an amount has.
    """
    if kind not in TYPES:
        return f"try_strptime(trim({identifier(name)}), {literal(kind)})", ""
    text = known.expression if known else trimmed(identifier(name))
    if kind in ("time", "date") and not known:  # 01:33 PM would be read as in the morning
        text = f"case when right({text}, 1) not in ('M', 'm') then {text} end"
    if kind == "integer":  # 5.6 is none, though it could be rounded to one
        text = f"case when regexp_full_match({text}, '[-+]?[0-9]+') then {text} end"
    value = f"try_cast({text} as {sql_type(kind)})"
    if kind not in ("cents", "hundredths", "minor"):
        return value, ""
    if kind != "minor" and _has_decimals(db, f"{raw} where {units} = 100", text):
        return value, f"{name} has two decimals, so that it is read as it is and not in cents"
    return f"{value} / ({units})", ""


def _filled(name: str, with_words: bool) -> str:
    """SQL for the text of a column, without the words for nothing unless they are to stay."""
    if with_words:
        return identifier(name)
    # of a case's branches only those are worked out that are needed; `in` would be a join, and always be
    is_full = f"not list_contains([{literals(EMPTY_VALUE)}], lower(trim({identifier(name)})))"
    return f"case when {is_full} then {identifier(name)} end"


def _has_decimals(db: duckdb.DuckDBPyConnection, raw: str, text: str) -> bool:
    """Whether an amount is written 12.00, as people read it, and not in cents."""
    tests = f"bool_and(regexp_matches({text}, '\\.[0-9]{{2}}$') or try_cast({text} as double) = 0)"
    return bool(first(db, f"select coalesce({tests} and bool_or({text} like '%.%'), false) from {raw}")[0])


def proved(relation: Relation, unseen: tuple[Column, ...] | None) -> Relation:
    """A plain file as it goes on: taken for plain further on, or known to have a row a line."""
    if not relation.is_plain:
        return relation
    return replace(relation, unseen=unseen, is_plain=unseen is not None, is_lines=unseen is None)
