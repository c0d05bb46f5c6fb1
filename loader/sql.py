"""The one place where text becomes SQL of DuckDB: names, strings, and statements that are single."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb


def identifier(name: str) -> str:
    """A name of a column or table, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """A list of names."""
    return ", ".join(map(identifier, names))


def literal(text: str) -> str:
    """A string, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """A list of strings."""
    return ", ".join(map(literal, texts))


def single(db: duckdb.DuckDBPyConnection, text: str) -> Any:
    """The text as a statement of DuckDB, if it is one.

    Raises duckdb.Error for none, for several, and for what is no SQL.
    """
    statements = db.extract_statements(text)
    if len(statements) != 1:
        raise duckdb.InvalidInputException(f"one statement is wanted, not {len(statements)}")
    return statements[0]


def run(db: duckdb.DuckDBPyConnection, statement: str, values: Any = None) -> duckdb.DuckDBPyConnection:
    """Run one statement; `values` are bound. Raises duckdb.Error."""
    return db.execute(single(db, statement), values)


def first(db: duckdb.DuckDBPyConnection, query: str, values: Any = None) -> tuple[Any, ...]:
    """The first row of a query."""
    return tuple(run(db, query, values).fetchall()[0])


def storable(text: str) -> str:
    """Text that PostgreSQL can hold: what is no character is written as an escape."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
