"""How another system's export becomes the raw contract, as plain values: a mapping, its rows, fields, expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from company.contract import Table
from loader.sql import literal

TYPES = {
    "date": "date",
    "time": "timestamp",
    "number": "numeric(38,9)",
    "cents": "numeric(38,9)",  # or whole units, where each has two decimals
    "hundredths": "numeric(38,9)",  # cents of every currency that has any, no thousandths
    "minor": "numeric(38,9)",  # cents in any case, with fractions of them
    "integer": "integer",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Expression:
    """An SQL expression; `columns` are those of the file, `looked_up` pairs of lookup and column."""

    sql: str
    columns: tuple[str, ...] = ()
    looked_up: tuple[tuple[str, str], ...] = ()
    is_plain: bool = False  # nothing but a column
    is_aggregate: bool = False

    def __str__(self) -> str:
        return f"({self.sql}\n)"  # the newline ends a comment


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
    """Rows made from a file: an entry of a table of the contract, or a lookup (one row per key, aggregated).

    Of the lines of one key the first that `where` wants counts; where there is a `newest`, the one that is newest by
    it, if `where` wants that one.
    """

    name: str
    source: str
    joins: dict[str, Expression]
    where: Expression | None
    per: Expression | None
    newest: Expression | None
    fields: dict[str, Field]
    line: int

    def expressions(self) -> list[Expression]:
        """Everything that reads columns."""
        given = (self.where, self.per, self.newest)
        found = [*self.joins.values(), *given, *(f.expression for f in self.fields.values())]
        return [expression for expression in found if expression]

    @property
    def order(self) -> str:
        """SQL for the order of lines of one key, the one that counts first."""
        return f"{self.newest} desc nulls last, _file desc, _line desc" if self.newest else "_file, _line"


@dataclass
class Mapping:
    """One mapping file. By the file's name in it: `files` are name patterns, `types` the types of columns, and `names`
    the columns by other spellings of theirs, `needs` what a file must have and the columns of which one holds it.
    `currencies` are the columns that say in which currency's minor units an amount is: not every one has a hundred."""

    name: str
    path: Path
    title: str = ""
    text: str = ""
    files: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    needs: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    currencies: dict[str, dict[str, str]] = field(default_factory=dict)
    lookups: dict[str, Rows] = field(default_factory=dict)
    tables: dict[str, list[Rows]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    has_each: bool = False  # entries that go for each of several columns: which ones, the files' headers tell
    questions: tuple[str, ...] = ()  # those that nobody has answered, with their places

    def wanted(self, source: str, tables: dict[str, Table]) -> dict[str, bool]:
        """The columns that are read from a file, and whether the mapping cannot do without them."""
        found = dict.fromkeys([*self.types[source], *self.currencies[source].values()], False)
        for rows in [*self.lookups.values(), *(rows for entries in self.tables.values() for rows in entries)]:
            if rows.source != source:
                continue
            needed = [e for e in (rows.where, rows.per) if e and rows.name in self.tables]
            for target in rows.fields.values():
                if rows.name in tables and target.expression and target.default is None:
                    is_asked = f"{target.expression.sql} is not null" in (rows.where.sql if rows.where else "")
                    is_needed = tables[rows.name].column(target.column).not_null and not is_asked
                    needed += [target.expression] if is_needed else []
            for expression in rows.expressions():
                for column in expression.columns:
                    found[column] = found.get(column, False) or (expression in needed and expression.is_plain)
        return found


def sql_type(kind: str) -> str:
    """The DuckDB type of a column that the mapping gives a type; a format is one of a timestamp."""
    if kind in ("number", "cents", "hundredths", "minor"):
        return "double"
    return {"date": "date", "integer": "bigint", "flag": "boolean"}.get(kind, "timestamp")
