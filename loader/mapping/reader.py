"""Reads a mapping from YAML and judges it: every name, type, value and expression, each mistake with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb

from company.contract import Table
from loader.duck import judge
from loader.files.headers import clean_name
from loader.mapping.document import Map, Text, read_document
from loader.mapping.expressions import parse_expression, see_format
from loader.mapping.model import TYPES, Expression, Field, Mapping, Rows, sql_type
from loader.sql import identifier, run
from warehouse.errors import TowerError

FOLDER = Path(__file__).with_name("ready")
QUESTION = "?"  # a text that begins with it stands where an answer belongs
VALUE_TYPE = re.compile(r"[A-Z][A-Z0-9_ (),]*(\[\])*")  # of DuckDB: no names of anybody's own in it


def names() -> list[str]:
    """The ready mappings."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def read_mapping(
    name: str, tables: list[Table], is_draft: bool = False, headers: Mapping_[str, list[str]] | None = None
) -> Mapping:
    """A ready mapping by its name, or a file of one's own. `headers` are those of its files that it does not name.

    Raises TowerError with every mistake and its line, and for open questions unless a draft is read as one.
    """
    path = FOLDER / f"{name}.yml" if name in names() else Path(name)
    if not path.is_file():
        near = "".join(f"; did you mean {word}?" for word in difflib.get_close_matches(name, names(), 1))
        raise TowerError(f"no mapping {name!r}{near}; ready ones: {', '.join(names())}; or name a YAML file")
    body, text = read_document(path)
    reader = _Reader(path, {table.key: table for table in tables}, headers or {})
    mapping = reader.mapping(path.stem, body, text)
    if reader.mistakes:
        raise TowerError("\n  ".join([f"the mapping {path.name} has mistakes:", *dict.fromkeys(reader.mistakes)]))
    if mapping.questions and not is_draft:
        count = "an open question" if len(mapping.questions) == 1 else f"{len(mapping.questions)} open questions"
        said = [f"{path.name} has {count}; put each answer in the place of its question, then load again:"]
        raise TowerError("\n  ".join([*said, *mapping.questions]))
    return mapping


