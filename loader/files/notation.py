"""How a column is read when its values are not as the contract writes them: decided on all its values, and said."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from company.contract import Column
from loader.sql import first, identifier, literal, literals

EMPTY_TEXT = ("NULL", "\\N", "N/A", "#N/A", "<null>", "(null)")  # `NA` or `None` may be a country or a name
EMPTY_VALUE = ("null", "\\n", "n/a", "#n/a", "<null>", "(null)", "na", "none", "nan", "nil", "-", "--", "undefined", "")
TRUE, FALSE = ("true", "t", "yes", "y", "1", "1.0", "on"), ("false", "f", "no", "n", "0", "0.0", "off")
CURRENCY = r"(USD|EUR|GBP|CHF|US\$|\$|€|£)"
GROUP = "[ '\u00a0\u202f"  # what may stand between thousands, beside comma or point
BEGINNING = 5_000  # rows that show how a file is probably written
SOME = 5_000
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f")
DATES = {
    "year first": ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "month names": ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%y"),
    "day first": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y"),
    "month first": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y"),
}


@dataclass(frozen=True)
class Reading:
    """An SQL expression that turns a column's text into the contract's, and a sentence about it."""

    expression: str
    note: str


def odd(column: Column, is_parent: bool) -> str:
    """An SQL condition for values that would pass but mean something else: offsets, words for nothing, spaces."""
    name = identifier(column.name)
    if column.unique and is_parent:
        return f"{name} <> trim({name})"
    if column.data_type == "timestamp":
        # only the branches of a case are left out where they are not needed: the pattern is dear
        return f"case when strlen({name}) in (10, 19) then false else {name} similar to '.{{20,}}|.*[zZ+].*' end"
    if column.data_type.startswith("varchar") and not (column.accepted or column.references or column.unique):
        return f"{name} in ({literals(EMPTY_TEXT)})"
    return ""


def find(
    db: duckdb.DuckDBPyConnection, relation: str, troubled: list[tuple[Column, str]], day_first: bool | None
) -> dict[str, Reading]:
    """Readings for the columns where another reading fits more values than the plain one; by column name.

    `troubled` columns come with a condition for the values that are not plain: when nothing fits some of those, the
    whole column need not be tried. `day_first` decides where every value can be read either way; None leaves it to the
    separator.
    """
    chosen: dict[str, Reading] = {}
    decided: bool | None = None
    columns = [column for column, condition in troubled if is_promising(db, relation, column, condition)]
    if not columns:
        return {}
    known = {column.name: ways(column) for column in columns}
    tests = [f"count({way})" for column in columns for way in known[column.name].values()]
    tests += [f"count(*) filter (where {_base(column)} like '%/%')" for column in columns]
    tests += [f"count({identifier(column.name)}) - count({_base(column)})" for column in columns]
    found = list(first(db, f"select {', '.join(tests)} from {relation}"))
    empty = dict(zip(known, found[-len(columns) :], strict=True))
    slashes = dict(zip(known, found[-2 * len(columns) : -len(columns)], strict=True))
    open_cases: list[tuple[Column, int]] = []
    for column in columns:
        counts = {way: int(found.pop(0)) for way in known[column.name]}
        best = max(counts, key=counts.__getitem__)  # the first of equals
        if best in ("day first", "month first") and counts["day first"] == counts["month first"]:
            open_cases.append((column, counts[best]))
            continue
        if best in ("day first", "month first"):
            decided = best == "day first"
            other = counts["month first" if decided else "day first"]
            note = f"{column.name} is read {best}: {counts[best]:,} values fit, {other:,} would fit the other way round"
        elif counts[best] == counts["as it is"]:
            if empty[column.name]:
                note = f"{column.name}: {empty[column.name]:,} words such as NULL or N/A are read as empty"
                chosen[column.name] = Reading(_base(column), note)
            continue
        else:
            note = f"{column.name} is read with {best} ({counts[best]:,} values)"
        chosen[column.name] = Reading(_result(column, known[column.name][best]), note)
    for column, fitting in open_cases:
        is_first = next((way for way in (decided, day_first) if way is not None), None)
        why = "as the file's other dates are" if decided is not None else "as you said"
        if is_first is None:
            is_first = not slashes[column.name]
            why = "by its separator alone: DATES=dmy or DATES=mdy decides otherwise"
        best = "day first" if is_first else "month first"
        note = f"{column.name} is read {best}, {why}; all {fitting:,} values fit both known"
        chosen[column.name] = Reading(_result(column, known[column.name][best]), note)
    return chosen


def is_promising(db: duckdb.DuckDBPyConnection, relation: str, column: Column, condition: str) -> bool:
    """Whether some reading fits some of a column's values that are not plain."""
    others = list(ways(column).values())[1:]
    if column.references or column.unique:  # any text may be a key: only one with spaces around it is another
        others = [f"nullif({others[0]}, {identifier(column.name)})"]
    tests = ", ".join(
        [f"count({identifier(column.name)}) - count({_base(column)})", *(f"count({way})" for way in others)]
    )
    some = f"select {identifier(column.name)} from {relation} where {condition} limit {SOME}"
    return any(first(db, f"select {tests} from (select distinct * from ({some}))"))


