"""What became of a file, as it is said and kept: plain values that nothing changes and that outlive the load."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from company.contract import Table


@dataclass(frozen=True)
class Days:
    """The first and last day of a column up to the day of the load, and how many values lie after that day."""

    first: date | None = None
    last: date | None = None
    later: int = 0


class Status(StrEnum):
    """What happened to a file, as ops.load_files has it."""

    LOADED = "loaded"
    DELETED = "deleted"  # its rows are keys that were taken out
    REFUSED = "refused"  # as a whole
    NOT_LOADED = "not loaded"  # another file was refused


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


@dataclass(frozen=True)
class Outcome:
    """What became of one file: rows read = rows loaded + rows rejected."""

    table: Table
    file: str
    status: Status = Status.LOADED
    rows: int = 0
    rejected: int = 0
    late: int = 0  # of the rejected: rows that a newer file has brought already
    deleted: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    days: dict[str, Days] = field(default_factory=dict)  # by column
    sha256: str = ""
    header: str | None = None
    delimiter: str | None = None
    extra: tuple[str, ...] = ()  # headers that no column has

    @property
    def loaded(self) -> int:
        """Rows that hold."""
        return self.rows - self.rejected

    @property
    def is_refused(self) -> bool:
        """Whether the file cannot be used as a whole."""
        return self.status is Status.REFUSED
