"""A folder of another system's files as the contract's tables: typed, looked up and mapped in DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from re import IGNORECASE, sub

import duckdb

from company.contract import Column, Table
from loader.check.rules import Rule
from loader.files import notation
from loader.files.facts import BROKEN, ENDING, FileFacts
from loader.files.folder import FolderSource, Relation
from loader.files.notation import EMPTY_VALUE
from loader.mapping.model import TYPES, Mapping, Rows, sql_type
from loader.mapping.translation import is_typed, joined, looked_up, named, output, trimmed, unread
from loader.sql import identifier, identifiers, literal, literals, run


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
        self.is_staged = False
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

    def paths(self) -> list[Path]:
        """Every file that may be read."""
        return list(self.owner)

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

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's rows, file by file."""
        self.stage(db)
        for mapping, rows, path in self.pieces_of(table):
            if path in self.files[table.key]:
                yield self._mapped(db, table, mapping, rows, self.staged[path])

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """The same rows, when what was taken for granted about the file does not hold: now it is read before."""
        if relation.hasty is None or not relation.facts:
            return super().carefully(db, relation)
        path = relation.facts.path
        mapping, rows, _ = next(piece for piece in self.pieces_of(relation.table) if piece[2] == path)
        number = self.staged[path].number
        self.staged[path] = Staged(number, self._read(db, mapping, rows.source, number, path, False))
        return self._mapped(db, relation.table, mapping, rows, self.staged[path])

    def stage(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make a typed view of every file, and the lookups; a file that is read out of order becomes a table."""
        if self.is_staged:
            return
        self.is_staged = True
        for mapping in self.mappings:
            for source in mapping.files:
                kinds = mapping.types[source]
                columns = mapping.wanted(source, self.tables)
                texts = "".join(f", {identifier(c)} {sql_type(kinds[c]) if c in kinds else 'varchar'}" for c in columns)
                texts += "".join(f", {identifier(column + '~')} varchar" for column in kinds)
                name, empty = named(mapping, source), named(mapping, f"no {source}")
                run(db, f"create table {empty} (_file integer, _line bigint{texts})")
                views = [f"select * from {empty}"]
                for number, path in enumerate(self.found[mapping.name, source]):
                    relation = self._read(db, mapping, source, number, path, self._may_be_hasty(mapping, source))
                    self.staged[path] = Staged(number, relation)
                    if not relation.trouble:
                        views.append(f"select * from {named(mapping, f'{source} {number}')}")
                kind = "table" if any(rows.source == source for rows in mapping.lookups.values()) else "view"
                run(db, f"create {kind} {name} as {' union all by name '.join(views)}")
            for lookup in mapping.lookups.values():
                fields = ", ".join(f"{identifier(f.column)} := {looked_up(f)}" for f in lookup.fields.values())
                name = named(mapping, "lookup " + lookup.name)
                keep = f"{lookup.per} is not null and {lookup.where or True}"
                run(
                    db,
                    f"create table {name} as select cast({lookup.per} as varchar) as _key, struct_pack({fields}) "
                    f"as {identifier(lookup.name)} from {joined(mapping, lookup)} where {keep} group by 1",
                )

    def _may_be_hasty(self, mapping: Mapping, source: str) -> bool:
        """Whether a file is read once only: one table takes each of its lines, and no amount may be in cents."""
        readers = [rows for entries in mapping.tables.values() for rows in entries if rows.source == source]
        is_alone = len(readers) == 1 and not (readers[0].per or readers[0].where)
        is_looked_up = any(rows.source == source for rows in mapping.lookups.values())
        return is_alone and not is_looked_up and "cents" not in mapping.types[source].values()

    def _read(
        self, db: duckdb.DuckDBPyConnection, mapping: Mapping, source: str, number: int, path: Path, hasty: bool
    ) -> Relation:
        """Make the view of one file, typed; a value that cannot be read is kept beside as `column~`.

        In haste only the beginning is looked at; whoever reads on must see whether the rest is like it.
        """
        wanted = mapping.wanted(source, self.tables)
        columns = tuple(Column(name, "varchar(4000)", not_null=needed) for name, needed in wanted.items())
        relation = self.relation(db, Table(mapping.name, source, columns), path)
        if relation.trouble:
            return relation
        facts = relation.facts
        assert isinstance(facts, MappedFacts)
        kinds = {name: kind for name, kind in mapping.types[source].items() if name in relation.columns}
        typed = tuple(Column(name, TYPES[kind]) for name, kind in kinds.items() if kind in TYPES)
        odd = [(c, f"{identifier(c.name)} is not null and {notation.ways(c)['as it is']} is null") for c in typed]
        if hasty and relation.is_direct:
            with suppress(duckdb.Error):
                if not notation.find(db, f"({relation.sql} limit {notation.BEGINNING})", odd, self.day_first):
                    relation.hasty = typed
        if relation.is_direct and relation.hasty is None:
            every = ", ".join(f"count({identifier(name)})" for name in relation.columns)
            try:
                rows = run(db, f"select count(*), {every} from ({relation.sql})").fetchall()[0][0]
            except duckdb.Error:
                rows = -1
            if rows != facts.lines - 1:
                relation = self.carefully(db, relation)
                if relation.trouble:
                    return relation
        relation.is_lines = relation.is_direct
        raw = f"({relation.sql})"
        found = notation.find(db, raw, odd, self.day_first) if relation.hasty is None else {}
        facts.notes += [reading.note for reading in found.values()]
        picked = {name: identifier(name) for name in relation.columns}
        for name, kind in kinds.items():
            text = found[name].expression if name in found else trimmed(identifier(name))
            if kind == "integer":  # 5.6 is none, though it could be rounded to one
                text = f"case when regexp_full_match({text}, '[-+]?[0-9]+') then {text} end"
            if kind not in TYPES:
                picked[name] = f"try_strptime(trim({identifier(name)}), {literal(kind)})"
            else:
                picked[name] = f"try_cast({text} as {sql_type(kind)})"
            if kind == "cents" and not self._has_decimals(db, raw, text):
                picked[name] += " / 100"
            elif kind == "cents":
                facts.notes.append(f"{name} has two decimals, so that it is read as it is and not in cents")
            # of a case's branches only those are worked out that are needed; `in` would be a join, and always be
            is_full = f"not list_contains([{literals(EMPTY_VALUE)}], lower(trim({identifier(name)})))"
            is_open = relation.hasty is not None and kind in TYPES  # whether words for nothing are told apart later
            kept = identifier(name) if is_open else f"case when {is_full} then {identifier(name)} end"
            picked[f"{name}~"] = f"case when {picked[name]} is null then {kept} end"
        typed_columns = ", ".join(f"{text} as {identifier(name)}" for name, text in picked.items())
        view = named(mapping, f"{source} {number}")
        run(db, f"create or replace view {view} as select {number} as _file, _line, {typed_columns} from {raw}")
        facts.sha256 = facts.stamped(facts.sha256)
        facts.notes = [note.replace("not in the contract", "not in the mapping") for note in facts.notes]
        return relation

    def _has_decimals(self, db: duckdb.DuckDBPyConnection, raw: str, text: str) -> bool:
        """Whether an amount is written 12.00, as people read it, and not in cents."""
        tests = f"bool_and(regexp_matches({text}, '\\.[0-9]{{2}}$') or try_cast({text} as double) = 0)"
        query = f"select coalesce({tests} and bool_or({text} like '%.%'), false) from {raw}"
        return bool(run(db, query).fetchall()[0][0])

    def _mapped(
        self, db: duckdb.DuckDBPyConnection, table: Table, mapping: Mapping, rows: Rows, staged: Staged
    ) -> Relation:
        """The rows that an entry of a mapping makes of one file."""
        origin = staged.relation
        assert origin.facts
        facts = replace(origin.facts, notes=[] if staged.is_told else [*origin.facts.notes])
        relation = Relation(table, facts.name, [], "", facts, trouble=list(origin.trouble))
        relation.is_lines, relation.hasty = origin.is_lines, origin.hasty
        relation.made_by = f"{mapping.path.name}:{rows.line}"
        sources = {mapping.lookups[name].source for name in rows.joins}
        for source in sources:
            for other in self.found[mapping.name, source]:
                broken = self.staged[other].relation
                relation.trouble += [(c, r, f"{broken.file}: {m}") for c, r, m in broken.trouble]
        if relation.trouble:
            return relation
        self.count += 1
        name = identifier(f"mapped {self.count} {table.key}")
        relation.columns = [column.name for column in table.columns if column.name in rows.fields]
        fields = ", ".join(f"{output(rows.fields[c], table.column(c))} as {identifier(c)}" for c in relation.columns)
        kinds = mapping.types[rows.source]
        relation.typed = frozenset(c for c in relation.columns if is_typed(rows.fields[c], table.column(c), kinds))
        values = "".join(f", {rows.fields[c].value()} as {identifier(c + '=')}" for c in sorted(relation.typed))
        typed = sorted({c for e in rows.expressions() for c in e.columns if c in kinds})
        relation.rules = [
            Rule(c, "type", f"{identifier(c + '~')} is not null", unread(kinds[c]), identifier(c + "~")) for c in typed
        ]
        good = " and ".join(f"{identifier(c + '~')} is null" for c in typed) or "true"
        first = f"row_number() over (partition by {rows.per}, {good} order by _file, _line) = 1"
        only = f"qualify not ({good}) or {first}" if rows.per else ""
        try:
            run(
                db,
                f"create {'table' if rows.per else 'view'} {name} as "
                f"select _line, {fields}{values}{relation.markers} from "
                f"(select * from {joined(mapping, rows)} where not ({good}) or ({rows.where or 'true'}) "
                f"{only}) where _file = {staged.number}",
            )
            if rows.per or rows.where or rows.joins:
                self._say(db, mapping, rows, staged, name, facts, good)
        except duckdb.Error as error:
            text = " ".join(str(error).split())[:200]
            relation.trouble.append(("", "mapping", f"{relation.made_by}: {text}"))
            return relation
        relation.refused = None if staged.is_told else origin.refused
        staged.is_told = True
        columns = identifiers([*relation.columns, *(f"{c}=" for c in sorted(relation.typed))])
        relation.sql = f"select _line, {columns}{relation.markers} from {name}"
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
        if rows.per or rows.where:
            query = f"select count(*) filter (where {good}), (select count(*) from {name} where {good})"
            from_ = f"from {named(mapping, rows.source)} where _file = {staged.number}"
            lines, made = run(db, f"{query} {from_}").fetchall()[0]
            if lines != made:
                why = (
                    f"one row per {rows.per.sql}" if rows.per else f"only where {rows.where.sql if rows.where else ''}"
                )
                why += f", only where {rows.where.sql}" if rows.per and rows.where else ""
                facts.notes.append(f"{rows.name} takes {made:,} rows from {lines:,} lines: {why}")
        for lookup in rows.joins:
            for other in self.found[mapping.name, mapping.lookups[lookup].source]:
                refused = self.staged[other].relation.refused
                if refused and not self.staged[other].is_told:
                    facts.notes.append(
                        f"{self.staged[other].relation.file} has lines that are no rows; they are not joined"
                    )
