"""What unknown files are: their columns, how they are written, and which could be keys. All files are asked at once."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from company.contract import Column, Table
from loader.files.facts import ENDING, FileFacts
from loader.files.folder import FolderSource
from loader.files.headers import bare_name, clean_name
from loader.files.notation import EMPTY_VALUE, PLAIN, ways
from loader.files.relation import Relation
from loader.mapping.listed import Held, Looked
from loader.sql import first, identifiers, literals, run

SAMPLE = 200_000  # rows of a file that are looked at
TRIED = 2_000  # values of a column that are tried as each kind, the commonest first
KINDS = {"flag": "boolean", "integer": "integer", "number": "numeric(38,9)", "date": "date", "time": "timestamp"}
FITS = 0.98  # the share of values that must fit a type
ALMOST = 0.99  # the share of different values of a key that has some twice
CODES = re.compile(r"(^|_)(id|code|zip|phone|number|key|nr|no|nummer|numero)$")  # columns whose digits count nothing
OF_COLUMN = "seen where file = ? and name = ?"
PIECE = re.compile(r"[\W_]*\(?[0-9][0-9\W_]*$")  # what tells pieces of one list apart: -2026-03, _2, (1)


class Folder:
    """The files of a folder, and what their columns hold, in DuckDB: one row for each different value of a column."""

    def __init__(self, db: duckdb.DuckDBPyConnection, source: FolderSource, known: set[str]) -> None:
        self.db, self.source, self.known = db, source, tuple(known)
        run(db, "create table seen (file integer, name varchar, value varchar, lines bigint)")
        self.files: list[Looked] = []
        self._shares: dict[tuple[int, str], dict[tuple[int, str], float]] = {}
        for name in source.unused:
            self._add(source.folder / name, name)
        self._look_at_columns()

    def values(self, file: Looked, name: str, most: int) -> list[tuple[str, int]]:
        """A column's values with the lines that have them, the commonest first."""
        query = f"select trim(value), sum(lines) from {OF_COLUMN} group by 1 order by 2 desc, 1 limit ?"
        return run(self.db, query, [file.number, name, most]).fetchall()

    def range_of(self, file: Looked, name: str) -> tuple[float, float] | None:
        """The least and the greatest number of a column; None where it holds none."""
        numbers = ways(Column("value", KINDS["number"]))
        value = numbers.get(file.columns[name].how, numbers[PLAIN])
        query = f"select min(x), max(x) from (select try_cast({value} as double) as x from {OF_COLUMN})"
        low, high = run(self.db, query, [file.number, name]).fetchall()[0]
        return None if low is None else (low, high)

    def held_by(self, parent: Looked, key: str) -> dict[tuple[int, str], float]:
        """By file and column: the share of its values that are values of another file's column."""
        query = """
            select file, name, count(*) filter (where value in (
                select value from seen where file = $file and name = $name)) / count(*)
            from seen group by 1, 2
        """
        if (parent.number, key) not in self._shares:
            found = run(self.db, query, {"file": parent.number, "name": key}).fetchall()
            self._shares[parent.number, key] = {(file, name): share for file, name, share in found}
        return self._shares[parent.number, key]

    def _add(self, path: Path, name: str) -> None:
        """Look at a file; a piece of a list that is known joins it."""
        file = Looked(path, name, FileFacts(path, name, self.known), len(self.files))
        whole = file
        try:
            relation = self._relation(file)
            whole = next((other for other in self.files if _is_piece(file, other)), file)
            if not file.trouble:
                self._read(whole, relation)
        except (OSError, EOFError, duckdb.Error) as error:
            file.trouble, whole = f"cannot be read: {' '.join(str(error).split())[:200]}", file
        if whole is file:
            self.files.append(file)
        else:
            whole.pieces.append(name)

    def _relation(self, file: Looked) -> Relation:
        """A file's rows with every column that its header names."""
        facts = file.facts
        if not facts.is_parquet:
            facts.look()
            if len(facts.header) == 1:
                facts.split_by(max(",;\t|", key=facts.header_text.count))
        header = list(dict.fromkeys(map(clean_name, facts.header))) or list(facts.wanted)
        columns = tuple(Column(part, "varchar(4000)") for part in header if part)
        relation = self.source.relation(self.db, Table("doctor", str(file.number), columns), file.path)
        file.facts = relation.facts or facts
        file.columns = dict.fromkeys(relation.columns, Held())
        file.trouble = relation.trouble[0].message if relation.trouble else ""
        return relation

    def _read(self, file: Looked, relation: Relation) -> None:
        """Count the values of a sample of the rows. Raises duckdb.Error for a file that cannot be read with care."""
        names = identifiers(relation.columns)
        try:
            run(self.db, f"create or replace table sample as select {names} from ({relation.sql}) limit {SAMPLE}")
        except duckdb.Error:
            relation = self.source.carefully(self.db, relation)
            run(self.db, f"create or replace table sample as select {names} from ({relation.sql}) limit {SAMPLE}")
        values = f"sample unpivot (value for name in ({names}))"
        run(self.db, f"insert into seen select {file.number}, name, value, count(*) from {values} group by 2, 3")
        file.rows += first(self.db, "select count(*) from sample")[0]

    def _look_at_columns(self) -> None:
        """Each column's kind, how it is written, how much of it is filled, and whether it could be a key."""
        kinds = {kind: ways(Column("value", of), "trimmed") for kind, of in KINDS.items()}
        tests = [(kind, way, sql) for kind, found in kinds.items() for way, sql in found.items()]
        counted = ", ".join(f"sum(lines) filter (where is_tried and {sql} is not null)" for _, _, sql in tests)
        clock = "value similar to '.*[0-9]:[0-9].*'"
        query = f"""
            with added as (select file, name, value, sum(lines) as lines from seen group by 1, 2, 3),
            full_ones as (
                select *, lower(trim(value)) not in ({literals(EMPTY_VALUE)}) as is_full,
                    case when is_full then trim(value) end as trimmed,
                    is_full and row_number() over (partition by file, name, is_full order by lines desc, value)
                        <= {TRIED} as is_tried
                from added
            )
            select file, name, sum(lines) filter (where is_full), count(*), sum(lines),
                sum(lines) filter (where is_tried), sum(lines) filter (where is_tried and {clock}), {counted}
            from full_ones group by 1, 2
        """
        by_number = {file.number: file for file in self.files}
        for number, name, full, different, present, tried, clocks, *counts in run(self.db, query).fetchall():
            file = by_number[number]
            kind, how = _kind(name, tests, counts, tried or 0, bool(clocks))
            file.columns[name] = Held(
                kind,
                how,
                (full or 0) / file.rows,
                different,
                different == present == file.rows,
                present == file.rows and different >= ALMOST * present,
            )


def _kind(
    name: str, tests: list[tuple[str, str, str]], counts: list[int | None], tried: int, has_clock: bool
) -> tuple[str, str]:
    """The first kind that nearly all values are of, and how they are written."""
    for (kind, way, _), count in zip(tests, counts, strict=True):
        is_code = bool(CODES.search(name)) and kind in ("integer", "number", "flag")
        loses_time = kind == "date" and has_clock
        if tried and (count or 0) >= FITS * tried and not (is_code or loses_time or way == "seconds since 1970"):
            return kind, "" if way == PLAIN else way
    return "text", ""


def _is_piece(file: Looked, other: Looked) -> bool:
    """Whether a file goes on where another ends: the same columns, and the same name but for a number or day."""
    stems = [PIECE.sub("", re.sub(ENDING + "$", "", one.name, flags=re.IGNORECASE)) for one in (file, other)]
    same = [sorted(map(bare_name, one.columns)) for one in (file, other)]
    return stems[0] == stems[1] and same[0] == same[1] != [] and not (file.trouble or other.trouble)
