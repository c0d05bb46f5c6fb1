"""How a column is read when its values are not as the contract writes them: decided on all its values, and said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from company.contract import Column
from loader.files import dates, marks, numbers
from loader.files.dates import DAY_FIRST, MONTH_FIRST
from loader.files.marks import Hints
from loader.files.numbers import COMMA, POINT
from loader.files.relation import Notation
from loader.sql import first, identifier, literal, literals, run

EMPTY_TEXT = ("NULL", "\\N", "N/A", "#N/A", "<null>", "(null)")  # `NA` or `None` may be a country or a name
EMPTY_VALUE = (
    *("null", "\\n", "n/a", "#n/a", "<null>", "(null)", "na", "n.a.", "none", "nan", "nil", "-", "--", "–", "—"),
    *("undefined", "0000-00-00", "0000-00-00 00:00:00", ""),
)
TRUE = (
    *("true", "t", "yes", "y", "1", "1.0", "on"),
    *("ja", "wahr", "oui", "vrai", "sí", "si", "sì", "verdadero", "vero", "sim", "verdadeiro", "waar", "tak", "kyllä"),
)
FALSE = (
    *("false", "f", "no", "n", "0", "0.0", "off"),
    *("nein", "falsch", "non", "faux", "falso", "não", "nao", "nee", "onwaar", "nej", "nei", "nie", "ei"),
)
PLAIN = "as it is"
BEGINNING = 5_000  # rows that show how a file is probably written
SOME = 5_000
EARLY = 2  # notations of a column that are tried first: as a rule they fit all of its values


@dataclass(frozen=True)
class _Counts:
    """How many values of a column fit each notation, hold a slash, or are words for nothing."""

    column: Column
    fitting: dict[str, int]
    slashes: int
    empty: int

    @property
    def best(self) -> str:
        """The notation that fits most values; the first of equals."""
        return max(self.fitting, key=self.fitting.__getitem__)

    @property
    def is_day_or_month(self) -> bool:
        return self.best in (DAY_FIRST, MONTH_FIRST)

    @property
    def is_open(self) -> bool:
        """Whether every value can be read with the day or with the month first."""
        return self.is_day_or_month and self.fitting[DAY_FIRST] == self.fitting[MONTH_FIRST]

    def notation(self, way: str, note: str) -> Notation:
        """The values read that way, or what stands there when one does not fit."""
        value = f"cast({ways(self.column)[way]} as varchar)"
        if _kind(self.column) == "timestamp" and way in dates.FORMS:  # a day stays one: it has no midnight of its own
            value = f"case when {_base(self.column)} like '%:%' then {value} else replace({value}, ' 00:00:00', '') end"
        value = f"coalesce({value}, {_base(self.column)})"
        return Notation(value, f"{self.column.name} is read {note}")

    def without_words(self) -> Notation:
        """The values as they stand, and nothing for the words that mean it."""
        note = f"{self.column.name}: {self.empty:,} words such as NULL or N/A are read as empty"
        return Notation(_base(self.column), note)


def odd(column: Column, is_parent: bool, delimiter: str = ",") -> str:
    """An SQL condition for values that would pass but mean something else: offsets, words for nothing, spaces.

    Between semicolons 1.200 is often twelve hundred.
    """
    name = identifier(column.name)
    if column.is_percent:
        grouped = f" or {numbers.may_be_grouped(name)}" if delimiter == ";" else ""
        return numbers.may_be_share(name) + grouped
    if column.data_type.startswith("numeric") and delimiter == ";":
        return numbers.may_be_grouped(name)
    if column.unique and is_parent:
        return f"{name} <> trim({name})"
    if column.data_type == "timestamp":
        return dates.may_mean_another(name)
    if column.data_type.startswith("varchar") and not (column.accepted or column.references or column.unique):
        is_odd = f"{_is_known(column, _base(column))} and {name} not in ({literals(column.known)})"
        return f"{name} in ({literals(EMPTY_TEXT)})" + (f" or ({is_odd})" if column.known else "")
    return ""


def find(
    db: duckdb.DuckDBPyConnection, relation: str, troubled: list[tuple[Column, str]], hints: Hints
) -> dict[str, Notation]:
    """Notations for the columns where another one fits more values than the plain one; by column name.

    `troubled` columns come with a condition for the values that are not plain: when nothing fits some of those, the
    whole column need not be tried. Where every date can be read either way and `hints` do not tell, the separator
    decides. Raises Undecided for numbers that can be read either way.
    """
    troubled = _in_trouble(db, relation, troubled)
    columns = [column for column, condition in troubled if is_promising(db, relation, column, condition)]
    if not columns:
        return {}
    amounts = [column for column in columns if _kind(column) == "numeric"]
    chosen = _find_others(db, relation, [column for column in columns if column not in amounts], hints)
    is_dated = any(_kind(column) in ("date", "timestamp") for column in columns if column.name in chosen)
    if is_dated or hints.delimiter == ";":  # 1.200 need not trouble anybody, and mean another thing
        amounts += [c for c in hints.columns if _kind(c) == "numeric" and c not in amounts]
    chosen |= _find_amounts(db, relation, amounts, hints) if amounts else {}
    percents = {c.name: chosen[c.name].expression if c.name in chosen else "" for c in columns if c.is_percent}
    return chosen | marks.shares(db, relation, percents)


def _in_trouble(
    db: duckdb.DuckDBPyConnection, relation: str, troubled: list[tuple[Column, str]]
) -> list[tuple[Column, str]]:
    """The columns that have values which are not plain, at one look: as a rule there is none."""
    if len(troubled) < 2:
        return troubled
    tests = ", ".join(f"bool_or({condition})" for _, condition in troubled)
    return [pair for pair, is_so in zip(troubled, first(db, f"select {tests} from {relation}"), strict=True) if is_so]


def _find_amounts(
    db: duckdb.DuckDBPyConnection, relation: str, columns: list[Column], hints: Hints
) -> dict[str, Notation]:
    """With a point or a comma before decimals, or as they stand. Raises Undecided."""
    counted = _count(db, relation, columns)
    pairs = {c.name: (ways(c, _beside(c))[POINT], ways(c, _beside(c))[COMMA]) for c in columns}
    told = marks.count(db, _trimmed(relation, columns), pairs)
    others: dict[str, marks.Marks] = {}
    if any(part.both and part.point == part.comma for part in told.values()) and hints.comma is None:
        rest = [c for c in hints.columns if _kind(c) in ("integer", "numeric") and c not in columns]
        others = marks.count(db, relation, {c.name: (_digits(c, "."), _digits(c, ",")) for c in rest})
    decided = marks.has_comma(db, relation, told, told | others, hints)
    chosen: dict[str, Notation] = {}
    for counts in counted:
        name, best = counts.column.name, counts.best
        note = f"with {best} ({counts.fitting[best]:,} values)"
        if counts.fitting[best] != counts.fitting[PLAIN]:
            fits = f"{ways(counts.column)[best]} is not null"
            note += marks.currency_note(db, relation, name, _base(counts.column), fits, hints)
        if name in decided:
            best = COMMA if decided[name].is_comma else POINT
            note = f"with {best}, {decided[name].why}: {', '.join(told[name].examples)} and the like"
        if best == COMMA or counts.fitting[best] != counts.fitting[PLAIN]:
            chosen[name] = counts.notation(best, note)
        elif counts.empty:
            chosen[name] = counts.without_words()
    return chosen


def _find_others(
    db: duckdb.DuckDBPyConnection, relation: str, columns: list[Column], hints: Hints
) -> dict[str, Notation]:
    """Notations of all that are no amounts."""
    chosen: dict[str, Notation] = {}
    decided: bool | None = None
    counted = _count(db, relation, columns) if columns else []
    for counts in counted:
        name, best = counts.column.name, counts.best
        fits = counts.fitting[best]
        if counts.is_open:
            continue
        if counts.is_day_or_month:
            decided = best == DAY_FIRST
            other = counts.fitting[MONTH_FIRST if decided else DAY_FIRST]
            note = f"{best}: {fits:,} values fit, {other:,} would fit the other way round"
            chosen[name] = counts.notation(best, note)
        elif fits != counts.fitting[PLAIN]:
            chosen[name] = counts.notation(best, f"with {best} ({fits:,} values)")
        elif counts.empty:
            chosen[name] = counts.without_words()
    for counts in counted:
        if counts.is_open:
            chosen[counts.column.name] = _as_others_or_asked(counts, decided, hints.day_first)
    return chosen


def _as_others_or_asked(counts: _Counts, decided: bool | None, day_first: bool | None) -> Notation:
    """Days and months that tell nothing: as in the file's other columns, as asked for, or by the separator."""
    if decided is not None:
        is_day, why = decided, "as the file's other dates are"
    elif day_first is not None:
        is_day, why = day_first, "as you said"
    else:
        is_day, why = not counts.slashes, "by its separator alone: DATES=dmy or DATES=mdy decides otherwise"
    way = DAY_FIRST if is_day else MONTH_FIRST
    return counts.notation(way, f"{way}, {why}; all {counts.fitting[counts.best]:,} values fit both known")


