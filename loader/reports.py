"""What was found in a file: its problems, how its columns are read, and the rows that hold as SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from loader.contract import Column, Table
from loader.readings import Reading
from loader.source import Relation


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
    rows: int = 0
    rejected: int = 0
    broken: int = 0  # of the rejected: rows that can be read, and break a rule
    late: int = 0  # of the rejected: rows that a newer file has brought already
    is_refused: bool = False  # the file as a whole
    is_deletion: bool = False  # its rows are keys to be taken out
    deleted: int = 0
    one_line: bool = False  # every row is one line of the file
    bad: str = ""  # the DuckDB table of rejected rows: _line, rule, column_name, message, value, k (the key)
    problems: list[Problem] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
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

    @property
    def is_express(self) -> bool:
        """Whether PostgreSQL may read the rows as they come."""
        relation = self.relation
        if relation is None or relation.facts is None or self.readings:
            return False
        return bool(relation.made_by) or (relation.is_direct and relation.facts.is_standard)

    def rows_sql(self, numbered: bool = True) -> str:
        """The rows as they are to be read, good and bad."""
        assert self.relation
        inner = self.relation.numbered if numbered else self.relation.sql
        if not self.readings:
            return f"({inner})"
        picked = ", ".join(
            f'{self.readings[name].expression} as "{name}"' if name in self.readings else f'"{name}"'
            for name in self.relation.columns
        )
        return f"(select {'_line, ' if numbered else ''}{picked} from ({inner}))"

    def good_sql(self, numbered: bool = False) -> str:
        """A query for the rows that hold: the columns as text that PostgreSQL reads as DuckDB did, and _line."""
        assert self.relation
        picked = ["_line"] if numbered else []
        for name in self.relation.columns:
            cast = cast_of(self.table.column(name))
            picked.append(f'cast(cast("{name}" as {cast}) as varchar) as "{name}"' if cast else f'"{name}"')
        where = f"where _line not in (select _line from {self.bad})" if self.broken else ""
        return f"select {', '.join(picked)} from {self.rows_sql(numbered or bool(self.broken))} {where}"


def held(column: Column) -> str:
    """The column's value in its type, null where it has none."""
    return f'try_cast("{column.name}" as {cast_of(column)})'


def cast_of(column: Column) -> str:
    """The DuckDB type of a column; empty for text."""
    if column.data_type.startswith("varchar"):
        return ""
    return column.data_type.replace("numeric", "decimal")
