"""The rules of the contract as SQL conditions, true for a row that breaks them."""

from __future__ import annotations

from dataclasses import dataclass

from company.contract import Column
from loader.sql import identifier, literal, literals

FIRST, LAST = "1900-01-01", "2200-01-01"  # a date beyond is a slip of the pen
READABLE = {
    "timestamp": "a timestamp (2026-10-31 23:59:59)",
    "date": "a date (2026-10-31)",
    "integer": "a whole number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Rule:
    """One check as an SQL condition that is true for a bad row; `value` is what is shown of it, if not the column."""

    column: str
    name: str
    condition: str
    message: str
    value: str = ""


def cast_of(column: Column) -> str:
    """The DuckDB type of a column; empty for text."""
    if column.data_type.startswith("varchar"):
        return ""
    return column.data_type.replace("numeric", "decimal")


def typed(columns: list[Column], rows: str) -> str:
    """The rows with each column's value in its type beside it, as "name=": null where it has none."""
    casts = [f", try_cast({identifier(c.name)} as {cast_of(c)}) as {held(c)}" for c in columns if cast_of(c)]
    return f"(select *{''.join(casts)} from {rows})"


def held(column: Column) -> str:
    """The column's value in its type, in rows that are `typed`."""
    return identifier(f"{column.name}=")


def written(column: Column) -> str:
    """The value as text that PostgreSQL reads as DuckDB did, in rows that are `typed`."""
    name, text = identifier(column.name), f"cast({held(column)} as varchar)"
    if not cast_of(column):
        return name
    if column.data_type in ("timestamp", "date"):  # such a text is its own
        return f"case when strlen({name}) = {10 if column.data_type == 'date' else 19} then {name} else {text} end"
    return text


def rules_of(column: Column) -> list[Rule]:
    """What must hold for a column by itself."""
    name, rules = identifier(column.name), []
    kind = column.data_type.split("(")[0]
    if kind == "varchar":
        length = int(column.data_type.split("(")[1].rstrip(")"))
        rules.append(Rule(column.name, "type", f"length({name}) > {length}", f"longer than {length} characters"))
    else:
        text = READABLE.get(kind, f"a number that fits {column.data_type}")
        holds = held(column)
        if kind in ("timestamp", "date"):
            broken = f"({holds} between {literal(FIRST)} and {literal(LAST)}) is not true"
            text += " between 1900 and 2200"
        else:
            broken = f"{holds} is null"
        if kind == "integer":  # 5.6 is none, though it could be rounded to one
            broken = f"case when cast({holds} as varchar) = {name} then false "
            broken += f"else {holds} is null or {name} similar to '.*[._eE].*' end"
        rules.append(Rule(column.name, "type", f"{name} is not null and ({broken})", f"not {text}"))
    if column.not_null:
        rules.append(Rule(column.name, "not_null", f"{name} is null", "empty, but a value is required"))
    if column.accepted:
        message = f"not one of {', '.join(column.accepted)}"
        rules.append(Rule(column.name, "accepted_values", f"{name} not in ({literals(column.accepted)})", message))
    if column.minimum is not None:
        low = f"try_cast({name} as double) < {column.minimum}"
        rules.append(Rule(column.name, "minimum", low, f"below {column.minimum}"))
    return rules
