"""Checks every relation against the contract with DuckDB, in columns; a row that breaks a rule is set aside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import psycopg2
import pyarrow as pa

from company.contract import Table
from loader.check import rejects
from loader.check.outcome import FileReport, Problem
from loader.check.rules import Rule, held, rules_of, typed
from loader.check.sifting import Sifted, sift
from loader.files import notation
from loader.files.folder import Relation, Source
from loader.sql import identifier, identifiers, literal, run
from loader.write.copying import Copying


@dataclass
class Check:
    """One load's check. Tables must be checked parents first; `known` are those whose keys are in the warehouse."""

    db: duckdb.DuckDBPyConnection
    tables: list[Table]
    source: Source
    mode: str = "replace"
    day_first: bool | None = None
    known: set[str] = field(default_factory=set)
    copy: Callable[[FileReport], Copying] | None = None  # where the good rows go
    tell: Callable[[FileReport, int], None] = lambda report, rows: None  # progress within a file
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
        except BaseException:
            if report.copying:  # its thread waits for more; what went wrong first is what is said
                with suppress(psycopg2.Error):
                    report.copying.cancel()
            raise
        for column, rule, message in (report.relation or relation).trouble:
            report.is_refused = True
            value = column if "contract" in message or "twice" in message else ""
            report.problems.append(Problem(relation.file, 1, column, rule, value, message))
        if report.copying and report.is_refused:
            report.copying.cancel()
        elif report.copying:
            report.copied = report.copying.finish()
        facts = (report.relation or relation).facts
        if facts:
            report.notes = [*facts.notes, *(reading.note for reading in report.readings.values())]
        return report

    def _rows(self, report: FileReport) -> None:
        """Sift the rows, and again when they teach that the file must be read in another way."""
        relation, is_new = report.relation, True
        assert relation
        while True:
            if is_new:
                with suppress(duckdb.Error):  # what is no row the sifting finds too
                    self._learn(report, f"(select * from {report.rows_sql()} limit {notation.BEGINNING})")
            rules = [*relation.rules, *(r for name in relation.columns for r in self._rules(report.table, name))]
            found = self._sift(report, rules)
            is_new = found is None or self._is_doubtful(report, found)
            if found and not is_new and not (found.aside and self._learn(report, self._typed(report, found.aside))):
                break
            if found:
                self._drop(found)
            if is_new:
                relation = report.relation = self.source.carefully(self.db, relation)
                report.readings, report.troubled = {}, {}
                if relation.trouble:
                    return
        report.rows, report.days = found.rows, found.days
        if found.bad or found.surplus or relation.refused:
            self._set_aside(report, rules, found)
        self._keep_keys(report, found)

    def _sift(self, report: FileReport, rules: list[Rule]) -> Sifted | None:
        """One pass over the rows, which are copied meanwhile; None when the file must be read record by record."""
        relation, table = report.relation, report.table
        assert relation
        if report.copying:
            report.copying.cancel()
        report.copying = self.copy(report) if self.copy else None
        self.count += 1
        odd = [text for name in relation.columns if (text := self._odd(table, name))]
        done = 0

        def hand_on(batch: pa.RecordBatch) -> None:
            nonlocal done
            if report.copying:
                report.copying.put(batch)
            done += batch.num_rows
            self.tell(report, done)

        try:
            name = f"{self.count} {table.key}"
            return sift(self.db, report, rules, odd, self._keeps_keys(table), name, hand_on)
        except duckdb.Error:
            if relation.is_direct or relation.hasty is not None:
                return None
            raise

    def _is_doubtful(self, report: FileReport, found: Sifted) -> bool:
        """Whether the file turned out to be other than it looked when it was read in haste."""
        relation = report.relation
        assert relation
        facts, report.one_line = relation.facts, relation.is_lines
        if relation.hasty is not None and facts:
            return found.rows != facts.lines - 1 or any(
                notation.is_promising(
                    self.db,
                    f"(select {identifier(f'{c.name}~')} as {identifier(c.name)} from {found.aside})",
                    c,
                    f"{identifier(c.name)} is not null",
                )
                for c in (relation.hasty if found.aside else ())
            )
        if relation.is_direct and facts:
            report.one_line = found.rows == facts.lines - 1
            return not report.one_line and (found.bad + found.surplus > 0 or not facts.has_quotes)
        return False

    def _learn(self, report: FileReport, rows: str) -> bool:
        """Find readings for the columns whose values in some rows are not plain; whether there are new ones."""
        relation, table = report.relation, report.table
        assert relation
        if self.source.strict:
            return False
        known = len(report.readings)
        found = {name: text for name, text in self._troubled(report, rows).items() if name not in report.readings}
        if not any(notation.is_promising(self.db, rows, table.column(name), text) for name, text in found.items()):
            return False
        report.troubled |= found
        troubled = [(table.column(name), text) for name, text in report.troubled.items()]
        every = f"(select _line, {identifiers(relation.columns)} from ({relation.sql}))"
        report.readings = notation.find(self.db, self._typed(report, every), troubled, self.day_first)
        return len(report.readings) > known

    def _troubled(self, report: FileReport, rows: str) -> dict[str, str]:
        """The columns with values that break a rule or are odd, by name, with an SQL condition for those values."""
        relation, table = report.relation, report.table
        assert relation
        tests = [
            (name, text)
            for name in relation.columns
            for text in (
                *(rule.condition for rule in self._rules(table, name) if rule.name != "not_null"),
                self._odd(table, name),
            )
            if text
        ]
        parts = ", ".join(f"count(*) filter (where {text})" for _, text in tests)
        counts = run(self.db, f"select {parts} from {rows}").fetchall()[0] if tests else ()
        found: dict[str, list[str]] = {}
        for (name, text), count in zip(tests, counts, strict=True):
            if count:
                found.setdefault(name, []).append(f"({text})")
        return {name: " or ".join(texts) for name, texts in found.items()}

    @staticmethod
    def _typed(report: FileReport, rows: str) -> str:
        """Rows that have the columns as text only."""
        assert report.relation
        return typed([report.table.column(name) for name in report.relation.columns], rows)

    def _odd(self, table: Table, name: str) -> str:
        return notation.odd(table.column(name), table.key in self.parents)

    def _keeps_keys(self, table: Table) -> bool:
        """Whether the keys are asked for again: by children, or by further files of the table."""
        return table.key in self.parents or self.source.pieces(table) > 1

    def _rules(self, table: Table, column_name: str) -> list[Rule]:
        column, name = table.column(column_name), identifier(column_name)
        rules = rules_of(column)
        if column.references and column.references[:2] != (table.source, table.name):
            parent = ".".join(column.references[:2])
            if parent in self.known:  # an absent table cannot be missed
                orphan = f"{name} is not null and {name} not in (select k from {self._keys(parent)})"
                rules.append(Rule(column.name, "relationships", orphan, f"not in {parent}"))
        if column.name == table.primary_key and self.mode != "merge" and table.key in self.known:
            again = f"{name} in (select k from {self._keys(table.key)})"
            rules.append(Rule(column.name, "duplicate", again, "the key is loaded already; the first row is kept"))
        return rules

    def _set_aside(self, report: FileReport, rules: list[Rule], found: Sifted) -> None:
        """Put every bad row into a table: its line, and the first rule that it breaks."""
        relation = report.relation
        assert relation
        bad, refused = rejects.new_table(self.db, report), 0
        if found.bad:
            rejects.broken(self.db, report, rules, self._typed(report, found.aside))
        if relation.refused:
            lines = f"read_parquet({literal(str(relation.refused))})"
            run(self.db, f"insert into {bad} select _line, rule, column_name, message, value, null from {lines}")
            refused = run(self.db, f"select count(*) from {lines}").fetchall()[0][0]
            report.rows += refused
        if found.surplus:
            rejects.equal_keys(self.db, report)
        for rule in rules:
            if rule.name == "relationships":
                parent = rule.message.removeprefix("not in ")
                lost = f"value in (select k from {self._keys(parent, 'lost')})"
                run(
                    self.db,
                    f"update {bad} set message = 'its row in {parent} was rejected' where rule = 'relationships' "
                    f"and column_name = {literal(rule.column)} and {lost}",
                )
        report.rejected = run(self.db, f"select count(*) from {bad}").fetchall()[0][0]
        report.broken = report.rejected - refused
        if not report.rejected:
            report.bad = ""
            return
        if report.days and found.surplus:
            columns = [report.table.column(name) for name in report.days]
            ends = ", ".join(f"cast({side}({held(c)}) as date)" for c in columns for side in ("min", "max"))
            row = run(
                self.db, f"select {ends} from {report.rows_sql()} where _line not in (select _line from {bad})"
            ).fetchall()[0]
            report.days = {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(report.days)}
        report.problems = rejects.examples(self.db, report)

    def _keys(self, table: str, kind: str = "keys") -> str:
        name = identifier(f"{kind} {table}")
        run(self.db, f"create table if not exists {name} (k varchar)")
        return name

    def _keep_keys(self, report: FileReport, found: Sifted) -> None:
        """Keep the good keys for the children, for the table's further files, and the bad ones for what is said."""
        table = report.table
        if self._keeps_keys(table):
            keys = self._keys(table.key)
            if found.keys:
                run(self.db, f"insert into {keys} select k from {found.keys}")
            self.known.add(table.key)
            if report.broken:
                run(
                    self.db,
                    f"insert into {self._keys(table.key, 'lost')} select k from {report.bad} where k is not null",
                )
        self._drop(found)

    def _drop(self, found: Sifted) -> None:
        for name in filter(None, (found.keys, found.aside)):
            run(self.db, f"drop table {name}")

    def existing_keys(self, table: Table, file: Path) -> None:
        """Take the keys that the warehouse holds from a file with one key a line."""
        names = "{'k': 'varchar'}"
        run(
            self.db,
            f"insert into {self._keys(table.key)} select k from read_csv({literal(str(file))}, header = false, "
            f"columns = {names}, delim = ',', quote = '\"', escape = '\"', auto_detect = false)",
        )
        self.known.add(table.key)
