"""How a file's rows are read, and which of them hold, as SQL: true as long as the load's DuckDB is open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from company.calendar import ZONE
from company.contract import Column
from loader.check.outcome import Outcome, Problem, Status
from loader.check.values import held, typed, written
from loader.files.relation import Notation, Relation
from loader.sql import identifier


@dataclass(frozen=True)
class Reading:
    """A file's rows with its columns as they stand, or in the notation that their values turned out to have."""

    relation: Relation
    notations: dict[str, Notation] = field(default_factory=dict)
    troubled: dict[str, str] = field(default_factory=dict)  # column: condition for the values that asked for a notation
    timezone: str = ZONE  # whose midnight a day without a time begins at

    @property
    def columns(self) -> list[Column]:
        """The contract's columns that the file has."""
        return [self.relation.table.column(name) for name in self.relation.columns]

    @property
    def key(self) -> str:
        """The primary key's name as SQL; empty when the file does not have it."""
        name = self.relation.table.primary_key
        return identifier(name) if name in self.relation.columns else ""

    def rows(self) -> str:
        """The rows as they are to be read, good and bad: typed, with _line and what the source's own rules look at."""
        relation = self.relation
        picked = ", ".join(
            f"{self.notations[name].expression} as {identifier(name)}" if name in self.notations else identifier(name)
            for name in relation.columns
        )
        known = [c for c in self.columns if c.name in relation.typed and c.name not in self.notations]
        values = "".join(f", {held(column)}" for column in known)
        rows = f"(select _line, {picked}{values}{relation.markers} from ({relation.sql}))"
        return typed([column for column in self.columns if column not in known], rows, self.timezone)

    def typed(self, rows: str) -> str:
        """Rows that have the columns as text only."""
        return typed(self.columns, rows, self.timezone)


@dataclass(frozen=True)
class Checked:
    """A file after its check. The names are of DuckDB's tables; one that would have no rows is not made, and empty."""

    outcome: Outcome
    reading: Reading | None = None
    bad: str = ""  # rejected rows: _line, rule, column_name, message, value, k (the key)
    again: str = ""  # the keys that stand in several good rows: k
    has_broken: bool = False  # some of the rejected rows can be read, and break a rule
    one_line: bool = False  # every row is one line of the file
    copied: int = 0  # rows that went on while they were checked

    def good_sql(self, numbered: bool = False) -> str:
        """A query for the rows that hold: the columns as text that PostgreSQL reads as DuckDB did, and _line."""
        assert self.reading
        picked = ["_line"] if numbered else []
        picked += [f"{written(column)} as {identifier(column.name)}" for column in self.reading.columns]
        where = f"where _line not in (select _line from {self.bad})" if self.has_broken else ""
        return f"select {', '.join(picked)} from {self.reading.rows()} {where}"


def refused(relation: Relation) -> Checked:
    """A file that cannot be used as a whole."""
    problems = tuple(Problem(relation.file, 1, t.column, t.rule, t.value, t.message) for t in relation.trouble)
    return Checked(of_file(Outcome(relation.table, relation.file, Status.REFUSED, problems=problems), relation))


def of_file(outcome: Outcome, relation: Relation) -> Outcome:
    """The outcome with what the file is."""
    facts = relation.facts
    return replace(
        outcome,
        sha256=facts.sha256 if facts else "",
        header=relation.header_text,
        delimiter=relation.delimiter,
        extra=tuple(facts.extra) if facts else (),
        notes=(*(facts.notes if facts else ()), *outcome.notes),
    )
