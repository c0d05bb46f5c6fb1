"""What was found in a file: its problems, how its columns are read, and the rows that hold as SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from company.contract import Table
from loader.check.rules import held, typed, written
from loader.files.folder import Relation
from loader.files.notation import Reading
from loader.sql import identifier
from loader.write.copying import Copying


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
    """What was found in one file: rows read = rows loaded + rows rejected."""

    table: Table
    file: str
    relation: Relation | None = None
    number: int = field(default_factory=count().__next__)  # of its tables in DuckDB
    rows: int = 0
    rejected: int = 0
    broken: int = 0  # of the rejected: rows that can be read, and break a rule
    late: int = 0  # of the rejected: rows that a newer file has brought already
    is_refused: bool = False  # the file as a whole
    is_deletion: bool = False  # its rows are keys to be taken out
    deleted: int = 0
    one_line: bool = False  # every row is one line of the file
    bad: str = ""  # the DuckDB table of rejected rows: _line, rule, column_name, message, value, k (the key)
    again: str = ""  # the DuckDB table of the keys that stand in several good rows: k
    copying: Copying | None = None  # where the rows go while they are checked
    copied: int = 0
    problems: list[Problem] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    troubled: dict[str, str] = field(default_factory=dict)  # column: condition for the values that made it be read so
    notes: list[str] = field(default_factory=list)
    days: dict[str, tuple[date | None, date | None]] = field(default_factory=dict)  # column: first and last day

    @property
    def loaded(self) -> int:
        """Rows that hold."""
        return self.rows - self.rejected

    @property
    def sha256(self) -> str:
        """The hash of the file's content."""
        return self.relation.facts.sha256 if self.relation and self.relation.facts else ""

    def rows_sql(self) -> str:
        """The rows as they are to be read, good and bad: typed, with _line and what the source's own rules look at."""
        relation = self.relation
        assert relation
        picked = ", ".join(
            f"{self.readings[name].expression} as {identifier(name)}" if name in self.readings else identifier(name)
            for name in relation.columns
        )
        columns = [self.table.column(name) for name in relation.columns]
        known = [column for column in columns if column.name in relation.typed and column.name not in self.readings]
        values = "".join(f", {held(column)}" for column in known)
        rows = f"(select _line, {picked}{values}{relation.markers} from ({relation.sql}))"
        return typed([column for column in columns if column not in known], rows)

    def good_sql(self, numbered: bool = False) -> str:
        """A query for the rows that hold: the columns as text that PostgreSQL reads as DuckDB did, and _line."""
        assert self.relation
        columns = [self.table.column(name) for name in self.relation.columns]
        picked = ["_line"] if numbered else []
        picked += [f"{written(column)} as {identifier(column.name)}" for column in columns]
        where = f"where _line not in (select _line from {self.bad})" if self.broken else ""
        return f"select {', '.join(picked)} from {self.rows_sql()} {where}"
