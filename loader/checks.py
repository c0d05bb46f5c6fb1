"""Checks every file against the contract with DuckDB, in columns; what breaks a rule is never committed."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from loader.contract import Column, Table

EXAMPLES = 5  # how many bad rows of each kind are shown
CASTS = {"timestamp": "timestamp", "date": "date", "integer": "integer", "boolean": "boolean"}
READABLE = {
    "timestamp": "a timestamp (2026-10-31 23:59:59)",
    "date": "a date (2026-10-31)",
    "integer": "a whole number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, what, how many rows, with the first value found."""

    file: str
    line: int | None
    column: str
    rule: str
    value: str
    message: str
    rows: int = 1


@dataclass
class FileReport:
    """What was found in one file."""

    table: Table
    path: Path
    header: list[str] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    sha256: str = ""
    problems: list[Problem] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Rule:
    """One check as an SQL condition that is true for a bad row."""

    column: str
    name: str
    condition: str
    message: str


def check_folder(tables: list[Table], folder: Path, advance: Callable[[str, int], None]) -> list[FileReport]:
    """Check every file; `advance(text, bytes)` is called after each. Tables must come parents first."""
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect(str(Path(scratch) / "check.duckdb")) as db:
        db.execute("set memory_limit = '1GB'; set preserve_insertion_order = true; set timezone = 'UTC'")
        reports = []
        for table in tables:
            report = _check_file(db, table, folder / table.file)
            reports.append(report)
            advance(table.key, report.size)
    return reports


def _check_file(db: duckdb.DuckDBPyConnection, table: Table, path: Path) -> FileReport:
    report = FileReport(table, path)
    if not path.exists():
        _keys(db, table, None)
        report.problems.append(Problem(table.file, None, "", "file", "", "the file is missing"))
        return report
    report.size = path.stat().st_size
    lines = _fingerprint(report)
    if _check_header(report):
        _check_rows(db, report, lines)
    if not report.header or any(problem.rule in ("columns", "file") for problem in report.problems):
        _keys(db, table, None)
    return report


def _fingerprint(report: FileReport) -> int:
    """Hash the file and count its lines in one pass."""
    digest, lines = hashlib.sha256(), 0
    with report.path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
            lines += piece.count(b"\n")
    report.sha256 = digest.hexdigest()
    return lines


def _check_header(report: FileReport) -> bool:
    table, name = report.table, report.table.file
    try:
        with report.path.open("rb") as stream:
            first = stream.readline().decode("utf-8-sig")
        report.header = next(csv.reader([first]), [])
    except (UnicodeDecodeError, csv.Error):
        report.problems.append(Problem(name, 1, "", "encoding", "", "the header is not UTF-8 text"))
        return False
    if not report.header:
        report.problems.append(Problem(name, 1, "", "file", "", "the file is empty; it needs at least its header"))
        return False
    wanted = [column.name for column in table.columns]
    for missing in (column for column in wanted if column not in report.header):
        report.problems.append(Problem(name, 1, missing, "columns", "", "the column is missing from the header"))
    for index, extra in enumerate(report.header):
        if extra not in wanted:
            report.problems.append(Problem(name, 1, extra, "columns", extra, "the contract has no such column"))
        elif extra in report.header[:index]:
            report.problems.append(Problem(name, 1, extra, "columns", extra, "the column stands twice in the header"))
    return not report.problems


def _check_rows(db: duckdb.DuckDBPyConnection, report: FileReport, lines: int) -> None:
    rules = [rule for column in report.table.columns for rule in _rules(report.table, column)]
    counts = ", ".join(f"count(*) filter (where {rule.condition})" for rule in rules)
    keys = [column.name for column in report.table.columns if column.unique]
    # equal values have equal hashes: as many hashes as values prove that no value stands twice
    counts += "".join(f', count("{name}") - count(distinct hash("{name}"))' for name in keys)
    spans = [c for c in report.table.columns if c.as_of or c.data_start]
    span = "".join(f', min(try_cast("{c.name}" as date)), max(try_cast("{c.name}" as date))' for c in spans)
    try:
        found = db.execute(f"select count(*), {counts} {span} from {_source(report, True)}").fetchall()[0]
    except duckdb.Error as error:
        text = " ".join(str(error).split())[:200]
        report.problems.append(Problem(report.table.file, None, "", "file", "", f"cannot be read as CSV: {text}"))
        _keys(db, report.table, None)
        return
    _note_rejects(db, report)
    report.rows = found[0] + sum(p.rows for p in report.problems if p.rule in ("shape", "encoding"))
    for index, column in enumerate(spans):
        place = 1 + len(rules) + len(keys) + 2 * index
        low, high = found[place : place + 2]
        report.first_day = low if column.data_start else None
        report.last_day = high if column.as_of else None
    plain = lines in (report.rows, report.rows + 1) and not report.problems
    for rule, count in zip(rules, found[1 : 1 + len(rules)], strict=True):
        if count:
            report.problems += _examples(db, report, rule, count, plain)
    for name, surplus in zip(keys, found[1 + len(rules) :], strict=False):
        if surplus:
            _check_unique(db, report, name, plain)
    _keys(db, report.table, report)


