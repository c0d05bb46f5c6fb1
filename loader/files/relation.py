"""One file's rows as the check sees them: columns of text that know their lines. Nothing in it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from company.contract import Column, Table

if TYPE_CHECKING:
    from loader.files.facts import FileFacts


@dataclass(frozen=True)
class Rule:
    """One check as an SQL condition that is true for a bad row; `value` is what is shown of it, if not the column.

    `parent` is the table (source.name) in which a key must stand, for rules that ask for one.
    """

    column: str
    name: str
    condition: str
    message: str
    value: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Notation:
    """An SQL expression that turns a column's text into the contract's, and a sentence about it."""

    expression: str
    note: str


@dataclass(frozen=True)
class Trouble:
    """Why a file cannot be used as a whole; `value` is what stands there, if it is to be shown."""

    column: str
    rule: str
    message: str
    value: str = ""


@dataclass(frozen=True)
class Relation:
    """One file of one table as text columns.

    `sql` selects the contract's columns that it has, `_line`, the line a row begins on, and what `rules`, which are
    the source's own, look at. It is read in one of two ways: plain, as it lies, where each line is taken for a row; or
    carefully, record by record, when it looks or turns out to be otherwise.
    """

    table: Table
    file: str
    facts: FileFacts | None = None
    columns: tuple[str, ...] = ()
    sql: str = ""
    rules: tuple[Rule, ...] = ()
    typed: frozenset[str] = frozenset()  # columns whose value in its type `sql` gives too, as "column="
    refused: Path | None = None  # Parquet of the records that are no rows: _line, rule, message
    is_plain: bool = False
    is_lines: bool = False  # every row is known to be one line
    unseen: tuple[Column, ...] | None = None  # plain, and of these columns only the beginning was looked at
    made_by: str = ""  # the entry of a mapping that makes the rows, as messages say it
    trouble: tuple[Trouble, ...] = ()

    @property
    def markers(self) -> str:
        """The columns that the source's own rules look at, to be selected too."""
        return "".join(f", {rule.value}" for rule in self.rules)

    @property
    def text_facts(self) -> FileFacts | None:
        """The file, if it is one of text."""
        return self.facts if self.facts and not self.facts.is_parquet else None

    @property
    def header_text(self) -> str:
        """The header that belongs to the raw text of its rows."""
        return self.text_facts.header_text if self.text_facts else ",".join(self.columns)

    @property
    def delimiter(self) -> str:
        """What separates the columns in the raw text of its rows."""
        return self.text_facts.delimiter if self.text_facts else ","
