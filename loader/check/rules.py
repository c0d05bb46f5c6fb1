"""The rules of the contract as SQL conditions, true for a row that breaks them."""

from __future__ import annotations

import re
from collections.abc import Collection

from company.contract import Column, Table
from loader.check.values import cast_of, held
from loader.files.dates import FIRST
from loader.files.relation import Rule
from loader.sql import identifier, literal, literals

LAST = "2200-01-01"  # a date beyond is a slip of the pen
READABLE = {
    "timestamp": "a timestamp (2026-10-31 23:59:59)",
    "date": "a date (2026-10-31)",
    "integer": "a whole number",
    "boolean": "true or false",
}


def rules_of(column: Column) -> list[Rule]:
    """What must hold for a column by itself."""
    name, rules = identifier(column.name), []
    kind = column.data_type.split("(")[0]
    if column.maximum is not None:  # said before the type, which may be too small for it as well
        high = f"abs(try_cast({name} as double)) > {column.maximum}"
        rules.append(Rule(column.name, "maximum", high, f"beyond {column.maximum:,}"))
    if kind == "varchar":
        length = int(column.data_type.split("(")[1].rstrip(")"))
        rules.append(Rule(column.name, "type", f"length({name}) > {length}", f"longer than {length} characters"))
    else:
        text = READABLE.get(kind, f"a number that fits {column.data_type}")
        holds = held(column)
        if kind in ("timestamp", "date"):
            broken = f"({holds} between {literal(FIRST)} and {literal(LAST)}) is not true"
            text += " between 1900 and 2200"
        else:
            broken = f"{holds} is null"
        if kind == "integer":  # 5.6 is none, though it could be rounded to one
            broken = f"case when cast({holds} as varchar) = {name} then false "
            broken += f"else {holds} is null or {name} similar to '.*[._eE].*' end"
        rules.append(Rule(column.name, "type", f"{name} is not null and ({broken})", f"not {text}"))
    if kind == "numeric":
        places = int(column.data_type.rstrip(")").split(",")[1])
        message = f"more than {places} decimals: not a number that fits {column.data_type}"
        rules.append(Rule(column.name, "decimals", _has_more_decimals(name, places), message))
    if column.not_null:
        rules.append(Rule(column.name, "not_null", f"{name} is null", "empty, but a value is required"))
    if column.accepted:
        message = "; ".join(filter(None, [f"not one of {', '.join(column.accepted)}", column.otherwise]))
        rules.append(Rule(column.name, "accepted_values", f"{name} not in ({literals(column.accepted)})", message))
    if column.minimum is not None:
        low = f"try_cast({name} as double) < {column.minimum}"
        rules.append(Rule(column.name, "minimum", low, f"below {column.minimum}"))
    return rules


def rules_of_row(table: Table, present: Collection[str]) -> list[Rule]:
    """What must hold for the columns of a row together; one that the file lacks is empty."""
    known = {column.name: _known(column) if column.name in present else "null" for column in table.columns}
    names = re.compile(rf"\b({'|'.join(known)})\b")
    return [
        Rule(
            rule.column,
            rule.rule,
            names.sub(lambda found: known[found[0]], rule.when),
            rule.message,
            identifier(rule.column) if rule.column in present else "null",
        )
        for rule in table.rules
    ]


def _known(column: Column) -> str:
    return held(column) if cast_of(column) else identifier(column.name)


def _has_more_decimals(name: str, places: int) -> str:
    """An SQL condition for numbers that would be rounded; only a long one is looked at closely.

    19.900000000000002 is how a binary number was printed, and 19.90.
    """
    exact = f"try_cast({name} as double)"
    exact = f"abs({exact} - cast(try_cast({name} as decimal(38, {places})) as double)) > 1e-14 * abs({exact})"
    is_long = f"strpos({name}, '.') between 1 and strlen({name}) - {places + 1} or {name} similar to '.*[eE].*'"
    return f"case when {is_long} then {exact} else false end"