def _source(report: FileReport, keep_rejects: bool) -> str:
    """The file as a relation of text columns; rows of a wrong shape go to reject_errors."""
    names = ", ".join(f"'{name}': 'varchar'" for name in report.header)
    rejects = "store_rejects = true" if keep_rejects else "ignore_errors = true"
    return (
        f"read_csv({_literal(str(report.path))}, header = true, columns = {{{names}}}, "
        "delim = ',', quote = '\"', escape = '\"', auto_detect = false, "
        f"nullstr = '', allow_quoted_nulls = true, null_padding = false, strict_mode = true, {rejects})"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _rules(table: Table, column: Column) -> list[Rule]:
    name = f'"{column.name}"'
    rules = []
    kind = column.data_type.split("(")[0]
    if kind == "varchar":
        length = int(column.data_type.split("(")[1].rstrip(")"))
        rules.append(Rule(column.name, "type", f"length({name}) > {length}", f"longer than {length} characters"))
    else:
        cast = CASTS.get(kind, column.data_type.replace("numeric", "decimal"))
        text = READABLE.get(kind, f"a number that fits {column.data_type}")
        rules.append(
            Rule(column.name, "type", f"{name} is not null and try_cast({name} as {cast}) is null", f"not {text}")
        )
    if column.not_null:
        rules.append(Rule(column.name, "not_null", f"{name} is null", "empty, but a value is required"))
    if column.accepted:
        values = ", ".join(_literal(value) for value in column.accepted)
        rules.append(
            Rule(
                column.name, "accepted_values", f"{name} not in ({values})", f"not one of {', '.join(column.accepted)}"
            )
        )
    if column.minimum is not None:
        rules.append(
            Rule(column.name, "minimum", f"try_cast({name} as double) < {column.minimum}", f"below {column.minimum}")
        )
    if column.references and column.references[:2] != (table.source, table.name):
        source, parent, key = column.references
        keys = f'select k from "keys_{source}_{parent}_{key}"'
        rules.append(
            Rule(
                column.name,
                "relationships",
                f"{name} is not null and {name} not in ({keys})",
                f"not in {source}.{parent}",
            )
        )
    return rules


def _note_rejects(db: duckdb.DuckDBPyConnection, report: FileReport) -> None:
    if not db.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchone():
        return
    kinds = db.execute(
        "select error_type, min(line), count(distinct line), any_value(csv_line order by line), "
        "any_value(error_message order by line) "
        "from reject_errors join reject_scans using (scan_id, file_id) where file_path = ? group by 1 order by 2",
        [str(report.path)],
    ).fetchall()
    for kind, line, rows, text, message in kinds:
        rule = "encoding" if "ENCODING" in str(kind).upper() or "UNICODE" in str(kind).upper() else "shape"
        readable = {"MISSING COLUMNS": "too few columns", "TOO MANY COLUMNS": "too many columns"}.get(
            str(kind), str(message).split("\n")[0]
        )
        report.problems.append(Problem(report.table.file, line, "", rule, str(text or "")[:80], readable, rows))


def _examples(db: duckdb.DuckDBPyConnection, report: FileReport, rule: Rule, count: int, plain: bool) -> list[Problem]:
    """The first bad rows of a rule with their lines; the first of them carries the count."""
    numbered = _numbered(report, plain)
    rows = db.execute(
        f'select line, "{rule.column}" from {numbered} where {rule.condition} order by line limit {EXAMPLES}'
    ).fetchall()
    problems = [
        Problem(report.table.file, line, rule.column, rule.name, _shown(value), rule.message) for line, value in rows
    ]
    return [Problem(**(problems[0].__dict__ | {"rows": count - len(problems) + 1})), *problems[1:]]


def _numbered(report: FileReport, plain: bool) -> str:
    """The file with the line on which each row starts; quoted newlines are counted."""
    breaks = (
        ""
        if plain
        else "".join(f' + coalesce(length("{c}") - length(replace("{c}", chr(10), \'\')), 0)' for c in report.header)
    )
    extra = (
        ""
        if plain
        else f" + coalesce(sum(0{breaks}) over (order by n rows between unbounded preceding and 1 preceding), 0)"
    )
    skipped = sorted(p.line for p in report.problems if p.rule in ("shape", "encoding") and p.line)
    shift = "".join(f" + cast(n + 1 >= {line - index} as integer)" for index, line in enumerate(skipped))
    rows = f"select row_number() over () as n, * from {_source(report, False)}"
    return f"(select n + 1{extra}{shift} as line, * from ({rows}))"


def _check_unique(db: duckdb.DuckDBPyConnection, report: FileReport, key: str, plain: bool) -> None:
    """The first rows whose key stood before; the first of them carries the count."""
    name = f'"{key}"'
    found = db.execute(f"select count({name}) - count(distinct {name}) from {_source(report, False)}").fetchone()
    rows = db.execute(
        f"select line, {name} from (select line, {name}, row_number() over (partition by {name} order by line) as seen "
        f"from {_numbered(report, plain)} where {name} is not null) where seen > 1 order by line limit {EXAMPLES}",
    ).fetchall()
    for index, (line, value) in enumerate(rows):
        surplus = int(found[0]) - len(rows) + 1 if found and index == 0 else 1
        report.problems.append(
            Problem(report.table.file, line, key, "unique", _shown(value), "the key stands twice", surplus)
        )


def _keys(db: duckdb.DuckDBPyConnection, table: Table, report: FileReport | None) -> None:
    """Keep a table's keys for the children's relationship checks."""
    for column in (column for column in table.columns if column.unique):
        relation = f'"keys_{table.source}_{table.name}_{column.name}"'
        if table.name == "events":
            continue  # nothing refers to events
        if report is None:
            db.execute(f"create or replace table {relation} (k varchar)")
        else:
            db.execute(
                f'create or replace table {relation} as select distinct "{column.name}" as k '
                f"from {_source(report, False)} "
                f'where "{column.name}" is not null',
            )


def _shown(value: Any) -> str:
    text = "" if value is None else str(value).replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "..."