def _base(column: Column) -> str:
    """The trimmed value, null for the words that mean nothing."""
    name = identifier(column.name)
    if column.data_type.startswith("varchar") and not column.accepted:
        return f"case when trim({name}) not in ({literals(EMPTY_TEXT)}) then trim({name}) end"
    return f"case when lower(trim({name})) not in ({literals(EMPTY_VALUE)}) then trim({name}) end"


def _result(column: Column, way: str) -> str:
    """The value read that way, or what stands there when it does not fit."""
    return f"coalesce(cast({way} as varchar), {_base(column)})"


def ways(column: Column) -> dict[str, str]:
    """By name: expressions that are null where the value does not fit; the first is the plain one."""
    base, kind, name = _base(column), column.data_type.split("(")[0], identifier(column.name)
    if kind in ("timestamp", "date"):
        plain = f"case when length({name}) <= 19 then try_cast({name} as timestamp) end"
        iso = f"cast(try_cast({base} as timestamptz) as timestamp)"
        found = {"as it is": plain, "the offset to UTC, or an empty word": iso}
        for family, forms in DATES.items():
            shapes = literals(form + clock for form in forms for clock in CLOCKS)
            found[family] = f"coalesce({iso}, try_strptime({base}, [{shapes}]))"
        digits = f"try_cast(case when regexp_full_match({base}, '[0-9]{{9,13}}') then {base} end as bigint)"
        found["seconds since 1970"] = (
            f"cast(to_timestamp(case when {digits} > 99999999999 then {digits} / 1000 else {digits} end) as timestamp)"
        )
        return {way: f"cast({text} as date)" for way, text in found.items()} if kind == "date" else found
    if kind in ("integer", "numeric"):
        cast = column.data_type.replace("numeric", "decimal")
        around = literal(rf"^{CURRENCY}\s*|\s*({CURRENCY}|%)$")
        core = f"regexp_replace({base}, {around}, '', 'gi')"
        core = f"regexp_replace({core}, '^\\((.*)\\)$', '-\\1')"
        whole = "regexp_replace({}, '\\.0*$', '')" if kind == "integer" else "{}"
        # three digits behind the mark of a whole number are thousands, whichever mark it is
        digits = "(0{0,2}|0{4,})" if kind == "integer" else "[0-9]*"
        english = _number(core, ",", rf"\.{digits}")
        other = f"replace({_number(core, '.', ',' + digits)}, ',', '.')"
        plain = f"case when not regexp_matches({name}, '[._eE].*') then {name} end" if kind == "integer" else name
        return {
            "as it is": f"try_cast({plain} as {cast})",
            "a point before decimals": f"try_cast({whole.format(english)} as {cast})",
            "a comma before decimals": f"try_cast({whole.format(other)} as {cast})",
        }
    if kind == "boolean":
        low = f"lower({base})"
        meant = f"case when {low} in ({literals(TRUE)}) then true when {low} in ({literals(FALSE)}) then false end"
        return {"as it is": f"try_cast({name} as boolean)", "words for true and false": meant}
    if column.accepted:
        low = f"regexp_replace(lower({base}), '[\\s_-]+', ' ', 'g')"
        cases = " ".join(
            f"when {literal(' '.join(value.lower().replace('_', ' ').replace('-', ' ').split()))} then {literal(value)}"
            for value in column.accepted
        )
        plain = f"case when {name} in ({literals(column.accepted)}) then {name} end"
        return {"as it is": plain, "any case and spacing of the accepted values": f"case {low} {cases} end"}
    if column.references or column.unique:
        same = f"case when {base} = {name} then {name} end"
        return {"as it is": same, "spaces around it removed": base}
    return {"as it is": name}


def _number(core: str, thousands: str, decimals: str) -> str:
    """The digits of a number whose thousands may be grouped; null when it is no such number."""
    inside = GROUP + thousands + "]"
    shape = f"[-+]?([0-9]{{1,3}}({inside}[0-9]{{3}})+|[0-9]+)?({decimals})?"
    bare = f"regexp_replace({core}, {literal(inside)}, '', 'g')"
    return f"case when regexp_full_match({core}, {literal(shape)}) then {bare} end"
