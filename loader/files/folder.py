"""A folder with files of the contract's tables, as relations: each file read plainly, or with care."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import duckdb

from company.contract import Table
from loader.files.facts import BROKEN, FileFacts, find_files
from loader.files.records import LONGEST, read_records
from loader.files.relation import Relation, Trouble
from loader.sql import identifier, identifiers, literal, run


class Source(Protocol):
    """Where rows come from. A folder of files in the contract's shape is one; a mapping of other files is another."""

    strict: bool

    def pieces(self, table: Table) -> int:
        """How many relations there are for the table."""

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's relations, one after the other."""

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """The same file read record by record, when reading it plainly failed."""


class FolderSource:
    """A folder with files of the contract's tables."""

    shape = "contract"  # what says which columns a file has

    def __init__(self, folder: Path, tables: list[Table], scratch: Path, strict: bool) -> None:
        self.folder, self.scratch, self.strict = folder, scratch, strict
        self.files, self.deleted, self.unused = find_files(folder, tables)
        if strict:
            self.files = {t.key: [folder / t.file] if (folder / t.file).is_file() else [] for t in tables}
            self.unused = []
        self.count = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to load or to delete."""
        return not any(self.files.values()) and not any(self.deleted.values())

    def leave_deletions(self) -> None:
        """Take the lists of deleted keys for files that fit nothing: they belong to drops."""
        self.unused += [path.name for paths in self.deleted.values() for path in paths]
        self.deleted = {key: [] for key in self.deleted}

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
        """One file: read plainly when it looks plain, record by record otherwise."""
        facts = self.facts(table, path)
        relation = Relation(table, facts.name, facts)
        try:
            if facts.is_parquet:
                return self._parquet(db, relation, facts)
            facts.look()
            facts.read_through()
        except (*BROKEN, duckdb.Error, LookupError) as error:
            text = " ".join(str(error).split())[:200]
            return replace(relation, trouble=(Trouble("", "file", f"cannot be read: {text}; export it again"),))
        relation = replace(relation, columns=tuple(facts.columns), trouble=self._header_trouble(table, facts))
        if relation.trouble:
            return relation
        is_broken = facts.has_nul or facts.damaged or facts.odd_newlines
        if is_broken or facts.encoding != "utf-8" or facts.header_line > 1 or facts.ends_with_total:
            return self.carefully(db, relation)
        return replace(relation, sql=_plain_sql(facts), is_plain=True)

    def _header_trouble(self, table: Table, facts: FileFacts) -> tuple[Trouble, ...]:
        if not any(facts.header):
            return (Trouble("", "file", "the file is empty; it needs at least its header"),)
        missing = [c for c in table.columns if c.name not in facts.columns and not c.is_optional]
        trouble = [
            Trouble(column.name, "columns", "the column is missing from the header")
            for column in missing
            if column.not_null or self.strict
        ]
        if self.strict:
            for name in facts.extra:
                twice = name in facts.columns
                text = "the column stands twice in the header" if twice else "the contract has no such column"
                trouble.append(Trouble(name, "columns", text, name))
            return tuple(trouble)
        if names := [column.name for column in missing if not column.not_null]:
            facts.notes.append(f"not in the file, loaded as empty: {', '.join(names)}")
        if facts.extra:
            facts.notes.append(f"not in the {self.shape}, left out: {', '.join(facts.extra[:20])}"[:500])
        return tuple(trouble)

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """Through `records` into a Parquet file in the scratch folder."""
        assert relation.facts
        self.count += 1
        good, refused = self.scratch / f"{self.count}.parquet", self.scratch / f"{self.count}.refused.parquet"
        try:
            _, count = read_records(relation.facts, good, refused)
        except (*BROKEN, zlib.error) as error:
            return replace(relation, trouble=(Trouble("", "file", f"cannot be read: {error}; export it again"),))
        sql = f"select _line, {identifiers(relation.columns)} from read_parquet({literal(str(good))})"
        return replace(relation, sql=sql, refused=refused if count else None, is_plain=False)

    def _parquet(self, db: duckdb.DuckDBPyConnection, relation: Relation, facts: FileFacts) -> Relation:
        source = f"read_parquet({literal(str(facts.path))}, hive_partitioning = false)"
        facts.header = [str(row[0]) for row in run(db, f"describe select * from {source}").fetchall()]
        facts.match()
        facts.sha256 = facts.content_hash()
        facts.notes.append("read as Parquet")
        picked = ", ".join(
            f"nullif(cast({identifier(facts.header[place])} as varchar), '') as {identifier(name)}"
            for name, place in facts.columns.items()
        )
        sql = f"select row_number() over () as _line, {picked} from {source}"
        trouble = self._header_trouble(relation.table, facts)
        return replace(relation, columns=tuple(facts.columns), sql=sql, trouble=trouble)


def _plain_sql(facts: FileFacts) -> str:
    """The file as it lies; whatever is no row in it is an error."""
    names = ", ".join(f"c{place}: 'varchar'" for place in range(len(facts.header)))
    picked = ", ".join(f"c{place} as {identifier(name)}" for name, place in facts.columns.items())
    source = (
        f"read_csv({literal(str(facts.path))}, header = true, columns = {{{names}}}, "
        f"delim = {literal(facts.delimiter)}, quote = '\"', escape = '\"', auto_detect = false, nullstr = '', "
        "allow_quoted_nulls = true, hive_partitioning = false, null_padding = false, strict_mode = true, "
        f"max_line_size = {4 * LONGEST})"
    )
    return f"select row_number() over () + 1 as _line, {picked} from {source}"