def _count(db: duckdb.DuckDBPyConnection, relation: str, columns: list[Column]) -> list[_Counts]:
    """How many values fit each notation; the later ones count only where no early one fits all values."""
    rows, tests = _trimmed(relation, columns), []
    tried = {column.name: ways(column, _beside(column)) for column in columns}
    for column in columns:
        name, base = identifier(column.name), _beside(column)
        tests += [f"count({way})" for way in [*tried[column.name].values()][:EARLY]]
        tests += [f"count({base})", f"count(*) filter (where {base} like '%/%')", f"count({name}) - count({base})"]
    found = iter(first(db, f"select {', '.join(tests)} from {rows}"))
    counts = []
    for column in columns:
        fitting = {way: next(found) for way in [*tried[column.name]][:EARLY]}
        late = dict([*tried[column.name].items()][EARLY:])
        if max(fitting.values()) < next(found) and late:
            fitting |= zip(late, _count_values(db, rows, column, late.values()), strict=True)
        counts.append(_Counts(column, fitting, next(found), next(found)))
    return counts


def _count_values(
    db: duckdb.DuckDBPyConnection, rows: str, column: Column, notations: Iterable[str]
) -> tuple[int, ...]:
    """How many rows fit each notation; a value that stands in many rows is tried once, for days are dear to read."""
    values = f"(select {identifier(column.name)}, {_beside(column)}, count(*) as _rows from {rows} group by 1, 2)"
    tests = ", ".join(f"coalesce(sum(_rows) filter (where {sql} is not null), 0)" for sql in notations)
    return tuple(map(int, first(db, f"select {tests} from {values}")))


