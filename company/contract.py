"""The raw contract, read from the dbt source YAML files: tables, columns, types and rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import TowerError

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Column:
    """One column and what must hold for it."""

    name: str
    data_type: str
    not_null: bool = False
    unique: bool = False
    accepted: tuple[str, ...] = ()
    known: tuple[str, ...] = ()  # words that mean something to the models, beside any others
    references: tuple[str, str, str] | None = None  # source, table, column
    minimum: float | None = None
    maximum: int | None = None  # of the absolute value: what no sum of the models can overflow by
    happened: bool = False  # its days are known to have happened: the last one is a candidate for "today"
    data_start: bool = False  # its first day is a candidate for the first day of the window
    last_resort: bool = False  # … only where no other column that starts the data has a value
    is_optional: bool = False  # many companies have none: a file without it lacks nothing
    currency_of: tuple[str, ...] = ()  # the amounts of the row whose currency it says
    word: str = ""  # the kind of the company's words that stand in it
    otherwise: str = ""  # what to write where none of the accepted values is meant

    @property
    def is_percent(self) -> bool:
        """Whether it holds percentages, 0 to 100."""
        return self.maximum == 100 and self.data_type.startswith("numeric")

    @property
    def is_dated(self) -> bool:
        """Whether the window depends on its days."""
        return self.happened or self.data_start


@dataclass(frozen=True)
class RowRule:
    """What no row may be: `when` is an SQL condition on its columns, `column` the one that is shown."""

    rule: str
    column: str
    when: str
    message: str


@dataclass(frozen=True)
class Contradiction:
    """What cannot be true of a row as it stands: `when` is an SQL condition on its columns, `believed` a sentence.

    `beside` is a column that refers to another table, whose row is then known to the condition too: both tables by
    their names.
    """

    rule: str
    when: str
    believed: str
    beside: str = ""


@dataclass(frozen=True)
class Table:
    """One raw table; its file is usually <source>/<name>.csv and its relation raw.<source>_<name>."""

    source: str
    name: str
    columns: tuple[Column, ...]
    contradictions: tuple[Contradiction, ...] = ()
    rules: tuple[RowRule, ...] = ()
    is_optional: bool = False  # many companies have none: a folder without it lacks nothing
    derived: tuple[tuple[str, str], ...] = ()  # names and SQL that contradictions may use, each from those before

    @property
    def key(self) -> str:
        """source.name, as messages say it."""
        return f"{self.source}.{self.name}"

    @property
    def relation(self) -> str:
        """The table's name inside schema raw."""
        return f"{self.source}_{self.name}"

    @property
    def file(self) -> str:
        """The path that its file has by default inside the data folder."""
        return f"{self.source}/{self.name}.csv"

    @property
    def primary_key(self) -> str:
        """The column that identifies a row."""
        return next(column.name for column in self.columns if column.unique)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@lru_cache
def read_contract(project: Path) -> list[Table]:
    """Read models/staging/*/_*__sources.yml below a dbt project; parents come before their children.

    A source with `has_files: false` in its meta is none of it: the loader fills it otherwise.
    """
    tables = []
    for path in sorted(project.glob("models/staging/*/_*__sources.yml")):
        for source in yaml.load(path.read_text(encoding="utf-8"), FAST)["sources"]:
            if source.get("schema") == "raw" and _meta(source).get("has_files", True):
                tables += [_table(source["name"], entry) for entry in source["tables"]]
    if not tables:
        raise TowerError(f"no source YAML below {project}; the contract is missing")
    return _parents_first(tables)


def _table(source: str, entry: dict[str, Any]) -> Table:
    meta = _meta(entry)
    contradictions = tuple(Contradiction(**one) for one in meta.get("contradictions", ()))
    rules = tuple(RowRule(**one) for one in meta.get("rules", ()))
    columns = tuple(_column(column) for column in entry["columns"])
    derived = tuple(meta.get("derived", {}).items())
    return Table(source, entry["name"], columns, contradictions, rules, bool(meta.get("optional")), derived)


def _meta(entry: dict[str, Any]) -> dict[str, Any]:
    return dict(entry.get("config", {}).get("meta", {}))


def _column(entry: dict[str, Any]) -> Column:
    rules: dict[str, Any] = {}
    for test in entry.get("data_tests", []):
        if isinstance(test, str):
            rules[test] = True
        else:
            rules |= {name: (body or {}).get("arguments", {}) for name, body in test.items()}
    meta = _meta(entry)
    reference = None
    if "relationships" in rules:
        source, table = (part.strip(" '\"") for part in rules["relationships"]["to"][len("source(") : -1].split(","))
        reference = (source, table, rules["relationships"]["field"])
    return Column(
        entry["name"],
        entry["data_type"],
        "not_null" in rules,
        "unique" in rules,
        tuple(str(value) for value in rules.get("accepted_values", {}).get("values", ())),
        tuple(str(value) for value in meta.get("known", ())),
        reference,
        meta.get("minimum"),
        meta.get("maximum"),
        bool(meta.get("happened")),
        bool(meta.get("data_start")),
        meta.get("data_start") == "fallback",
        bool(meta.get("optional")),
        tuple(meta.get("of", ())),
        str(meta.get("word", "")),
        str(meta.get("otherwise", "")),
    )


def _parents_first(tables: list[Table]) -> list[Table]:
    """Order tables so that what a table refers to comes before it."""
    done: list[Table] = []
    waiting = list(tables)
    while waiting:
        names = {(table.source, table.name) for table in done}
        ready = [t for t in waiting if all(c.references is None or c.references[:2] in names for c in t.columns)]
        if not ready:
            raise TowerError(f"the contract refers in a circle: {', '.join(t.key for t in waiting)}")
        done += ready
        waiting = [table for table in waiting if table not in ready]
    return done
