"""The rows of a file that are left out, as a DuckDB table: each with its line and the first rule that it breaks."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from company.contract import Table
from loader.check.outcome import Problem
from loader.check.reading import Reading
from loader.files.relation import Rule
from loader.sql import first, identifier, identifiers, literal, run

EXAMPLES = 5  # how many bad rows of each kind are shown
_numbers = count()


def new_table(db: duckdb.DuckDBPyConnection, table: Table) -> str:
    """Make a table of bad rows; returns its name."""
    bad = identifier(f"bad {next(_numbers)} {table.key}")
    columns = "_line bigint, rule varchar, column_name varchar, message varchar, value varchar, k varchar"
    run(db, f"create table {bad} ({columns})")
    return bad


def put_broken(db: duckdb.DuckDBPyConnection, bad: str, reading: Reading, rules: list[Rule], rows: str) -> None:
    """Put in the rows that break a rule; `rows` are typed."""
    hits = " ".join(f"when {rule.condition} then {number}" for number, rule in enumerate(rules))
    values = " ".join(
        f"when {number} then {rule.value or identifier(rule.column)}" for number, rule in enumerate(rules)
    )
    names = ", ".join(
        f"({number}, {literal(rule.name)}, {literal(rule.column)}, {literal(rule.message)})"
        for number, rule in enumerate(rules)
    )
    run(
        db,
        f"insert into {bad} "
        f"select _line, rule, column_name, message, left(case hit {values} end, 200), {reading.key or 'null'} "
        f"from (select *, case {hits} end as hit from {rows} where _bad) "
        f"inner join (values {names}) as rules (number, rule, column_name, message) on hit = number",
    )


def put_unreadable(db: duckdb.DuckDBPyConnection, bad: str, records: Path) -> int:
    """Put in the records that are no rows, from their Parquet file; returns how many."""
    lines = f"read_parquet({literal(str(records))})"
    run(db, f"insert into {bad} select _line, rule, column_name, message, value, null from {lines}")
    return int(first(db, f"select count(*) from {lines}")[0])


def put_equal_keys(db: duckdb.DuckDBPyConnection, bad: str, reading: Reading) -> str:
    """Put in the good rows whose key stands in an earlier good row; returns the table of their keys."""
    table, key, rows = reading.relation.table, reading.key, reading.rows()
    again = identifier(f"again {next(_numbers)} {table.key}")
    run(
        db,
        f"create table {again} as select {key} as k from {rows} "
        f"where _line not in (select _line from {bad}) group by 1 having count(*) > 1",
    )
    same = f"hash({identifiers(reading.relation.columns)})"
    run(
        db,
        f"insert into {bad} select _line, 'duplicate', {literal(table.primary_key)}, "
        "(case when same = first_same then 'the same row stands' else 'the key stands' end) || ' in line ' || "
        f"first_line || '; the first row is kept', left({key}, 200), {key} "
        f"from (select _line, {key}, {same} as same, row_number() over w as seen, "
        f"first_value(_line) over w as first_line, first_value({same}) over w as first_same "
        f"from {rows} where {key} in (select k from {again}) and _line not in (select _line from {bad}) "
        f"window w as (partition by {key} order by _line)) where seen > 1",
    )
    return again


def examples(db: duckdb.DuckDBPyConnection, bad: str, file: str) -> tuple[Problem, ...]:
    """The first bad rows of every rule with their lines; the first of them carries the count of the others."""
    query = (
        "select _line, column_name, rule, value, message, count(*) over (partition by rule, column_name) as total, "
        "row_number() over (partition by rule, column_name order by _line) as place, "
        "min(_line) over (partition by rule, column_name) as first_line "
        f"from {bad} qualify place <= {EXAMPLES} order by first_line, rule, column_name, place"
    )
    return tuple(
        Problem(file, line, column, rule, _shown(value), message, total if place == 1 else 0)
        for line, column, rule, value, message, total, place, _ in run(db, query).fetchall()
    )


def _shown(value: Any) -> str:
    text = "" if value is None else str(value).replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "..."
