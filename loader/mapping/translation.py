"""The SQL of a mapping: its files with their lookups, and the columns of the contract as text."""

from __future__ import annotations

from company.contract import Column
from loader.mapping.model import Field, Mapping, Rows
from loader.sql import identifier, literal

READABLE = {
    "date": "a date",
    "time": "a time",
    "number": "a number",
    "cents": "a number",
    "hundredths": "a number",
    "minor": "a number",
    "integer": "a whole number",
    "flag": "true or false",
}


def output(target: Field, column: Column) -> str:
    """SQL for a column of the contract as text."""
    if target.constant is not None:
        return literal(target.constant)
    value, kind = target.value(), column.data_type.split("(")[0]
    text = f"nullif(trim(cast({value} as varchar)), '')"
    if target.expression and target.expression.is_plain and not target.values:
        text = f"nullif({trimmed(value)}, '')"
    if target.type != "VARCHAR":
        text = f"cast({value} as varchar)"
        if kind == "numeric":
            exact = f"try_cast({value} as {column.data_type.replace('numeric', 'decimal')})"
            is_same = f"{exact} = {value}" if target.expression and target.expression.is_plain else "true"
            text = f"coalesce(case when {is_same} then cast({exact} as varchar) end, {text})"
        elif kind in ("integer", "varchar"):
            text = f"regexp_replace({text}, '^(-?[0-9]+)\\.0+$', '\\1')"
        elif kind == "date":
            text = f"coalesce(cast(try_cast({value} as date) as varchar), {text})"
    return f"coalesce({text}, {literal(target.default)})" if target.default is not None else text


def is_typed(target: Field, column: Column, kinds: dict[str, str]) -> bool:
    """Whether the value of a column of the file has the type of the contract's column already."""
    expression = target.expression
    if expression is None or not expression.is_plain or target.values or target.default is not None:
        return False
    kind = kinds.get(expression.columns[0]) if expression.columns else None
    return (kind, column.data_type) in {("time", "timestamp"), ("date", "date")}


def looked_up(target: Field, order: str) -> str:
    """A column of a lookup: an aggregate, or the value of the line that counts of those that have one."""
    assert target.expression
    value = target.value()
    if target.expression.is_aggregate:
        return value
    return f"first({value} order by {order}) filter (where {value} is not null)"


def joined(mapping: Mapping, rows: Rows) -> str:
    """The file with its lookups; each adds one struct and no row."""
    name = named(mapping, rows.source)
    parts = [name]
    for lookup, key in rows.joins.items():
        other, struct = named(mapping, "lookup " + lookup), identifier(f"{lookup}~")
        parts.append(f"left join {other} as {struct} on cast({key} as varchar) = {struct}._key")
    return " ".join(parts)


def from_file(mapping: Mapping, rows: Rows, number: int) -> str:
    """SQL for the lines of one file that an entry takes, before only the first of each key is kept."""
    return f"from {joined(mapping, rows)} where _file = {number} and {rows.where or True}"


def named(mapping: Mapping, what: str) -> str:
    return identifier(f"{mapping.name} {what}")


def unread(kind: str) -> str:
    """What a value is not that cannot be read as its kind."""
    return f"not {READABLE.get(kind, f'of the form {kind}')}"


def trimmed(name: str) -> str:
    """A column's text without spaces around it; trim alone is dear, and they are rare: '!' follows the space."""
    return f"case when {name} < '!' or {name} like '% ' then trim({name}) else {name} end"
