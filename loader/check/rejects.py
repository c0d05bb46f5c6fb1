"""The rows of a file that are left out, as a DuckDB table: each with its line and the first rule that it breaks."""

from __future__ import annotations

from typing import Any

import duckdb

from loader.check.outcome import FileReport, Problem
from loader.check.rules import Rule
from loader.sql import identifier, identifiers, literal, run

EXAMPLES = 5  # how many bad rows of each kind are shown


def new_table(db: duckdb.DuckDBPyConnection, report: FileReport) -> str:
    """Make the table of a file's bad rows."""
    report.bad = identifier(f"bad {report.number} {report.table.key}")
    run(
        db,
        f"create table {report.bad} "
        "(_line bigint, rule varchar, column_name varchar, message varchar, value varchar, k varchar)",
    )
    return report.bad


def broken(db: duckdb.DuckDBPyConnection, report: FileReport, rules: list[Rule], rows: str) -> None:
    """Put in the rows that break a rule; `rows` are typed."""
    assert report.relation
    key = identifier(report.table.primary_key) if report.table.primary_key in report.relation.columns else "null"
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
        f"insert into {report.bad} "
        f"select _line, rule, column_name, message, left(case hit {values} end, 200), {key} "
        f"from (select *, case {hits} end as hit from {rows} where _bad) "
        f"inner join (values {names}) as rules (number, rule, column_name, message) on hit = number",
    )


def equal_keys(db: duckdb.DuckDBPyConnection, report: FileReport) -> None:
    """Put in the good rows whose key stands in an earlier good row; `report.again` gets their keys."""
    key, rows, bad = identifier(report.table.primary_key), report.rows_sql(), report.bad
    assert report.relation
    report.again = identifier(f"again {report.number} {report.table.key}")
    run(
        db,
        f"create table {report.again} as select {key} as k from {rows} "
        f"where _line not in (select _line from {bad}) group by 1 having count(*) > 1",
    )
    same = f"hash({identifiers(report.relation.columns)})"
    run(
        db,
        f"insert into {bad} select _line, 'duplicate', {literal(report.table.primary_key)}, "
        "(case when same = first_same then 'the same row stands' else 'the key stands' end) || ' in line ' || "
        f"first_line || '; the first row is kept', left({key}, 200), {key} "
        f"from (select _line, {key}, {same} as same, row_number() over w as seen, "
        f"first_value(_line) over w as first_line, first_value({same}) over w as first_same "
        f"from {rows} where {key} in (select k from {report.again}) and _line not in (select _line from {bad}) "
        f"window w as (partition by {key} order by _line)) where seen > 1",
    )


def examples(db: duckdb.DuckDBPyConnection, report: FileReport) -> list[Problem]:
    """The first bad rows of every rule with their lines; the first of them carries the count of the others."""
    query = (
        "select _line, column_name, rule, value, message, count(*) over (partition by rule, column_name) as total, "
        "row_number() over (partition by rule, column_name order by _line) as place, "
        "min(_line) over (partition by rule, column_name) as first_line "
        f"from {report.bad} qualify place <= {EXAMPLES} order by first_line, rule, column_name, place"
    )
    return [
        Problem(report.file, line, column, rule, _shown(value), message, total if place == 1 else 0)
        for line, column, rule, value, message, total, place, _ in run(db, query).fetchall()
    ]


def _shown(value: Any) -> str:
    text = "" if value is None else str(value).replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "..."
