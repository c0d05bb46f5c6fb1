"""How another system's export becomes the raw contract: mappings in YAML, read and checked with line numbers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml

from loader.contract import Table
from loader.expressions import Expression, judge, parse_expression
from loader.lines import LineLoader, Map, Text
from loader.readings import literal
from warehouse.errors import TowerError

FOLDER = Path(__file__).with_name("mappings")
TYPES = {
    "date": "date",
    "time": "timestamp",
    "number": "numeric(38,9)",
    "cents": "numeric(38,9)",
    "integer": "integer",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Field:
    """Where a column of the contract comes from: an expression or a constant, value map and default."""

    column: str
    expression: Expression | None
    constant: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    default: str | None = None
    line: int = 0
    type: str = "VARCHAR"  # of the value, as DuckDB finds it

    @property
    def kind(self) -> str:
        """filled, derived, or guessed."""
        if self.expression is None:
            return "guessed"
        return "filled" if self.expression.is_plain else "derived"

    def value(self) -> str:
        """SQL for the value before the default."""
        if self.expression is None:
            return "null"
        if not self.values:
            return str(self.expression)
        text = f"cast({self.expression} as varchar)"
        cases = " ".join(f"when {literal(key.lower())} then {literal(to)}" for key, to in self.values.items())
        rest = literal(self.otherwise) if self.otherwise is not None else f"trim({text})"
        return f"case when {text} is not null then case lower(trim({text})) {cases} else {rest} end end"


@dataclass(frozen=True)
class Rows:
    """Rows made from a file: an entry of a table of the contract, or a lookup (one row per key, aggregated)."""

    name: str
    source: str
    joins: dict[str, Expression]
    where: Expression | None
    per: Expression | None
    fields: dict[str, Field]
    line: int

    def expressions(self) -> list[Expression]:
        """Everything that reads columns."""
        found = [*self.joins.values(), self.where, self.per, *(f.expression for f in self.fields.values())]
        return [expression for expression in found if expression]


@dataclass
class Mapping:
    """One mapping file. By the file's name in it: `files` are name patterns, `types` the types of columns, and `names`
    the columns by other spellings of theirs."""

    name: str
    path: Path
    title: str = ""
    text: str = ""
    files: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    lookups: dict[str, Rows] = field(default_factory=dict)
    tables: dict[str, list[Rows]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def wanted(self, source: str, tables: dict[str, Table]) -> dict[str, bool]:
        """The columns that are read from a file, and whether the mapping cannot do without them."""
        found = dict.fromkeys(self.types[source], False)
        for rows in [*self.lookups.values(), *(rows for entries in self.tables.values() for rows in entries)]:
            if rows.source != source:
                continue
            needed = [e for e in (*rows.joins.values(), rows.where, rows.per) if e and rows.name in self.tables]
            for target in rows.fields.values():
                if rows.name in tables and target.expression and target.default is None:
                    needed += [target.expression] if tables[rows.name].column(target.column).not_null else []
            for expression in rows.expressions():
                for column in expression.columns:
                    found[column] = found.get(column, False) or (expression in needed and expression.is_plain)
        return found


def names() -> list[str]:
    """The ready mappings."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def read_mapping(name: str, tables: list[Table]) -> Mapping:
    """A ready mapping by its name, or a file of one's own. Raises TowerError with every mistake and its line."""
    path = FOLDER / f"{name}.yml" if (FOLDER / f"{name}.yml").is_file() else Path(name)
    if not path.is_file():
        near = "".join(f"; did you mean {word}?" for word in difflib.get_close_matches(name, names(), 1))
        raise TowerError(f"no mapping {name!r}{near}; ready ones: {', '.join(names())}; or name a YAML file")
    text = path.read_text(encoding="utf-8")
    try:
        body = yaml.load(text, LineLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TowerError(f"{path.name}:{line}: {error.problem}") from error
    reader = _Reader(path, {table.key: table for table in tables})
    mapping = reader.read(path.stem, body, text)
    if reader.mistakes:
        raise TowerError("\n  ".join([f"the mapping {path.name} has mistakes:", *reader.mistakes]))
    return mapping


@dataclass
class _Reader:
    path: Path
    tables: dict[str, Table]
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, at: Any, message: str, name: str = "", known: Iterable[str] = ()) -> None:
        near = difflib.get_close_matches(name, list(known), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        self.mistakes.append(
            f"{self.path.name}:{at if isinstance(at, int) else getattr(at, 'line', 1)}: {message}{hint}"
        )

    def keys(self, body: Any, known: tuple[str, ...], what: str, at: Any) -> Map:
        if not isinstance(body, Map):
            self.wrong(at, f"{what} must have the keys {', '.join(known)}")
            return Map()
        for key in body:
            if key not in known:
                self.wrong(key, f"{what} has no key {str(key)!r}", key, known)
        return body

    def read(self, name: str, body: Any, text: str) -> Mapping:
        body = self.keys(body, ("title", "files", "lookups", "tables", "absent"), "a mapping", 1)
        mapping = Mapping(name, self.path, str(body.get("title", name)), text)
        for source, entry in (body.get("files") or {}).items():
            entry = self.keys(entry, ("match", "names", "types"), f"file {source}", source)
            mapping.files[source] = _listed(entry.get("match"))
            mapping.names[source] = {
                other: str(column) for column, others in (entry.get("names") or {}).items() for other in _listed(others)
            }
            if not mapping.files[source]:
                self.wrong(source, f"file {source} needs match: a file name or pattern")
            mapping.types[source] = {str(column): str(kind) for column, kind in (entry.get("types") or {}).items()}
            for column, kind in (entry.get("types") or {}).items():
                if kind not in TYPES and "%" not in str(kind):
                    self.wrong(column, f"{column}: no type {kind!r}; use {', '.join(TYPES)} or a format like %d-%m-%Y")
        for lookup, entry in (body.get("lookups") or {}).items():
            rows = self.rows(mapping, lookup, entry, aggregate=True)
            if rows:
                mapping.lookups[lookup] = rows
        for key, given in (body.get("tables") or {}).items():
            if key not in self.tables:
                self.wrong(key, f"the contract has no table {str(key)!r}", key, self.tables)
                continue
            entries = [self.rows(mapping, key, entry) for entry in (given if isinstance(given, list) else [given])]
            mapping.tables[key] = [rows for rows in entries if rows]
        for key, why in (body.get("absent") or {}).items():
            table, _, column = key.rpartition(".") if key not in self.tables else (key, "", "")
            if table not in self.tables or (column and column not in [c.name for c in self.tables[table].columns]):
                self.wrong(key, f"absent: the contract has no {key!r}")
            mapping.absent[str(key)] = str(why)
        if not self.mistakes:
            self.bind(mapping)
        return mapping

    def rows(self, mapping: Mapping, name: Text, body: Any, aggregate: bool = False) -> Rows | None:
        per = "per" if aggregate else "one_per"
        body = self.keys(body, ("from", "join", "where", per, "columns"), str(name), name)
        source = body.get("from")
        if source not in mapping.files:
            self.wrong(source or name, f"{name}: from must name one of the files", str(source), mapping.files)
            return None
        joins = {}
        for lookup, key in (body.get("join") or {}).items():
            if lookup not in mapping.lookups:
                self.wrong(lookup, f"{name}: no lookup {str(lookup)!r} above", lookup, mapping.lookups)
            joins[str(lookup)] = self.expression(key, lookup)
        where = self.expression(body["where"], body) if "where" in body else None
        key = self.expression(body[per], body) if per in body else None
        fields, given = {}, body.get("columns")
        if not isinstance(given, Map):
            self.wrong(name, f"{name}: columns is missing")
            given = Map()
        for column, entry in given.items():
            fields[str(column)] = self.field(column, entry, aggregate)
        if aggregate and key is None:
            self.wrong(name, f"{name}: a lookup needs per: what it is looked up by")
        if not aggregate:
            columns = [column.name for column in self.tables[name].columns]
            for column in given:
                if column not in columns:
                    self.wrong(column, f"{name} has no column {str(column)!r}", column, columns)
            for known in self.tables[name].columns:
                self.accepted(known.accepted, fields.get(known.name))
            for needed in self.tables[name].columns:
                if needed.not_null and needed.name not in fields:
                    self.wrong(name, f"{name}: {needed.name} is required; map it or give it a constant")
        return Rows(str(name), str(source), joins, where, key, fields, getattr(name, "line", 0))

    def accepted(self, known: tuple[str, ...], target: Field | None) -> None:
        """Every word that the mapping puts into a column must be one that the contract accepts."""
        if target and known:
            for word in [target.constant, target.default, target.otherwise, *target.values.values()]:
                if word and word not in known:
                    self.wrong(target.line, f"{target.column}: {word!r} is not one of {', '.join(known)}", word, known)

    def field(self, column: str, entry: Any, aggregate: bool) -> Field:
        line = getattr(column, "line", 0)
        if not isinstance(entry, Map):
            return Field(str(column), self.expression(entry, column, aggregate), line=line)
        entry = self.keys(entry, ("sql", "constant", "values", "otherwise", "default"), str(column), column)
        if ("sql" in entry) == ("constant" in entry):
            self.wrong(column, f"{column}: give either sql or constant")
            return Field(str(column), None, "", line=line)
        values = {str(key): _plain(to) for key, to in (entry.get("values") or {}).items()}
        expression = self.expression(entry["sql"], column, aggregate) if "sql" in entry else None
        constant, otherwise, default = (
            _plain(entry[key]) if key in entry else None for key in ("constant", "otherwise", "default")
        )
        return Field(str(column), expression, constant, values, otherwise, default, line)

    def expression(self, text: Any, at: Any, aggregate: bool = False) -> Expression:
        at = text if isinstance(text, Text) else at
        try:
            return parse_expression(str(text), aggregate)
        except ValueError as error:
            self.wrong(at, f"{text}: {error}")
            return Expression("null")

    def bind(self, mapping: Mapping) -> None:
        """Let DuckDB find what is wrong with the names and types of every expression."""
        lookups: dict[str, str] = {}
        for rows in [*mapping.lookups.values(), *(rows for part in mapping.tables.values() for rows in part)]:
            types = mapping.types[rows.source]
            columns = {column: sql_type(kind) for column, kind in types.items()}
            for expression in rows.expressions():
                columns |= {column: "varchar" for column in expression.columns if column not in types}
                for lookup, _ in expression.looked_up:
                    if lookup not in rows.joins:
                        self.wrong(rows.line, f"{rows.name}: {lookup} is used but not joined")
            columns |= {name: lookups[name] for name in rows.joins}
            struct = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items())
            parts = [(rows.line, "", e) for e in (*rows.joins.values(), rows.where, rows.per) if e]
            parts += [(f.line, f.column, f.expression) for f in rows.fields.values() if f.expression]
            found = {}
            for line, column, expression in parts:
                try:
                    query = f"describe select {expression} as x from (select {struct})"
                    found[column] = judge().execute(query).fetchall()[0][1]
                except duckdb.Error as error:
                    self.wrong(line, " ".join(str(error).split("LINE")[0].split())[:200])
            for name, target in rows.fields.items():
                rows.fields[name] = replace(target, type="VARCHAR" if target.values else found.get(name, "VARCHAR"))
            inner = ", ".join(f'"{name}" {target.type}' for name, target in rows.fields.items())
            lookups[rows.name] = f"struct({inner})"


def sql_type(kind: str) -> str:
    """The DuckDB type of a column that the mapping gives a type; a format is one of a timestamp."""
    return {"date": "date", "number": "double", "cents": "double", "integer": "bigint", "flag": "boolean"}.get(
        kind, "timestamp"
    )


def _listed(value: Any) -> list[str]:
    """One text or several, as a list."""
    return [value] if isinstance(value, str) else [str(part) for part in value or []]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