def is_promising(db: duckdb.DuckDBPyConnection, relation: str, column: Column, condition: str) -> bool:
    """Whether some notation fits some of a column's values that are not plain."""
    name, base = identifier(column.name), _beside(column)
    some = f"select {name} from {relation} where {condition} limit {SOME}"
    values = [value for (value,) in run(db, f"select distinct * from ({some})").fetchall()]
    if not values:  # as a rule: to plan the many tests takes longer than to look
        return False
    others = list(ways(column, base).values())[1:]
    if column.references or column.unique:  # any text may be a key: only one with spaces around it is another
        others = [f"nullif({others[0]}, {name})"]
    tests = [f"count({name}) - count({base})", *(f"count({way})" for way in others)]
    rows = _trimmed(f"(select unnest(cast(? as varchar[])) as {name})", [column])
    some_tests = [part for part in (tests[:EARLY], tests[EARLY:]) if part]
    return any(any(first(db, f"select {', '.join(part)} from {rows}", [values])) for part in some_tests)


def _trimmed(relation: str, columns: Iterable[Column]) -> str:
    """The rows with the trimmed value of each column `_beside` it, which many tests look at."""
    return f"(select *{''.join(f', {_base(c)} as {_beside(c)}' for c in columns)} from {relation})"


def _beside(column: Column) -> str:
    return identifier(f"{column.name}~trimmed")


def ways(column: Column, trimmed: str = "") -> dict[str, str]:
    """By name: expressions that are null where the value does not fit; the first is the plain one.

    `trimmed` is where the trimmed value stands already.
    """
    base, kind, name = trimmed or _base(column), _kind(column), identifier(column.name)
    if kind in ("timestamp", "date"):
        return dates.ways(column.name, base, kind, PLAIN)
    if kind in ("integer", "numeric"):
        return numbers.ways(column.name, base, column.data_type, PLAIN)
    if kind == "boolean":
        low = f"lower({base})"
        meant = f"case when {low} in ({literals(TRUE)}) then true when {low} in ({literals(FALSE)}) then false end"
        return {PLAIN: f"try_cast({name} as boolean)", "words for true and false": meant}
    if column.accepted:
        return _accepted_ways(column, base)
    if column.known:
        return _known_ways(column, base)
    if column.references or column.unique:
        same = f"case when {base} = {name} then {name} end"
        return {PLAIN: same, "spaces around it removed": base}
    return {PLAIN: name}


def _kind(column: Column) -> str:
    return column.data_type.split("(")[0]


def _digits(column: Column, mark: str) -> str:
    return numbers.digits(_base(column), mark, _kind(column) == "integer")


def _accepted_ways(column: Column, base: str) -> dict[str, str]:
    """The words that the contract accepts, however they are spaced."""
    name = identifier(column.name)
    plain = f"case when {name} in ({literals(column.accepted)}) then {name} end"
    meant = f"case {_spaced(base)} {_cases(column.accepted)} end"
    return {PLAIN: plain, "any case and spacing of the accepted values": meant}


def _known_ways(column: Column, base: str) -> dict[str, str]:
    """The words that the models know, however they are spaced, and any others as they stand."""
    name = identifier(column.name)
    plain = f"case when {name} in ({literals(column.known)}) or not {_is_known(column, base)} then {name} end"
    meant = f"case {_spaced(base)} {_cases(column.known)} else {base} end"
    return {PLAIN: plain, "any case and spacing of the known words": meant}


def _is_known(column: Column, base: str) -> str:
    return f"coalesce({_spaced(base)} in ({literals(map(_without_marks, column.known))}), false)"


def _spaced(base: str) -> str:
    return f"regexp_replace(lower({base}), '[\\s_-]+', ' ', 'g')"


def _cases(words: Iterable[str]) -> str:
    return " ".join(f"when {literal(_without_marks(word))} then {literal(word)}" for word in words)


def _without_marks(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())


def _base(column: Column) -> str:
    """The trimmed value, null for the words that mean nothing."""
    name = identifier(column.name)
    if column.data_type.startswith("varchar") and not column.accepted:
        return f"case when trim({name}) not in ({literals(EMPTY_TEXT)}) then trim({name}) end"
    return f"case when lower(trim({name})) not in ({literals(EMPTY_VALUE)}) then trim({name}) end"
