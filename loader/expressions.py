"""The scalar SQL expressions that a mapping may hold: parsed by DuckDB, and nothing that reads or runs queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

SCALAR = {
    "COLUMN_REF",
    "CONSTANT",
    "FUNCTION",
    "CAST",
    "CASE",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "BETWEEN",
    "TYPE",
}
DENIED = {"current_setting", "getenv", "getvariable", "nextval", "currval", "random", "uuid", "error", "write_log"}


@dataclass(frozen=True)
class Expression:
    """An SQL expression; `columns` are those of the file, `looked_up` pairs of lookup and column."""

    sql: str
    columns: tuple[str, ...] = ()
    looked_up: tuple[tuple[str, str], ...] = ()
    is_plain: bool = False  # nothing but a column
    is_aggregate: bool = False

    def __str__(self) -> str:
        return f"({self.sql}\n)"  # the newline ends a comment


@lru_cache(maxsize=1)
def judge() -> duckdb.DuckDBPyConnection:
    """An empty database that parses and binds expressions."""
    return duckdb.connect()


@lru_cache(maxsize=2)
def _functions(aggregate: bool) -> frozenset[str]:
    kinds = "'scalar', 'macro'" + (", 'aggregate'" if aggregate else "")
    query = f"select distinct function_name from duckdb_functions() where internal and function_type in ({kinds})"
    return frozenset(row[0] for row in judge().execute(query).fetchall()) - DENIED


def parse_expression(text: str, aggregate: bool = False) -> Expression:
    """Parse a scalar SQL expression. Raises ValueError for anything else: queries, windows, functions that read."""
    row = judge().execute("select json_serialize_sql('select ' || ?)", [text]).fetchall()[0][0]
    tree = json.loads(row)
    if tree.get("error"):
        raise ValueError(f"no SQL expression ({tree.get('error_message', '')})")
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    extras = [
        node.get(key) for key in ("where_clause", "group_expressions", "having", "qualify", "modifiers", "sample")
    ]
    parts = node.get("select_list", [])
    if len(parts) != 1 or node.get("from_table", {}).get("type") != "EMPTY" or any(extras) or parts[0].get("alias"):
        raise ValueError("one expression is wanted")
    columns: dict[str, None] = {}
    looked_up: dict[tuple[str, str], None] = {}
    aggregates = []

    def walk(item: Any) -> None:
        if isinstance(item, list):
            for part in item:
                walk(part)
        if not isinstance(item, dict):
            return
        kind = item.get("class")
        if kind is not None and kind not in SCALAR:
            raise ValueError(f"only scalar expressions are allowed, not {str(kind).lower()}")
        if kind == "COLUMN_REF":
            path = item["column_names"]
            if len(path) > 2:
                raise ValueError(f"no such column: {'.'.join(path)}")
            if len(path) == 2:
                looked_up[path[0], path[1]] = None
            else:
                columns[path[0]] = None
        if kind == "FUNCTION":
            name = item["function_name"].lower()
            if not item.get("is_operator") and name not in _functions(aggregate):
                what = "an aggregate stands only in a lookup" if name in _functions(True) else "no such scalar function"
                raise ValueError(f"{name}: {what}")
            if not item.get("is_operator") and name not in _functions(False):
                aggregates.append(name)
        for value in item.values():
            if isinstance(value, dict | list):
                walk(value)

    walk(parts)
    plain = parts[0].get("class") == "COLUMN_REF"
    return Expression(text, tuple(columns), tuple(looked_up), plain, bool(aggregates))
