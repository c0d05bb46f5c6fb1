"""A column's value in its type, beside the text that it is written as."""

from __future__ import annotations

from collections.abc import Iterable

from company.calendar import ZONE
from company.contract import Column
from loader.sql import identifier, literal


def cast_of(column: Column) -> str:
    """The DuckDB type of a column; empty for text."""
    if column.data_type.startswith("varchar"):
        return ""
    return column.data_type.replace("numeric", "decimal")


def typed(columns: Iterable[Column], rows: str, timezone: str = ZONE) -> str:
    """The rows with each column's value in its type beside it, as "name=": null where it has none."""
    casts = [f", {_value(column, timezone)} as {held(column)}" for column in columns if cast_of(column)]
    return f"(select *{''.join(casts)} from {rows})"


def _value(column: Column, timezone: str) -> str:
    """The column's text in its type. A day where an instant is asked for begins at midnight of the time zone."""
    name = identifier(column.name)
    value = f"try_cast({name} as {cast_of(column)})"
    if column.data_type != "timestamp" or timezone == ZONE:
        return value
    midnight = f"timezone('UTC', timezone({literal(timezone)}, {value}))"
    return f"case when strlen({name}) = 10 then {midnight} else {value} end"


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
