"""What is loaded, as the checks see it: for each table relations of text columns that know their file and lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import duckdb

from company.contract import Column, Table
from loader.check.rules import Rule
from loader.files.facts import BROKEN, FileFacts, find_files
from loader.files.records import LONGEST, raw_texts, read_records
from loader.sql import identifier, literal, run


@dataclass
class Relation:
    """One file of one table as text columns.

    `sql` selects the contract's columns that it has, `_line`, the line a row begins on, and what `rules`, which are
    the source's own, look at. A source that is no plain file gives its own `texts`.
    """

    table: Table
    file: str
    columns: list[str]
    sql: str
    facts: FileFacts | None = None
    rules: list[Rule] = field(default_factory=list)
    typed: frozenset[str] = frozenset()  # columns whose value in its type `sql` gives too, as "column="
    refused: Path | None = None  # Parquet of the records that are no rows: _line, rule, message
    is_direct: bool = False  # the file itself is read; whatever is not plain must go through read_records
    is_lines: bool = False  # not the file itself, but each row is one line of it
    hasty: tuple[Column, ...] | None = None  # not read before: each line is taken for a row, these columns for plain
    made_by: str = ""  # the entry of a mapping that makes the rows, as messages say it
    trouble: list[tuple[str, str, str]] = field(default_factory=list)  # (column, rule, message): the file as a whole

    @property
    def markers(self) -> str:
        """The columns that the source's own rules look at, to be selected too."""
        return "".join(f", {rule.value}" for rule in self.rules)

    def texts(self, db: duckdb.DuckDBPyConnection, lines: str, one_line: bool) -> Iterator[str]:
        """The raw text of the rows that begin on the lines which the query `lines` gives, ascending.

        `one_line`: every row of the file is one line.
        """
        if self.facts and not self.facts.is_parquet:
            yield from raw_texts(self.facts, _each(db, lines), one_line)
            return
        values = ", ".join(
            f"""coalesce('"' || replace({identifier(name)}, '"', '""') || '"', '')""" for name in self.columns
        )
        query = f"select concat_ws(',', {values}) from ({self.sql}) where _line in ({lines}) order by _line"
        yield from _each(db, query)

    @property
    def header_text(self) -> str:
        """The header that belongs to `texts`."""
        is_text = self.facts and not self.facts.is_parquet
        return self.facts.header_text if self.facts and is_text else ",".join(self.columns)

    @property
    def delimiter(self) -> str:
        """What separates the columns in `texts`."""
        return self.facts.delimiter if self.facts and not self.facts.is_parquet else ","


class Source(Protocol):
    """Where rows come from. A folder of files in the contract's shape is one; a mapping of other files is another."""

    strict: bool

    def pieces(self, table: Table) -> int:
        """How many relations there are for the table."""

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's relations, one after the other."""

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """The same file read record by record, when reading it directly failed."""