@dataclass
class _Reader:
    """Reads a mapping and goes on after a mistake, so that all of them are said at once."""

    path: Path
    tables: dict[str, Table]
    headers: Mapping_[str, list[str]]  # by the file's name in the mapping
    mistakes: list[str] = field(default_factory=list)
    questions: list[tuple[int, str]] = field(default_factory=list)  # by line

    def is_question(self, value: Any, what: str, at: Any) -> bool:
        """Whether a question stands where an answer belongs; it is written down."""
        if not isinstance(value, str) or not value.startswith(QUESTION):
            return False
        line = getattr(value, "line", 0) or getattr(at, "line", 1)
        self.questions.append((line, f"{self.path.name}:{line}: {what}: {' '.join(value.split())[:300]}"))
        return True

    def wrong(self, at: Any, message: str, name: str = "", known: Iterable[str] = ()) -> None:
        near = difflib.get_close_matches(name, list(known), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        line = at if isinstance(at, int) else getattr(at, "line", 1)
        self.mistakes.append(f"{self.path.name}:{line}: {' '.join(message.split())[:300]}{hint}")

    def keys(self, body: Any, known: tuple[str, ...], what: str, at: Any) -> Map:
        """A map that has no other keys."""
        if not isinstance(body, Map):
            self.wrong(at, f"{what} must have the keys {', '.join(known)}")
            return Map()
        for key in body:
            if key not in known:
                self.wrong(key, f"{what} has no key {str(key)!r}", key, known)
        return body

    def map(self, body: Any, what: str, at: Any) -> Map:
        """A map with any keys; nothing is an empty one."""
        if isinstance(body, Map) or body is None:
            return body or Map()
        self.wrong(at, f"{what} must be a map: name: value")
        return Map()

    def text(self, value: Any, what: str, at: Any) -> str:
        """A text, number, date or truth value as text."""
        if value is None or isinstance(value, dict | list):
            self.wrong(getattr(value, "line", at), f"{what} must be one value")
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def texts(self, value: Any, what: str, at: Any) -> list[str]:
        """One text or a list of them."""
        return [self.text(part, what, at) for part in (value if isinstance(value, list) else [value])]

    def column_name(self, name: str, at: Any) -> str:
        """A column of a file, as headers are read: anything else would never be found."""
        if clean_name(name) != name:
            near = f"; did you mean {clean_name(name)}?" if clean_name(name) else ""
            self.wrong(
                at, f"no column of a file is called {name!r}: headers are read as small letters, digits and _{near}"
            )
        return name

    def unlike(self, names: Map, what: str) -> None:
        """See that no two names are the same but for their case."""
        seen: set[str] = set()
        for name in names:
            if name.lower() in seen:
                self.wrong(name, f"{what} {name!r} is there already")
            seen.add(name.lower())

    def mapping(self, name: str, body: Any, text: str) -> Mapping:
        """The whole file."""
        body = self.keys(body, ("title", "files", "lookups", "tables", "absent"), "a mapping", 1)
        mapping = Mapping(name, self.path, self.text(body.get("title", name), "title", 1), text)
        files, lookups = (self.map(body.get(key), key, 1) for key in ("files", "lookups"))
        self.unlike(files, "a file")
        self.unlike(lookups, "a lookup")
        for source, entry in files.items():
            self.file(mapping, source, entry)
        for lookup, entry in lookups.items():
            rows = self.rows(mapping, lookup, entry, aggregate=True)
            if rows:
                mapping.lookups[lookup] = rows
        for key, given in self.map(body.get("tables"), "tables", 1).items():
            if key not in self.tables:
                self.wrong(key, f"the contract has no table {str(key)!r}", key, self.tables)
                continue
            several = given if isinstance(given, list) else [given]
            entries = [one for entry in several for one in self.repeated(mapping, key, entry)]
            made = [self.rows(mapping, key, entry) for entry in entries]
            mapping.tables[key] = [rows for rows in made if rows]
        for key, why in self.map(body.get("absent"), "absent", 1).items():
            table, _, column = key.rpartition(".") if key not in self.tables else (key, "", "")
            if table not in self.tables or (column and column not in [c.name for c in self.tables[table].columns]):
                self.wrong(key, f"absent: the contract has no {key!r}")
            mapping.absent[str(key)] = self.text(why, str(key), key)
        mapping.questions = tuple(text for _, text in sorted(dict.fromkeys(self.questions)))
        if not self.mistakes:
            self.bind(mapping)
        return mapping

    def file(self, mapping: Mapping, source: str, entry: Any) -> None:
        """How the files of a kind are called, and their columns."""
        entry = self.keys(entry, ("match", "needs", "names", "types"), f"file {source}", source)
        if not entry.get("match"):
            self.wrong(source, f"file {source} needs match: a file name or pattern")
        mapping.files[source] = self.texts(entry.get("match", ""), f"match of file {source}", source)
        spelled: dict[str, str] = {}
        for column, others in self.map(entry.get("names"), f"names of file {source}", source).items():
            own = self.column_name(column, column)
            spelled |= {self.column_name(other, column): own for other in self.texts(others, str(column), column)}
        mapping.names[source] = spelled
        mapping.needs[source] = {
            str(what): [self.column_name(column, what) for column in self.texts(columns, str(what), what)]
            for what, columns in self.map(entry.get("needs"), f"needs of file {source}", source).items()
        }
        mapping.types[source], mapping.currencies[source] = {}, {}
        for column, given in self.map(entry.get("types"), f"types of file {source}", source).items():
            if self.is_question(given, f"types of file {source}: {column}", column):
                continue
            kind, _, currency = self.text(given, str(column), column).partition(" by ")
            if currency and kind in ("cents", "hundredths", "minor"):
                mapping.currencies[source][str(column)] = self.column_name(currency, column)
            elif currency:
                self.wrong(column, f"{column}: only cents, hundredths and minor are by a currency")
            mapping.types[source][self.column_name(column, column)] = kind
            if kind not in TYPES and "%" not in kind:
                self.wrong(column, f"{column}: no type {kind!r}; use {', '.join(TYPES)} or a format like %d-%m-%Y")
            elif kind not in TYPES:
                self.try_to(column, str(column), see_format, kind)

    def try_to(self, at: Any, what: str, see: Callable[[str], object], text: str) -> None:
        """Run a check that raises ValueError, and write down what it says."""
        try:
            see(text)
        except ValueError as error:
            self.wrong(at, f"{what}: {error}")

    def repeated(self, mapping: Mapping, name: str, body: Any) -> list[Any]:
        """An entry, or where it has `each`, one for each column of the file whose header is like that."""
        if not isinstance(body, Map) or "each" not in body:
            return [body]
        mapping.has_each = True
        each = self.keys(body["each"], ("like", "type"), f"{name}: each", body)
        like, kind = (self.text(each.get(key), f"{name}: each: {key}", body) for key in ("like", "type"))
        source = str(body.get("from"))
        if kind not in TYPES or like.count("*") != 1 or source not in mapping.files:
            self.wrong(body, f"{name}: each needs a file, a header with one * and a type: {', '.join(TYPES)}")
            return []
        entry = Map({key: value for key, value in body.items() if key != "each"})
        entry.line = body.line
        found = {clean_name(h): h for h in self.headers.get(source, []) if fnmatchcase(h.lower(), like.lower())}
        for column in found:
            mapping.types[source][column] = kind
        if not found:  # judged all the same
            self.rows(mapping, name, _filled_in(entry, _parts("each", like.replace("*", "each"), like)))
        return [_filled_in(entry, _parts(column, header, like)) for column, header in found.items()]

    def rows(self, mapping: Mapping, name: str, body: Any, aggregate: bool = False) -> Rows | None:
        """An entry of a table, or a lookup, which may have aggregates."""
        per = "per" if aggregate else "one_per"
        body = self.keys(body, ("from", "join", "where", per, "newest", "columns"), str(name), name)
        source = self.text(body.get("from"), f"{name}: from", name)
        if source not in mapping.files:
            self.wrong(body.get("from") or name, f"{name}: from must name one of the files", source, mapping.files)
            return None
        joins = {}
        for lookup, key in self.map(body.get("join"), f"{name}: join", name).items():
            if lookup not in mapping.lookups:
                self.wrong(lookup, f"{name}: no lookup {str(lookup)!r} above", lookup, mapping.lookups)
            joins[str(lookup)] = self.expression(key, lookup)
        where = self.expression(body["where"], body) if "where" in body else None
        key = self.expression(body[per], body) if per in body else None
        newest = self.expression(body["newest"], body) if "newest" in body else None
        if newest and key is None:
            self.wrong(body["newest"], f"{name}: newest needs {per}: of which lines the newest counts")
        given = body.get("columns")
        if not isinstance(given, Map):
            self.wrong(name, f"{name}: columns is missing")
            given = Map()
        self.unlike(given, f"{name}: the column")
        fields = {str(column): self.field(name, column, entry, aggregate) for column, entry in given.items()}
        if aggregate and key is None:
            self.wrong(name, f"{name}: a lookup needs per: what it is looked up by")
        if not aggregate:
            self.held_against(self.tables[name], name, given, fields)
        return Rows(str(name), source, joins, where, key, newest, fields, getattr(name, "line", 0))

    def held_against(self, table: Table, name: str, given: Map, fields: dict[str, Field]) -> None:
        """See that an entry has the contract's columns, no others, and only words that the contract accepts."""
        columns = [column.name for column in table.columns]
        for column in given:
            if column not in columns:
                self.wrong(column, f"{name} has no column {str(column)!r}", column, columns)
        for known in table.columns:
            target = fields.get(known.name)
            if target is None and known.not_null:
                self.wrong(name, f"{name}: {known.name} is required; map it or give it a constant")
            elif target and known.accepted:
                for word in [target.constant, target.default, target.otherwise, *target.values.values()]:
                    if word and word not in known.accepted:
                        message = f"{known.name}: {word!r} is not one of {', '.join(known.accepted)}"
                        self.wrong(target.line, message, word, known.accepted)

    def field(self, table: str, column: str, entry: Any, aggregate: bool) -> Field:
        """A column: an expression, or a map that says more."""
        line, what = getattr(column, "line", 0), f"{table}.{column}"
        if self.is_question(entry, what, column):
            return Field(str(column), None, line=line)
        if not isinstance(entry, Map):
            return Field(str(column), self.expression(entry, column, aggregate), line=line)
        entry = self.keys(entry, ("sql", "constant", "values", "otherwise", "default"), str(column), column)
        if ("sql" in entry) == ("constant" in entry):
            self.wrong(column, f"{column}: give either sql or constant")
            return Field(str(column), None, "", line=line)
        given = self.map(entry.get("values"), f"{column}: values", column)
        values = {
            str(key): self.text(to, str(key), key) for key, to in given.items() if not self.is_question(to, what, key)
        }
        asked = {
            key for key in ("sql", "constant", "otherwise", "default") if self.is_question(entry.get(key), what, column)
        }
        said = {key: entry[key] for key in entry if key not in asked}
        expression = self.expression(said["sql"], column, aggregate) if "sql" in said else None
        constant, otherwise, default = (
            self.text(said[key], f"{column}: {key}", column) if key in said else None
            for key in ("constant", "otherwise", "default")
        )
        return Field(str(column), expression, constant, values, otherwise, default, line)

    def expression(self, given: Any, at: Any, aggregate: bool = False) -> Expression:
        """An expression whose columns a file can have."""
        at = given if isinstance(given, Text) else at
        text = self.text(given, f"{at}: an expression" if isinstance(at, Text) else "an expression", at)
        try:
            found = parse_expression(text, aggregate)
        except ValueError as error:
            self.wrong(at, f"{text[:200]}: {error}")
            return Expression("null")
        for name in found.columns:
            self.column_name(name, at)
        return found

    def bind(self, mapping: Mapping) -> None:
        """Let DuckDB find what is wrong with the names and types of every expression."""
        lookups: dict[str, str] = {}
        for rows in [*mapping.lookups.values(), *(rows for part in mapping.tables.values() for rows in part)]:
            types = self.bound(mapping, rows, lookups)
            for name, target in rows.fields.items():
                rows.fields[name] = replace(target, type="VARCHAR" if target.values else types.get(name, "VARCHAR"))
            inner = ", ".join(f"{identifier(name)} {target.type}" for name, target in rows.fields.items())
            lookups[rows.name] = f"struct({inner})"

    def bound(self, mapping: Mapping, rows: Rows, lookups: dict[str, str]) -> dict[str, str]:
        """The types of an entry's columns; `lookups` are those of the lookups before it."""
        kinds = mapping.types[rows.source]
        columns = {column: sql_type(kind) for column, kind in kinds.items()}
        for expression in rows.expressions():
            columns |= {column: "varchar" for column in expression.columns if column not in kinds}
            for lookup, _ in expression.looked_up:
                if lookup not in rows.joins:
                    self.wrong(rows.line, f"{rows.name}: {lookup} is used but not joined")
        for name in rows.joins.keys() & columns.keys():
            self.wrong(rows.line, f"{rows.name}: the lookup {name} is called like a column of the file; rename it")
        columns |= {name: lookups[name] for name in rows.joins if name in lookups}
        struct = ", ".join(f"cast(null as {kind}) as {identifier(name)}" for name, kind in columns.items()) or "null"
        parts = [(rows.line, "", e) for e in (*rows.joins.values(), rows.where, rows.per, rows.newest) if e]
        parts += [(f.line, f.column, f.expression) for f in rows.fields.values() if f.expression]
        found = {}
        for (line, column, _), kind in zip(parts, self.described([e for _, _, e in parts], struct), strict=True):
            if isinstance(kind, duckdb.Error):
                self.wrong(line, " ".join(str(kind).split("LINE")[0].split())[:200])
            elif not VALUE_TYPE.fullmatch(kind):
                self.wrong(line, f"{column or rows.name}: a value of the type {kind[:60]} cannot be used")
            else:
                found[column] = kind
        return found

    def described(self, expressions: list[Expression], struct: str) -> list[str | duckdb.Error]:
        """The type of each expression, or what is wrong with it: all at once, and where that fails one by one."""
        found: dict[int, str | duckdb.Error] = {}
        for is_aggregate in (False, True):
            group = [n for n, expression in enumerate(expressions) if expression.is_aggregate == is_aggregate]
            try:
                found |= _described({n: expressions[n] for n in group}, struct)
            except duckdb.Error:
                for number in group:
                    try:
                        found |= _described({number: expressions[number]}, struct)
                    except duckdb.Error as error:
                        found[number] = error
        return [found[number] for number in range(len(expressions))]


def _parts(column: str, header: str, like: str) -> dict[str, str]:
    """What an entry with `each` may speak of: the column, and of its header what the * stands for.

    Of `Signed (Partners)` the name is Signed and within is Partners.
    """
    before, _, after = like.partition("*")
    text = header[len(before) : len(header) - len(after)]
    within = re.search(r"[(]([^()]*)[)]$", text)
    name = re.sub(r" *[(].*", "", text)
    return {"{column}": column, "{name}": name, "{within}": within[1] if within else ""}


def _filled_in(body: Any, parts: dict[str, str]) -> Any:
    """A copy of a document's part with the parts put in, so that they may stand within quotes of SQL."""
    if isinstance(body, Map):
        copy = Map({key: _filled_in(value, parts) for key, value in body.items()})
        copy.line = body.line
        return copy
    if isinstance(body, list):
        return [_filled_in(value, parts) for value in body]
    if not isinstance(body, str):
        return body
    filled = body
    for mark, part in parts.items():
        filled = filled.replace(mark, part.replace("'", "''"))
    text = Text(filled)
    text.line = getattr(body, "line", 0)
    return text


def _described(expressions: dict[int, Expression], struct: str) -> dict[int, str]:
    """The types of expressions by their numbers. Raises duckdb.Error."""
    if not expressions:
        return {}
    parts = ", ".join(f"{expression} as c{number}" for number, expression in expressions.items())
    rows = run(judge(), f"describe select {parts} from (select {struct})").fetchall()
    return {number: str(row[1]) for number, row in zip(expressions, rows, strict=True)}
