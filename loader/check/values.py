"""A column's value in its type, beside the text that it is written as."""

from __future__ import annotations

from collections.abc import Iterable

from company.contract import Column
from loader.sql import identifier


def cast_of(column: Column) -> str:
    """The DuckDB type of a column; empty for text."""
    if column.data_type.startswith("varchar"):
        return ""
    return column.data_type.replace("numeric", "decimal")


def typed(columns: Iterable[Column], rows: str) -> str:
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