class FolderSource:
    """A folder with files of the contract's tables."""

    def __init__(self, folder: Path, tables: list[Table], scratch: Path, strict: bool) -> None:
        self.folder, self.scratch, self.strict = folder, scratch, strict
        self.files, self.deleted, self.unused = find_files(folder, tables)
        if strict:
            self.files = {t.key: [folder / t.file] if (folder / t.file).is_file() else [] for t in tables}
            self.unused = []
        self.count = 0

    def paths(self) -> list[Path]:
        """Every file that may be read."""
        return [path for part in (self.files, self.deleted) for paths in part.values() for path in paths]

    def pieces(self, table: Table) -> int:
        """How many files the table has."""
        return len(self.files[table.key])

    def size(self, table: Table) -> int:
        """Bytes of the table's files."""
        return sum(path.stat().st_size for path in self.files[table.key])

    def facts(self, table: Table, path: Path) -> FileFacts:
        """The file, not yet looked at."""
        wanted = tuple(column.name for column in table.columns)
        return FileFacts(path, path.relative_to(self.folder).as_posix(), wanted, self.strict)

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's files, in the order of their names."""
        for path in self.files[table.key]:
            yield self.relation(db, table, path)

    def relation(self, db: duckdb.DuckDBPyConnection, table: Table, path: Path) -> Relation:
        """One file: read directly when it is plain, record by record otherwise."""
        facts = self.facts(table, path)
        relation = Relation(table, facts.name, [], "", facts)
        try:
            if facts.is_parquet:
                return self._parquet(db, relation)
            facts.look()
            facts.read_through()
        except (*BROKEN, duckdb.Error, LookupError) as error:
            text = " ".join(str(error).split())[:200]
            relation.trouble.append(("", "file", f"cannot be read: {text}; export it again"))
            return relation
        relation.columns = list(facts.columns)
        relation.trouble = self._header_trouble(table, facts)
        if relation.trouble:
            return relation
        if facts.encoding != "utf-8" or facts.has_nul or facts.damaged or facts.odd_newlines:
            return self.carefully(db, relation)
        names = ", ".join(f"'c{place}': 'varchar'" for place in range(len(facts.header)))
        picked = ", ".join(f"c{place} as {identifier(name)}" for name, place in facts.columns.items())
        source = (
            f"read_csv({literal(str(path))}, header = true, columns = {{{names}}}, delim = {literal(facts.delimiter)}, "
            "quote = '\"', escape = '\"', auto_detect = false, nullstr = '', allow_quoted_nulls = true, "
            f"hive_partitioning = false, null_padding = false, strict_mode = true, max_line_size = {4 * LONGEST})"
        )
        relation.sql = f"select row_number() over () + 1 as _line, {picked} from {source}"
        relation.is_direct = True
        return relation

    def _header_trouble(self, table: Table, facts: FileFacts) -> list[tuple[str, str, str]]:
        if not any(facts.header):
            return [("", "file", "the file is empty; it needs at least its header")]
        trouble = [
            (column.name, "columns", "the column is missing from the header")
            for column in table.columns
            if column.name not in facts.columns and (column.not_null or self.strict)
        ]
        if self.strict:
            for name in facts.extra:
                twice = name in facts.columns
                text = "the column stands twice in the header" if twice else "the contract has no such column"
                trouble.append((name, "columns", text))
        missing = [c.name for c in table.columns if c.name not in facts.columns and not c.not_null]
        if missing and not self.strict:
            facts.notes.append(f"not in the file, loaded as empty: {', '.join(missing)}")
        if facts.extra and not self.strict:
            facts.notes.append(f"not in the contract, left out: {', '.join(facts.extra[:20])}"[:500])
        return trouble

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """Through loader.reader into a Parquet file in the scratch folder."""
        assert relation.facts
        self.count += 1
        good, refused = self.scratch / f"{self.count}.parquet", self.scratch / f"{self.count}.refused.parquet"
        try:
            read_records(relation.facts, good, refused)
        except (*BROKEN, zlib.error) as error:
            relation.trouble.append(("", "file", f"cannot be read: {error}; export it again"))
            return relation
        picked = ", ".join(identifier(name) for name in relation.columns)
        relation.sql = f"select _line, {picked} from read_parquet({literal(str(good))})"
        relation.refused, relation.is_direct = refused, False
        return relation

    def _parquet(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        facts, source = (
            relation.facts,
            f"read_parquet({literal(str(relation.facts and relation.facts.path))}, hive_partitioning = false)",
        )
        assert facts
        facts.header = [str(row[0]) for row in run(db, f"describe select * from {source}").fetchall()]
        facts.match()
        facts.sha256 = facts.content_hash()
        facts.notes.append("read as Parquet")
        relation.columns = list(facts.columns)
        relation.trouble = self._header_trouble(relation.table, facts)
        picked = ", ".join(
            f"nullif(cast({identifier(facts.header[place])} as varchar), '') as {identifier(name)}"
            for name, place in facts.columns.items()
        )
        relation.sql = f"select row_number() over () as _line, {picked} from {source}"
        return relation


def _each(db: duckdb.DuckDBPyConnection, query: str) -> Iterator:  # type: ignore[type-arg]
    """The first column of a query, in pieces."""
    cursor = db.cursor()
    run(cursor, query)
    while rows := cursor.fetchmany(10_000):
        for row in rows:
            yield row[0]
    cursor.close()
