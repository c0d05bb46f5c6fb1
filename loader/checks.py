"""Checks every relation against the contract with DuckDB, in columns; a row that breaks a rule is set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from loader import readings
from loader.contract import Column, Table
from loader.readings import literal
from loader.reports import FileReport, Problem, held
from loader.rules import Rule, rules_of
from loader.source import Relation, Source

EXAMPLES = 5  # how many bad rows of each kind are shown


@dataclass
class Check:
    """One load's check. Tables must be checked parents first; `known` are those whose keys are in the warehouse."""

    db: duckdb.DuckDBPyConnection
    tables: list[Table]
    source: Source
    mode: str = "replace"
    day_first: bool | None = None
    known: set[str] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        references = [c.references for t in self.tables for c in t.columns if c.references]
        self.parents = {f"{source}.{name}" for source, name, _ in references}

    def run(self, table: Table) -> list[FileReport]:
        """Check every file of a table; one report each, none when the table has no file."""
        reports: list[FileReport] = []
        if not self.source.pieces(table) and self.source.strict:
            missing = Problem(table.file, None, "", "file", "", "the file is missing")
            reports.append(FileReport(table, table.file, is_refused=True, problems=[missing]))
        for relation in self.source.relations(self.db, table) if self.source.pieces(table) else ():
            reports.append(self._file(table, relation))
        return reports

    def _file(self, table: Table, relation: Relation) -> FileReport:
        report = FileReport(table, relation.file, relation)
        try:
            if not relation.trouble:
                self._rows(report)
        except duckdb.Error as error:
            text = " ".join(str(error).split())[:200]
            if relation.made_by:
                relation.trouble.append(("", "mapping", f"{relation.made_by}: {text}"))
            else:
                relation.trouble.append(("", "file", f"cannot be read as a table: {text}"))
        for column, rule, message in (report.relation or relation).trouble:
            report.is_refused = True
            value = column if "contract" in message or "twice" in message else ""
            report.problems.append(Problem(relation.file, 1, column, rule, value, message))
        if relation.facts:
            report.notes = [*relation.facts.notes, *report.notes]
        return report

    def _rows(self, report: FileReport) -> None:
        """Count what is bad; only when there is any, look where. A file that is not plain is read record by record."""
        relation = report.relation
        assert relation
        rules = [rule for name in relation.columns for rule in self._rules(report.table, report.table.column(name))]
        try:
            found = self._tally(report, rules)
        except duckdb.Error:
            if not relation.is_direct:
                raise
            found = None
        facts, report.one_line = relation.facts, relation.is_lines
        if found is not None and relation.is_direct and facts:
            report.one_line = found.rows == facts.lines - 1
            if not report.one_line and (found.is_bad or not facts.has_quotes):
                found = None
        if found is None:
            report.relation = relation = self.source.carefully(self.db, relation)
            report.one_line = False
            if relation.trouble:
                return
            found = self._tally(report, rules)
        if found.troubled and not self.source.strict:
            troubled = [(report.table.column(name), condition) for name, condition in found.troubled.items()]
            report.readings = readings.find(self.db, f"({relation.sql})", troubled, self.day_first)
            report.notes += [reading.note for reading in report.readings.values()]
            if report.readings:
                if relation.is_direct and not report.one_line:
                    report.relation = relation = self.source.carefully(self.db, relation)
                found = self._tally(report, rules)
        report.rows, report.days = found.rows, found.days
        if found.is_bad or relation.refused:
            self._set_aside(report, rules if found.is_bad else [], found.surplus > 0)
        self._keep_keys(report)

    def _tally(self, report: FileReport, rules: list[Rule]) -> Tally:
        """Count the rows, the bad ones of every rule and the surplus of equal keys; find the first and last days."""
        relation, table = report.relation, report.table
        assert relation
        columns = [table.column(name) for name in relation.columns]
        strange = {c.name: text for c in columns if (text := readings.odd(c, table.key in self.parents))}
        spans = [column.name for column in columns if column.as_of or column.data_start]
        breaks = "".join(f', ({rule.condition}) is true as "breaks {n}"' for n, rule in enumerate(rules))
        holds = " and ".join(f'not "breaks {n}"' for n in range(len(rules))) or "true"
        parts = ["count(*)", *(f'count(*) filter (where "breaks {n}")' for n in range(len(rules)))]
        # equal values have equal hashes: as many hashes as values prove that no value stands twice
        key = f'"{table.primary_key}"'
        parts.append(f"count({key}) - count(distinct hash({key}))" if table.primary_key in relation.columns else "0")
        parts += [f"count(*) filter (where {text})" for text in strange.values()]
        parts += [
            f"cast({side}({held(table.column(n))}) filter (where {holds}) as date)"
            for n in spans
            for side in ("min", "max")
        ]
        rows_sql = f"(select *{breaks} from {report.rows_sql(False)})"
        row = list(self.db.execute(f"select {', '.join(parts)} from {rows_sql}").fetchall()[0])
        rows, counts, surplus = row[0], row[1 : 1 + len(rules)], row[1 + len(rules)]
        rest = row[2 + len(rules) :]
        troubled: dict[str, list[str]] = {}
        for rule, count in zip(rules, counts, strict=True):
            if count and rule.name != "not_null":
                troubled.setdefault(rule.column, []).append(f"({rule.condition})")
        for (name, text), count in zip(strange.items(), rest, strict=False):
            if count:
                troubled.setdefault(name, []).append(f"({text})")
        ends = rest[len(strange) :]
        days = {name: (ends[2 * i], ends[2 * i + 1]) for i, name in enumerate(spans)}
        where = {name: " or ".join(texts) for name, texts in troubled.items()}
        return Tally(rows, sum(counts) + surplus > 0, surplus, where, days)

    def _rules(self, table: Table, column: Column) -> list[Rule]:
        name, rules = f'"{column.name}"', rules_of(column)
        if column.references and column.references[:2] != (table.source, table.name):
            parent = ".".join(column.references[:2])
            if parent in self.known:  # an absent table cannot be missed
                orphan = f"{name} is not null and {name} not in (select k from {self._keys(parent)})"
                rules.append(Rule(column.name, "relationships", orphan, f"not in {parent}"))
        if column.name == table.primary_key and self.mode != "merge" and table.key in self.known:
            again = f"{name} in (select k from {self._keys(table.key)})"
            rules.append(Rule(column.name, "duplicate", again, "the key is loaded already; the first row is kept"))
        return rules

    def _set_aside(self, report: FileReport, rules: list[Rule], has_equal_keys: bool) -> None:
        """Put every bad row into a table: its line, and the first rule that it breaks."""
        relation = report.relation
        assert relation
        bad, refused = self.new_bad(report), 0
        if rules:
            self._break(report, rules)
        if relation.refused:
            lines = f"read_parquet({literal(str(relation.refused))})"
            self.db.execute(f"insert into {bad} select _line, rule, column_name, message, value, null from {lines}")
            refused = self.db.execute(f"select count(*) from {lines}").fetchall()[0][0]
            report.rows += refused
        if has_equal_keys:
            self._equal_keys(report)
        for rule in rules:
            if rule.name == "relationships":
                parent = rule.message.removeprefix("not in ")
                self.db.execute(
                    f"update {bad} set message = 'its row in {parent} was rejected' where rule = 'relationships' "
                    f"and column_name = '{rule.column}' and value in (select k from {self._keys(parent, 'lost')})"
                )
        report.rejected = self.db.execute(f"select count(*) from {bad}").fetchall()[0][0]
        report.broken = report.rejected - refused
        if not report.rejected:
            report.bad = ""
            return
        if report.days and has_equal_keys:
            parts = [held(report.table.column(name)) for name in report.days]
            ends = ", ".join(f"cast({side}({text}) as date)" for text in parts for side in ("min", "max"))
            row = self.db.execute(
                f"select {ends} from {report.rows_sql()} where _line not in (select _line from {bad})"
            ).fetchall()[0]
            report.days = {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(report.days)}
        report.problems = self.examples(report)

    def _break(self, report: FileReport, rules: list[Rule]) -> None:
        """Set aside the rows that break a rule."""
        assert report.relation
        key = f'"{report.table.primary_key}"' if report.table.primary_key in report.relation.columns else "null"
        hits = " ".join(f"when {rule.condition} then {number}" for number, rule in enumerate(rules))
        values = " ".join(f'when {number} then "{rule.column}"' for number, rule in enumerate(rules))
        names = ", ".join(
            f"({number}, {literal(rule.name)}, {literal(rule.column)}, {literal(rule.message)})"
            for number, rule in enumerate(rules)
        )
        rows = f"(select *, case {hits} end as hit from {report.rows_sql()})"
        self.db.execute(
            f"insert into {report.bad} "
            f"select _line, rule, column_name, message, left(case hit {values} end, 200), {key} from {rows} "
            f"inner join (values {names}) as rules (number, rule, column_name, message) on hit = number"
        )

    def new_bad(self, report: FileReport, db: duckdb.DuckDBPyConnection | None = None) -> str:
        """Make the table of a file's bad rows."""
        self.count += 1
        report.bad = f"bad_{self.count}_{report.table.relation}"
        (db or self.db).execute(
            f"create table {report.bad} "
            "(_line bigint, rule varchar, column_name varchar, message varchar, value varchar, k varchar)"
        )
        return report.bad

    def _equal_keys(self, report: FileReport) -> None:
        """Of the good rows with one key the first is kept."""
        key, rows, bad = f'"{report.table.primary_key}"', report.rows_sql(), report.bad
        assert report.relation
        same = "hash(" + ", ".join(f'"{name}"' for name in report.relation.columns) + ")"
        self.db.execute(
            f"insert into {bad} select _line, 'duplicate', '{report.table.primary_key}', "
            "(case when same = first_same then 'the same row stands' else 'the key stands' end) || ' in line ' || "
            f"first_line || '; the first row is kept', left({key}, 200), {key} "
            f"from (select _line, {key}, {same} as same, row_number() over w as seen, "
            f"first_value(_line) over w as first_line, first_value({same}) over w as first_same "
            f"from {rows} where {key} in (select {key} from {report.rows_sql(False)} group by 1 "
            f"having count(*) > 1) and _line not in (select _line from {bad}) "
            f"window w as (partition by {key} order by _line)) where seen > 1"
        )

    def examples(self, report: FileReport, db: duckdb.DuckDBPyConnection | None = None) -> list[Problem]:
        """The first bad rows of every rule with their lines; the first of them carries the count of the others."""
        query = (
            "select _line, column_name, rule, value, message, count(*) over (partition by rule, column_name) as total, "
            "row_number() over (partition by rule, column_name order by _line) as place, "
            "min(_line) over (partition by rule, column_name) as first_line "
            f"from {report.bad} qualify place <= {EXAMPLES} order by first_line, rule, column_name, place"
        )
        rows = (db or self.db).execute(query).fetchall()
        return [
            Problem(report.file, line, column, rule, _shown(value), message, total if place == 1 else 0)
            for line, column, rule, value, message, total, place, _ in rows
        ]

    def _keys(self, table: str, kind: str = "keys") -> str:
        name = f'"{kind}_{table}"'
        self.db.execute(f"create table if not exists {name} (k varchar)")
        return name

    def _keep_keys(self, report: FileReport) -> None:
        """Keep the good keys for the children, for the table's further files, and the bad ones for what is said."""
        table, key = report.table, f'"{report.table.primary_key}"'
        assert report.relation
        if table.key not in self.parents and self.source.pieces(table) == 1:
            return
        good = f"where _line not in (select _line from {report.bad})" if report.broken else ""
        rows = report.rows_sql(bool(report.broken))
        self.db.execute(f"insert into {self._keys(table.key)} select {key} from {rows} {good}")
        self.known.add(table.key)
        if report.broken:
            self.db.execute(
                f"insert into {self._keys(table.key, 'lost')} select k from {report.bad} where k is not null"
            )

    def existing_keys(self, table: Table, file: Path) -> None:
        """Take the keys that the warehouse holds from a file with one key a line."""
        names = "{'k': 'varchar'}"
        self.db.execute(
            f"insert into {self._keys(table.key)} select k from read_csv({literal(str(file))}, header = false, "
            f"columns = {names}, delim = ',', quote = '\"', escape = '\"', auto_detect = false)"
        )
        self.known.add(table.key)


@dataclass(frozen=True)
class Tally:
    """What one pass over a file found."""

    rows: int
    is_bad: bool
    surplus: int
    troubled: dict[str, str]  # column: condition for its values that are not plain
    days: dict[str, tuple[date | None, date | None]]


def _shown(value: Any) -> str:
    text = "" if value is None else str(value).replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "..."
