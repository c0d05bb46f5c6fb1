"""A folder of another system's files as the contract's tables: typed, looked up and mapped in DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from company.contract import Column, Table
from company.profile import Pipeline
from loader.duck import DECLARED
from loader.files.facts import BROKEN, FileFacts
from loader.files.folder import FolderSource
from loader.files.marks import NO_HINTS, Hints, Undecided
from loader.files.relation import Relation, Rule, Trouble
from loader.mapping.matching import match_files
from loader.mapping.model import Mapping, Rows, sql_type
from loader.mapping.reader import read_mapping
from loader.mapping.staging import FILE_COLUMNS, Staged, Types, asked, has_line_rows, looks_plain, make_view, proved
from loader.mapping.translation import is_typed, joined, looked_up, named, output, unread
from loader.sql import first, identifier, identifiers, literal, literals, run


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


def _declared(pipelines: tuple[Pipeline, ...]) -> str:
    """The expression of declared_outcome: of the pipeline if it is known, else where all that have the stage agree."""
    inside: dict[str, list[str]] = {}
    anywhere: dict[str, set[str]] = {}
    for pipeline in pipelines:
        for stage in pipeline.stages:
            inside.setdefault(stage.outcome, []).append(f"{pipeline.name}\x1f{stage.name}")
            anywhere.setdefault(stage.name, set()).add(stage.outcome)
    agreed: dict[str, list[str]] = {}
    for name, outcomes in anywhere.items():
        if len(outcomes) == 1:
            agreed.setdefault(outcomes.pop(), []).append(name)
    cases = [f"when concat(pipeline, chr(31), stage) in ({literals(ks)}) then {literal(o)}" for o, ks in inside.items()]
    cases += [f"when pipeline is null and stage in ({literals(ks)}) then {literal(o)}" for o, ks in agreed.items()]
    return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"


class MappedSource(FolderSource):
    """Files that one or more mappings understand."""

    shape = "mapping"

    def __init__(
        self,
        folder: Path,
        tables: list[Table],
        scratch: Path,
        mappings: list[Mapping],
        hints: Hints = NO_HINTS,
        pipelines: tuple[Pipeline, ...] = (),
    ) -> None:
        self.folder, self.scratch, self.strict, self.count = folder, scratch, False, 0
        self.tables, self.hints = {table.key: table for table in tables}, hints
        self.outcomes = _declared(pipelines)
        self.found, self.unused = match_files(folder, mappings)
        self.mappings = [self._with_each(mapping, tables) if mapping.has_each else mapping for mapping in mappings]
        self.owner = {path: key for key, paths in self.found.items() for path in paths}
        self.deleted: dict[str, list[Path]] = {table.key: [] for table in tables}
        self.files = {table.key: [path for _, _, path in self.pieces_of(table)] for table in tables}
        self.staged: dict[Path, Staged] = {}
        self.told: set[Path] = set()  # files whose notes and unreadable lines are with a relation already
        self.is_staged = False
        self._stamps: dict[str, str] = {}

    def _with_each(self, mapping: Mapping, tables: list[Table]) -> Mapping:
        """A mapping with entries for each column that its files have and it does not name."""
        headers: dict[str, list[str]] = {}
        for source, names in mapping.names.items():
            wanted = tuple(mapping.wanted(source, self.tables))
            for path in self.found[mapping.name, source]:
                facts = FileFacts(path, path.name, wanted, names=names)
                try:
                    facts.look()
                except BROKEN:
                    continue  # staging says what is wrong
                headers.setdefault(source, []).extend(facts.extra)
        return read_mapping(str(mapping.path), tables, True, headers)

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
        wanted = tuple(column for column in mapping.wanted(source, self.tables) if column not in FILE_COLUMNS)
        shown, names = path.relative_to(self.folder).as_posix(), mapping.names[source]
        return MappedFacts(path, shown, wanted, names=names, stamp=self._stamp(mapping))

    def _stamp(self, mapping: Mapping) -> str:
        """A hash of what all rows of a mapping come from beside their own file."""
        if mapping.name not in self._stamps:
            digest = hashlib.sha256(f"{mapping.text}{self.outcomes}".encode())
            for alias in sorted({rows.source for rows in mapping.lookups.values()}):
                for other in self.found[mapping.name, alias]:
                    try:
                        digest.update(FileFacts(other, "", ()).content_hash().encode())
                    except BROKEN:
                        continue  # staging says what is wrong
            self._stamps[mapping.name] = digest.hexdigest()
        return self._stamps[mapping.name]

    def relations(self, db: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Relation]:
        """The table's rows, file by file."""
        self.stage(db)
        for mapping, rows, path in self.pieces_of(table):
            if path in self.files[table.key]:
                yield self._mapped(db, table, mapping, rows, path)

    def carefully(self, db: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
        """The same rows, when a file that only its beginning was seen of is not like it: now all of it is."""
        if relation.unseen is None or not relation.facts:
            return super().carefully(db, relation)
        path = relation.facts.path
        mapping, rows, _ = next(piece for piece in self.pieces_of(relation.table) if piece[2] == path)
        self.told.discard(path)
        self._read(db, mapping, rows.source, self.staged[path].number, path, is_seen_once=False)
        return self._mapped(db, relation.table, mapping, rows, path)

    def stage(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make a typed view of every file, and the lookups; a file that is read out of order becomes a table."""
        if self.is_staged:
            return
        self.is_staged = True
        run(db, f"create macro {DECLARED} as {self.outcomes}")
        for mapping in self.mappings:
            for source in mapping.files:
                self._stage_kind(db, mapping, source)
            for lookup in mapping.lookups.values():
                self._stage_lookup(db, mapping, lookup)

    def _stage_kind(self, db: duckdb.DuckDBPyConnection, mapping: Mapping, source: str) -> None:
        """The files of one kind, one below the other; none of them has rows when there is no file."""
        kinds = mapping.types[source]
        columns = {c: sql_type(kinds[c]) if c in kinds else "varchar" for c in mapping.wanted(source, self.tables)}
        columns |= {f"{column}~": "varchar" for column in kinds}
        texts = "".join(f", {identifier(column)} {kind}" for column, kind in columns.items())
        empty = named(mapping, f"no {source}")
        run(db, f"create table {empty} (_file integer, _line bigint{texts})")
        views = [f"select * from {empty}"]
        for number, path in enumerate(self.found[mapping.name, source]):
            self._read(db, mapping, source, number, path, self._is_seen_once(mapping, source))
            if not self.staged[path].relation.trouble:
                views.append(f"select * from {named(mapping, f'{source} {number}')}")
        kind = "table" if any(rows.source == source for rows in mapping.lookups.values()) else "view"
        run(db, f"create {kind} {named(mapping, source)} as {' union all by name '.join(views)}")

    def _stage_lookup(self, db: duckdb.DuckDBPyConnection, mapping: Mapping, lookup: Rows) -> None:
        """One row for each key of a lookup, its columns as one struct."""
        fields = ", ".join(f"{identifier(f.column)} := {looked_up(f, lookup.order)}" for f in lookup.fields.values())
        keep = f"{lookup.per} is not null and {lookup.where or True}"
        run(
            db,
            f"create table {named(mapping, 'lookup ' + lookup.name)} as "
            f"select cast({lookup.per} as varchar) as _key, struct_pack({fields}) as {identifier(lookup.name)} "
            f"from {joined(mapping, lookup)} where {keep} group by 1",
        )

    def _is_seen_once(self, mapping: Mapping, source: str) -> bool:
        """Whether a file is read once only: one table takes each of its lines, and no amount may be in cents."""
        readers = [rows for entries in mapping.tables.values() for rows in entries if rows.source == source]
        is_alone = len(readers) == 1 and not (readers[0].per or readers[0].where)
        is_looked_up = any(rows.source == source for rows in mapping.lookups.values())
        return is_alone and not is_looked_up and not {"cents", "hundredths"} & {*mapping.types[source].values()}

    def _read(
        self, db: duckdb.DuckDBPyConnection, mapping: Mapping, source: str, number: int, path: Path, is_seen_once: bool
    ) -> None:
        """Stage one file.

        Of a plain one that is read once only the beginning is looked at before; whoever reads on must see whether the
        rest is like it.
        """
        wanted, kinds = mapping.wanted(source, self.tables), mapping.types[source]
        columns = tuple(
            Column(name, "varchar(4000)", not_null=needed)
            for name, needed in wanted.items()
            if name not in FILE_COLUMNS
        )
        relation = self.relation(db, Table(mapping.name, source, columns), path)
        facts = relation.facts
        assert isinstance(facts, MappedFacts)
        relation = replace(relation, trouble=relation.trouble or _lacking(mapping, source, facts))
        if relation.is_plain and not relation.trouble:
            is_once = is_seen_once and looks_plain(db, relation, kinds, self.hints)
            if is_once or has_line_rows(db, relation, facts):
                unseen = tuple(column for column, _ in asked(relation, kinds)) if is_once else None
                relation = proved(relation, unseen)
            else:
                relation = super().carefully(db, relation)
        self.staged[path] = staged = Staged(number, relation)
        if not relation.trouble:
            view = named(mapping, f"{source} {number}")
            facts.sha256 = facts.stamped(facts.sha256)
            try:
                types = Types(kinds, mapping.currencies[source])
                facts.notes += make_view(db, view, staged, types, self.hints, wanted)
            except Undecided as undecided:
                self.staged[path] = Staged(number, replace(relation, trouble=undecided.trouble))

    def _mapped(
        self, db: duckdb.DuckDBPyConnection, table: Table, mapping: Mapping, rows: Rows, path: Path
    ) -> Relation:
        """The rows that an entry of a mapping makes of one file."""
        origin, is_told = self.staged[path].relation, path in self.told
        assert origin.facts
        facts = replace(origin.facts, notes=[] if is_told else [*origin.facts.notes])
        relation = replace(
            origin,
            table=table,
            facts=facts,
            refused=None if is_told else origin.refused,
            made_by=f"{mapping.path.name}:{rows.line}",
            trouble=(*origin.trouble, *self._trouble_of_lookups(mapping, rows, path)),
        )
        if relation.trouble:
            return replace(relation, refused=None)
        self.count += 1
        made = _Made(table, mapping, rows, self.staged[path].number, identifier(f"mapped {self.count} {table.key}"))
        try:
            run(db, made.create())
            facts.notes += [*made.left_out(db), *self._not_joined(mapping, rows)]
        except duckdb.Error as error:
            text = f"{relation.made_by}: {' '.join(str(error).split())[:200]}"
            return replace(relation, trouble=(Trouble("", "mapping", text),), refused=None)
        self.told.add(path)
        return replace(relation, columns=made.columns, sql=made.select(), typed=frozenset(made.typed), rules=made.rules)

    def _trouble_of_lookups(self, mapping: Mapping, rows: Rows, path: Path) -> list[Trouble]:
        """What is wrong with the files that the rows are joined to."""
        found = []
        for source in dict.fromkeys(mapping.lookups[name].source for name in rows.joins):
            for other in self.found[mapping.name, source]:
                broken = self.staged[other].relation
                if other != path:
                    found += [replace(t, message=f"{broken.file}: {t.message}") for t in broken.trouble]
        return found

    def _not_joined(self, mapping: Mapping, rows: Rows) -> list[str]:
        """Say which files that the rows are joined to have lines that nobody reports."""
        files = [path for name in rows.joins for path in self.found[mapping.name, mapping.lookups[name].source]]
        relations = [self.staged[path].relation for path in files if path not in self.told]
        return [f"{r.file} has lines that are no rows; they are not joined" for r in relations if r.refused]


def _lacking(mapping: Mapping, source: str, facts: FileFacts) -> tuple[Trouble, ...]:
    """What the file has no column for, of which it needs one, as questions."""
    asked = []
    for what, columns in mapping.needs[source].items():
        if not any(column in facts.columns for column in columns):
            also = [other for other, own in mapping.names[source].items() if own in columns]
            message = (
                f"no column is known to hold {what} ({', '.join([*columns, *also])}); the file has "
                f"{', '.join(facts.header[:30])}: which is it? Name it {columns[0]}"
            )
            asked.append(Trouble(columns[0], "question", message))
    return tuple(asked)


@dataclass(frozen=True)
class _Made:
    """The rows that an entry of a mapping makes of one file, as a view or table of DuckDB."""

    table: Table
    mapping: Mapping
    rows: Rows
    number: int  # of the file among those of its kind
    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The contract's columns that the entry has."""
        return tuple(column.name for column in self.table.columns if column.name in self.rows.fields)

    @property
    def kinds(self) -> dict[str, str]:
        """The types that the mapping gives the file's columns."""
        return self.mapping.types[self.rows.source]

    @property
    def typed(self) -> list[str]:
        """The columns whose value is there in its type too."""
        fields, column = self.rows.fields, self.table.column
        return sorted(c for c in self.columns if is_typed(fields[c], column(c), self.kinds))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """A value that cannot be read in its type makes a row bad."""
        names = sorted({c for e in self.rows.expressions() for c in e.columns if c in self.kinds})
        tests = [(name, identifier(f"{name}~")) for name in names]
        return tuple(Rule(name, "type", f"{text} is not null", unread(self.kinds[name]), text) for name, text in tests)

    @property
    def good(self) -> str:
        """A condition for the lines that can be read."""
        return " and ".join(f"{rule.value} is null" for rule in self.rules) or "true"

    def create(self) -> str:
        """SQL that makes it. Lines that cannot be read are in it, so that they are rejected and not lost."""
        fields, rows, good = self.rows.fields, self.rows, self.good
        texts = ", ".join(f"{output(fields[c], self.table.column(c))} as {identifier(c)}" for c in self.columns)
        values = "".join(f", {fields[c].value()} as {identifier(c + '=')}" for c in self.typed)
        markers = "".join(f", {rule.value}" for rule in self.rules)
        is_first = f"row_number() over (partition by {rows.per}, {good} order by {rows.order}) = 1"
        only = f"qualify not ({good}) or {is_first}" if rows.per else ""
        wanted = f"(not ({good}) or ({rows.where or 'true'}))"
        before, after = ("true", wanted) if rows.newest else (wanted, "true")  # whether the newest line is wanted
        return (
            f"create {'table' if rows.per else 'view'} {self.name} as select _line, {texts}{values}{markers} from "
            f"(select * from {joined(self.mapping, rows)} where {before} {only}) "
            f"where _file = {self.number} and {after}"
        )

    def select(self) -> str:
        """SQL for its rows."""
        columns = identifiers([*self.columns, *(f"{c}=" for c in self.typed)])
        return f"select _line, {columns}{''.join(f', {rule.value}' for rule in self.rules)} from {self.name}"

    def left_out(self, db: duckdb.DuckDBPyConnection) -> list[str]:
        """Say what the entry leaves out of the file, so that no line is lost in silence. Raises duckdb.Error."""
        rows, good = self.rows, self.good
        if not (rows.per or rows.where):
            return []
        if rows.per:
            made_sql, lines_of = f"(select count(*) from {self.name} where {good})", named(self.mapping, rows.source)
        else:  # the condition is less to plan than the view
            made_sql, lines_of = f"count(*) filter (where {good} and {rows.where})", joined(self.mapping, rows)
        query = f"select count(*) filter (where {good}), {made_sql} from {lines_of} where _file = {self.number}"
        lines, made = first(db, query)
        parts = [("one row per", rows.per), ("only where", rows.where)]
        why = [f"{what} {' '.join(part.sql.split())[:100]}" for what, part in parts if part]
        return [f"{rows.name} takes {made:,} rows from {lines:,} lines: {', '.join(why)}"] if lines != made else []
