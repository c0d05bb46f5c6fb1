"""Checks every relation against the contract with DuckDB, in columns; a row that breaks a rule is set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from company.contract import Table
from loader.check import rejects
from loader.check.outcome import Days, Outcome, Problem, Status
from loader.check.rated import Rated, rules_of_currency, say_currencies
from loader.check.reading import Checked, Reading, of_file, refused
from loader.check.rules import rules_of, rules_of_row
from loader.check.sift import Sifted, sift
from loader.check.sink import Sink, discard
from loader.check.today import Today
from loader.check.values import cast_of, held
from loader.files import notation
from loader.files.folder import Source
from loader.files.marks import NO_HINTS, Hints, Undecided, names_currency
from loader.files.relation import Relation, Rule, Trouble
from loader.sql import first, identifier, identifiers, literal, run


class NotPlain(Exception):
    """The file is not what it looked like: it must be read record by record."""


@dataclass
class Check:
    """One load's check. Tables must be checked parents first; `known` are those whose keys are in the warehouse."""

    db: duckdb.DuckDBPyConnection
    tables: list[Table]
    source: Source
    mode: str = "replace"
    hints: Hints = NO_HINTS
    known: set[str] = field(default_factory=set)
    open_sink: Callable[[Relation], Sink] = discard
    tell: Callable[[Relation, int], None] = lambda relation, rows: None  # progress within a file
    today: Today = field(default_factory=Today.of_load)  # no later day has happened
    rated: Rated | None = None  # None where the reporting currency is learned from what is loaded
    passes: int = 0
    made: set[str] = field(default_factory=set)  # tables of keys

    def __post_init__(self) -> None:
        references = [c.references for t in self.tables for c in t.columns if c.references]
        self.parents = {f"{source}.{name}" for source, name, _ in references}

    def table(self, table: Table) -> list[Checked]:
        """Check every file of a table; none when the table has no file."""
        if self.source.pieces(table):
            return [self._file(relation) for relation in self.source.relations(self.db, table)]
        if table.is_optional or not self.source.strict:
            return []
        missing = Problem(table.file, None, "", "file", "", "the file is missing")
        return [Checked(Outcome(table, table.file, Status.REFUSED, problems=(missing,)))]

    def _file(self, relation: Relation) -> Checked:
        """Read a file plainly if it looks plain, and with care if it does not, or turns out not to be."""
        try:
            if not relation.trouble:
                with suppress(NotPlain):
                    return self._checked(relation)
                relation = self.source.carefully(self.db, relation)
            if not relation.trouble:
                return self._checked(relation)
        except Undecided as undecided:
            relation = replace(relation, trouble=undecided.trouble)
        except duckdb.Error as error:
            text = " ".join(str(error).split())[:200]
            made = relation.made_by
            trouble = Trouble("", "mapping", f"{made}: {text}") if made else None
            relation = replace(
                relation, trouble=(trouble or Trouble("", "file", f"cannot be read as a table: {text}"),)
            )
        return refused(relation)

    def _checked(self, relation: Relation) -> Checked:
        """Sift the rows, and again when they teach that a column has another notation. Raises NotPlain."""
        reading = Reading(relation, timezone=self.today.timezone)
        is_short = relation.facts is not None and 0 < relation.facts.lines <= notation.BEGINNING
        if not is_short:  # a long file tells by its beginning, a short one when it is read
            with suppress(duckdb.Error):  # what is no row the sifting finds too
                beginning = f"(select * from {reading.rows()} limit {notation.BEGINNING})"
                reading = self._taught(reading, beginning) or reading
        while True:
            rules = [*relation.rules, *(r for name in relation.columns for r in self._rules(relation.table, name))]
            rules += rules_of_row(relation.table, relation.columns)
            rules += rules_of_currency(relation.table, relation.columns, self.rated) if self.rated else []
            with self._sink(relation) as sink:
                found = self._sifted(reading, rules, sink)
                if not is_short:
                    self._see_that_it_is_plain(relation, found)
                better = self._taught(reading, reading.typed(found.aside)) if found.aside else None
                if is_short and better is None:
                    self._see_that_it_is_plain(relation, found)
                if better is None:
                    checked = self._settled(reading, rules, found)
                    return replace(checked, copied=sink.finish())
                sink.cancel()
            self._drop(found)
            reading = better

    @contextmanager
    def _sink(self, relation: Relation) -> Iterator[Sink]:
        """Where the rows go; what was put is forgotten when anything fails."""
        sink = self.open_sink(relation)
        try:
            yield sink
        except BaseException:
            with suppress(Exception):  # what went wrong first is what is said
                sink.cancel()
            raise

    def _sifted(self, reading: Reading, rules: list[Rule], sink: Sink) -> Sifted:
        """One pass over the rows, which go on meanwhile. Raises NotPlain for a plain file that cannot be read."""
        relation, table = reading.relation, reading.relation.table
        self.passes += 1
        odd = [text for name in relation.columns if (text := self._odd(relation, name))]
        done = 0

        def hand_on(batch: pa.RecordBatch) -> None:
            nonlocal done
            sink.put(batch)
            done += batch.num_rows
            self.tell(relation, done)

        try:
            found = sift(
                self.db,
                reading,
                rules,
                odd,
                self._keeps_keys(table),
                f"{self.passes} {table.key}",
                self.today,
                hand_on,
            )
        except duckdb.Error as error:
            if relation.is_plain:
                raise NotPlain from error
            raise
        return found

    def _see_that_it_is_plain(self, relation: Relation, found: Sifted) -> None:
        """Raises NotPlain for a file that was read plainly and turned out to be otherwise."""
        if relation.is_plain and self._is_other(relation, found):
            self._drop(found)
            raise NotPlain

    def _is_other(self, relation: Relation, found: Sifted) -> bool:
        """Whether a file that was read plainly turned out to be other than it looked."""
        if _is_one_line(relation, found) and not relation.unseen:
            return False
        if relation.unseen is None:
            has_quotes = relation.facts is not None and relation.facts.has_quotes
            return found.bad + found.surplus > 0 or not has_quotes
        return not _is_one_line(relation, found) or any(
            notation.is_promising(
                self.db,
                f"(select {identifier(f'{c.name}~')} as {identifier(c.name)} from {found.aside})",
                c,
                f"{identifier(c.name)} is not null",
            )
            for c in (relation.unseen if found.aside else ())
        )

    def _taught(self, reading: Reading, rows: str) -> Reading | None:
        """The reading with notations for columns whose values in some rows are not plain; None without a new one."""
        relation = reading.relation
        if self.source.strict:
            return None
        found = {name: text for name, text in self._troubled(relation, rows).items() if name not in reading.notations}
        column = relation.table.column
        if not any(notation.is_promising(self.db, rows, column(name), text) for name, text in found.items()):
            return None
        troubled = reading.troubled | found
        every = reading.typed(f"(select _line, {identifiers(relation.columns)} from ({relation.sql}))")
        asked = [(column(name), text) for name, text in troubled.items()]
        hints = replace(self.hints, delimiter=relation.delimiter, columns=tuple(reading.columns))
        hints = replace(hints, names_currency=names_currency(relation.columns))
        notations = notation.find(self.db, every, asked, hints)
        is_better = len(notations) > len(reading.notations)
        return replace(reading, notations=notations, troubled=troubled) if is_better else None

    def _troubled(self, relation: Relation, rows: str) -> dict[str, str]:
        """The columns with values that break a rule or are odd, by name, with an SQL condition for those values."""
        tests: list[tuple[str, str]] = []
        for name in relation.columns:
            tests += [(name, r.condition) for r in self._rules(relation.table, name) if r.name != "not_null"]
            tests += [(name, text) for text in [self._odd(relation, name)] if text]
        parts = ", ".join(f"count(*) filter (where {text})" for _, text in tests)
        counts = first(self.db, f"select {parts} from {rows}") if tests else ()
        found: dict[str, list[str]] = {}
        for (name, text), count in zip(tests, counts, strict=True):
            if count:
                found.setdefault(name, []).append(f"({text})")
        return {name: " or ".join(texts) for name, texts in found.items()}

    def _odd(self, relation: Relation, name: str) -> str:
        return notation.odd(relation.table.column(name), relation.table.key in self.parents, relation.delimiter)

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
                rules.append(Rule(column.name, "relationships", orphan, f"not in {parent}", parent=parent))
        if column.name == table.primary_key and self.mode != "merge" and table.key in self.known:
            again = f"{name} in (select k from {self._keys(table.key)})"
            rules.append(Rule(column.name, "duplicate", again, "the key is loaded already; the first row is kept"))
        return rules

    def _settled(self, reading: Reading, rules: list[Rule], found: Sifted) -> Checked:
        """What was found in the file; its bad rows are set aside, and its keys kept."""
        relation, days = reading.relation, found.days
        bad, again, unreadable, rejected = "", "", 0, 0
        if found.bad or found.surplus or relation.refused:
            bad = rejects.new_table(self.db, relation.table)
            if found.bad:
                rejects.put_broken(self.db, bad, reading, rules, reading.typed(found.aside))
            if relation.refused:
                unreadable = rejects.put_unreadable(self.db, bad, relation.refused)
            if found.surplus:
                again = rejects.put_equal_keys(self.db, bad, reading)
            self._say_lost_parents(bad, rules)
            if self.rated:
                say_currencies(self.db, bad, self.rated)
            rejected = first(self.db, f"select count(*) from {bad}")[0]
        if rejected and found.surplus:
            days = self._days_without(reading, bad, days)
        outcome = Outcome(
            relation.table,
            relation.file,
            rows=found.rows + unreadable,
            rejected=rejected,
            problems=rejects.examples(self.db, bad, relation.file) if rejected else (),
            notes=tuple(n.note for n in reading.notations.values()),
            days=days,
        )
        bad = bad if rejected else ""
        self._keep_keys(relation.table, found, bad if rejected > unreadable else "")
        is_broken, is_one = rejected > unreadable, _is_one_line(relation, found)
        return Checked(of_file(outcome, relation), reading, bad, again, has_broken=is_broken, one_line=is_one)

    def _say_lost_parents(self, bad: str, rules: list[Rule]) -> None:
        """Where a row's parent was rejected itself, say so."""
        for rule in rules:
            if rule.parent:
                run(
                    self.db,
                    f"update {bad} set message = ? where rule = ? and column_name = ? "
                    f"and value in (select k from {self._keys(rule.parent, 'lost')})",
                    [f"its row in {rule.parent} was rejected", rule.name, rule.column],
                )

    def _days_without(self, reading: Reading, bad: str, days: dict[str, Days]) -> dict[str, Days]:
        """The days of the rows that hold, when rows with equal keys were left out."""
        if not days:
            return days
        asked = []
        for column in map(reading.relation.table.column, days):
            value, after = held(column), f"cast({literal(str(self.today.first_later(column)))} as {cast_of(column)})"
            asked += [f"{end}({value}) filter (where {value} < {after})" for end in ("min", "max")]
            asked += [f"count(*) filter (where {value} >= {after})"]
        where = f"where _line not in (select _line from {bad})"
        found = iter(first(self.db, f"select {', '.join(asked)} from {reading.rows()} {where}"))
        day_of = self.today.day_of
        return {name: Days(day_of(next(found)), day_of(next(found)), next(found)) for name in days}

    def _keys(self, table: str, kind: str = "keys") -> str:
        name = identifier(f"{kind} {table}")
        if name not in self.made:
            run(self.db, f"create table {name} (k varchar)")
            self.made.add(name)
        return name

    def _keep_keys(self, table: Table, found: Sifted, broken: str) -> None:
        """Keep the good keys for the children, for the table's further files, and the bad ones for what is said."""
        if self._keeps_keys(table):
            keys = self._keys(table.key)
            if found.keys:
                run(self.db, f"insert into {keys} select k from {found.keys}")
            self.known.add(table.key)
            if broken:
                lost = self._keys(table.key, "lost")
                run(self.db, f"insert into {lost} select k from {broken} where k is not null")
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


def _is_one_line(relation: Relation, found: Sifted) -> bool:
    """Whether every row of the file is one line of it."""
    if relation.is_plain and relation.facts:
        return found.rows == relation.facts.lines - 1
    return relation.is_lines
