"""A folder of another system's files as the contract's tables: typed, looked up and mapped in DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from re import IGNORECASE, sub
from threading import Lock

import duckdb

from loader import readings
from loader.contract import Column, Table
from loader.copying import Exported
from loader.files import BROKEN, ENDING, FileFacts
from loader.mapped_sql import joined, looked_up, named, output, unread
from loader.mapping import TYPES, Mapping, Rows, sql_type
from loader.readings import EMPTY_VALUE, literal, words
from loader.source import Express, FolderSource, Relation


@dataclass
class MappedFacts(FileFacts):
    """A mapped file: its hash changes with the mapping and with the files that its rows are joined to."""

    stamp: str = ""

    def content_hash(self) -> str:
        """The hash of the content and of what else its rows come from."""
        return self.stamped(super().content_hash())

    def stamped(self, sha256: str) -> str:
        """A hash that holds the stamp too."""
        return hashlib.sha256((sha256 + self.stamp).encode()).hexdigest()


@dataclass
class Staged:
    """One file in DuckDB: its relation and the lines that could not be read (a Parquet file, or None)."""

    number: int
    relation: Relation
    is_told: bool = False


class MappedSource(FolderSource):
    """Files that one or more mappings understand. A folder with a mapping's name keeps its files apart."""

    def __init__(
        self, folder: Path, tables: list[Table], scratch: Path, mappings: list[Mapping], day_first: bool | None = None
    ) -> None:
        self.folder, self.scratch, self.strict, self.count = folder, scratch, False, 0
        self.tables, self.mappings, self.day_first = {table.key: table for table in tables}, mappings, day_first
        self.found: dict[tuple[str, str], list[Path]] = {(m.name, s): [] for m in mappings for s in m.files}
        self.unused = []
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            stem = sub(ENDING + "$", "", name, flags=IGNORECASE)
            if (
                not name.isprintable()
                or stem == name
                or name.startswith("truth/")
                or "/." in f"/{name}"
                or not path.is_file()
            ):
                continue
            owner = next((key for key in self.found if self._fits(key, stem)), None)
            self.found[owner].append(path) if owner else self.unused.append(name)
        self.owner = {path: key for key, paths in self.found.items() for path in paths}
        self.deleted: dict[str, list[Path]] = {table.key: [] for table in tables}
        self.files = {table.key: [path for _, _, path in self.pieces_of(table)] for table in tables}
        self.staged: dict[Path, Staged] = {}
        self.made: dict[str, list[Relation]] = {}
        self.is_staged, self.lock = False, Lock()
        self._stamps: dict[str, str] = {}

    def _fits(self, key: tuple[str, str], stem: str) -> bool:
        mapping = next(m for m in self.mappings if m.name == key[0])
        stem = stem.lower()
        if (self.folder / mapping.name).is_dir():
            if not stem.startswith(f"{mapping.name}/"):
                return False
            stem = stem.removeprefix(f"{mapping.name}/")
        elif stem.split("/")[0] in [m.name for m in self.mappings]:
            return False
        return any(
            fnmatch(part, pattern.lower()) for pattern in mapping.files[key[1]] for part in (stem, Path(stem).name)
        )

    def pieces_of(self, table: Table) -> list[tuple[Mapping, Rows, Path]]:
        """The table's entries in the mappings, each with every file that it reads."""
        return [
            (mapping, rows, path)
            for mapping in self.mappings
            for rows in mapping.tables.get(table.key, [])
            for path in self.found[mapping.name, rows.source]
        ]

    def facts(self, table: Table, path: Path) -> FileFacts:
        """The file, not yet looked at; the columns that its mapping reads are wanted."""
        name, source = self.owner[path]
        mapping = next(m for m in self.mappings if m.name == name)
        if name not in self._stamps:
            digest = hashlib.sha256(mapping.text.encode())
            for alias in sorted({rows.source for rows in mapping.lookups.values()}):
                for other in self.found[name, alias]:
                    try:
                        digest.update(FileFacts(other, "", ()).content_hash().encode())
                    except BROKEN:
                        continue  # staging says what is wrong
            self._stamps[name] = digest.hexdigest()
        wanted, names = tuple(mapping.wanted(source, self.tables)), mapping.names[source]
        return MappedFacts(
            path, path.relative_to(self.folder).as_posix(), wanted, names=names, stamp=self._stamps[name]
        )

    def express(self, db: duckdb.DuckDBPyConnection, table: Table) -> list[Express]:
        """The rows as the mapping makes them; nothing when one of the files can't be read."""
        relations = [*self.relations(db, table)]
        if any(relation.trouble for relation in relations):
            return []
        return [Express(r.columns, partial(Exported, db.cursor(), r.sql), header=False) for r in relations]

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's rows, file by file; made once, whoever asks first."""
        with self.lock:
            if table.key not in self.made:
                self.stage(db)
                self.made[table.key] = [
                    self._mapped(db, table, mapping, rows, self.staged[path])
                    for mapping, rows, path in self.pieces_of(table)
                    if path in self.files[table.key]
                ]
        yield from self.made[table.key]

    def stage(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make a typed view of every file, and the lookups; a file that is read out of order becomes a table."""
        if self.is_staged:
            return
        self.is_staged = True
        for mapping in self.mappings:
            for source in mapping.files:
                kinds = mapping.types[source]
                columns = mapping.wanted(source, self.tables)
                texts = "".join(f', "{c}" {sql_type(kinds[c]) if c in kinds else "varchar"}' for c in columns)
                texts += "".join(f', "{column}~" varchar' for column in kinds)
                name, empty = named(mapping, source), named(mapping, f"no {source}")
                db.execute(f"create table {empty} (_file integer, _line bigint{texts})")
                views = [f"select * from {empty}"]
                for number, path in enumerate(self.found[mapping.name, source]):
                    view = named(mapping, f"{source} {number}")
                    relation = self._read(db, mapping, source, number, path, view)
                    self.staged[path] = Staged(number, relation)
                    if not relation.trouble:
                        views.append(f"select * from {view}")
                kind = "table" if any(rows.source == source for rows in mapping.lookups.values()) else "view"
                db.execute(f"create {kind} {name} as {' union all by name '.join(views)}")
            for lookup in mapping.lookups.values():
                fields = ", ".join(f'"{f.column}" := {looked_up(f)}' for f in lookup.fields.values())
                name = named(mapping, "lookup " + lookup.name)
                keep = f"{lookup.per} is not null and {lookup.where or True}"
                db.execute(
                    f"create table {name} as select cast({lookup.per} as varchar) as _key, struct_pack({fields}) "
                    f'as "{lookup.name}" from {joined(mapping, lookup)} where {keep} group by 1'
                )

    def _read(
        self, db: duckdb.DuckDBPyConnection, mapping: Mapping, source: str, number: int, path: Path, view: str
    ) -> Relation:
        """Make the view of one file, typed; what is no row or has an unreadable value stays behind with its line."""
        wanted = mapping.wanted(source, self.tables)
        columns = tuple(Column(name, "varchar(4000)", not_null=needed) for name, needed in wanted.items())
        relation = self.relation(db, Table(mapping.name, source, columns), path)
        if relation.trouble:
            return relation
        assert relation.facts
        if relation.is_direct:
            every = ", ".join(f'count("{name}")' for name in relation.columns)
            try:
                rows = db.execute(f"select count(*), {every} from ({relation.sql})").fetchall()[0][0]
            except duckdb.Error:
                rows = -1
            if rows != relation.facts.lines - 1:
                relation = self.carefully(db, relation)
                if relation.trouble:
                    return relation
        relation.is_lines = relation.is_direct
        raw = f"({relation.sql})"
        facts = relation.facts
        assert isinstance(facts, MappedFacts)
        kinds = {name: kind for name, kind in mapping.types[source].items() if name in relation.columns}
        typed = [Column(name, TYPES[kind]) for name, kind in kinds.items() if kind in TYPES]
        odd = [(c, f'"{c.name}" is not null and {readings.ways(c)["as it is"]} is null') for c in typed]
        found = readings.find(db, raw, odd, self.day_first)
        facts.notes += [reading.note for reading in found.values()]
        picked = {name: f'"{name}"' for name in relation.columns}
        for name, kind in kinds.items():
            text = found[name].expression if name in found else f'trim("{name}")'
            if kind == "integer":  # 5.6 is none, though it could be rounded to one
                text = f"case when regexp_full_match({text}, '[-+]?[0-9]+') then {text} end"
            if kind not in TYPES:
                picked[name] = f'try_strptime(trim("{name}"), {literal(kind)})'
            else:
                picked[name] = f"try_cast({text} as {sql_type(kind)})"
            if kind == "cents" and not self._has_decimals(db, raw, text):
                picked[name] += " / 100"
            elif kind == "cents":
                facts.notes.append(f"{name} has two decimals, so that it is read as it is and not in cents")
            full = f'lower(trim("{name}")) not in ({words(EMPTY_VALUE)})'  # nested, as it is slow and seldom asked
            picked[f"{name}~"] = f'case when {picked[name]} is null then case when {full} then "{name}" end end'
        typed_columns = ", ".join(f'{text} as "{name}"' for name, text in picked.items())
        db.execute(f"create view {view} as select {number} as _file, _line, {typed_columns} from ({relation.numbered})")
        facts.sha256 = facts.stamped(facts.sha256)
        facts.notes = [note.replace("not in the contract", "not in the mapping") for note in facts.notes]
        return relation

    def _has_decimals(self, db: duckdb.DuckDBPyConnection, raw: str, text: str) -> bool:
        """Whether an amount is written 12.00, as people read it, and not in cents."""
        tests = f"bool_and(regexp_matches({text}, '\\.[0-9]{{2}}$') or try_cast({text} as double) = 0)"
        query = f"select coalesce({tests} and bool_or({text} like '%.%'), false) from {raw}"
        return bool(db.execute(query).fetchall()[0][0])

    def _mapped(
        self, db: duckdb.DuckDBPyConnection, table: Table, mapping: Mapping, rows: Rows, staged: Staged
    ) -> Relation:
        """The rows that an entry of a mapping makes of one file."""
        origin = staged.relation
        assert origin.facts
        facts = replace(origin.facts, notes=[] if staged.is_told else [*origin.facts.notes])
        relation = Relation(table, facts.name, [], "", "", facts, trouble=list(origin.trouble))
        relation.is_lines = origin.is_lines
        relation.made_by = f"{mapping.path.name}:{rows.line}"
        sources = {mapping.lookups[name].source for name in rows.joins}
        for source in sources:
            for other in self.found[mapping.name, source]:
                broken = self.staged[other].relation
                relation.trouble += [(c, r, f"{broken.file}: {m}") for c, r, m in broken.trouble]
        if relation.trouble:
            return relation
        self.count += 1
        name, refused = f'"mapped {self.count} {table.key}"', self.scratch / f"{self.count}.mapped.parquet"
        relation.columns = [column.name for column in table.columns if column.name in rows.fields]
        fields = ", ".join(f'{output(rows.fields[c], table.column(c))} as "{c}"' for c in relation.columns)
        kinds = mapping.types[rows.source]
        typed = sorted({c for e in rows.expressions() for c in e.columns if c in kinds})
        good = " and ".join(f'"{c}~" is null' for c in typed) or "true"
        here = f"from {joined(mapping, rows)} where "
        first = f"qualify row_number() over (partition by {rows.per} order by _file, _line) = 1" if rows.per else ""
        which = f"{good} and {rows.where or 'true'}"
        try:
            db.execute(
                f"create {'table' if rows.per else 'view'} {name} as select _line, {fields} from "
                f"(select * {here} {which} {first}) where _file = {staged.number}"
            )
            parts = [f"{unread(typed, kinds)} {here} not ({good}) and _file = {staged.number}"] if typed else []
            if origin.refused and not staged.is_told:
                parts.append(f"from read_parquet({literal(str(origin.refused))})")
            if parts:
                db.execute(f"copy ({' union all '.join(parts)}) to {literal(str(refused))} (format parquet)")
                if db.execute(f"select count(*) from read_parquet({literal(str(refused))})").fetchall()[0][0]:
                    relation.refused = refused
            if rows.per or rows.where or rows.joins:
                self._say(db, mapping, rows, staged, name, facts, good)
        except duckdb.Error as error:
            text = " ".join(str(error).split())[:200]
            relation.trouble.append(("", "mapping", f"{relation.made_by}: {text}"))
            return relation
        staged.is_told = True
        relation.sql = f"select {', '.join(_quoted(relation.columns))} from {name}"
        relation.numbered = f"select _line, {', '.join(_quoted(relation.columns))} from {name}"
        return relation

    def _say(
        self,
        db: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        rows: Rows,
        staged: Staged,
        name: str,
        facts: FileFacts,
        good: str,
    ) -> None:
        """Say what the mapping leaves out of the file, so that no line is lost in silence."""
        query = (
            f"select count(*) filter (where {good}), (select count(*) from {name}) from {named(mapping, rows.source)}"
        )
        lines, made = db.execute(f"{query} where _file = {staged.number}").fetchall()[0]
        if lines != made:
            why = f"one row per {rows.per.sql}" if rows.per else f"only where {rows.where.sql if rows.where else ''}"
            why += f", only where {rows.where.sql}" if rows.per and rows.where else ""
            facts.notes.append(f"{rows.name} takes {made:,} rows from {lines:,} lines: {why}")
        for lookup in rows.joins:
            for other in self.found[mapping.name, mapping.lookups[lookup].source]:
                refused = self.staged[other].relation.refused
                if refused and not self.staged[other].is_told:
                    facts.notes.append(
                        f"{self.staged[other].relation.file} has lines that are no rows; they are not joined"
                    )


def _quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]
