"""The scalar SQL expressions that a mapping may hold: parsed by DuckDB and held against a list of what is allowed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import duckdb

from loader.duck import DEEPEST, judge
from loader.mapping.model import Expression
from loader.sql import first

LONGEST = 4_000
PARTS = {  # of a parsed expression; no queries, windows, lambdas, stars, parameters, places
    "COLUMN_REF",
    "CONSTANT",
    "FUNCTION",
    "CAST",
    "CASE",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "BETWEEN",
    "TYPE",
}
# None of these reads or writes a file, a setting, the clock or chance, runs SQL, waits, or makes much out of little.
_OPERATORS = "+ - * / // % ** ^ || ~~ !~~ ~~* !~~* ^@ ->> @> <@ && & | << >> ~"
_SCALAR = """
abs ceil ceiling floor round round_even trunc sign sqrt cbrt exp ln log log2 log10 power pow mod fmod fdiv greatest
least isnan isinf isfinite add subtract multiply divide
lower upper lcase ucase trim ltrim rtrim length len char_length character_length strlen left right substring substr
replace translate reverse lpad rpad concat concat_ws contains starts_with prefix suffix ends_with position strpos
instr ascii chr unicode ord split_part string_split str_split split string_to_array array_to_string strip_accents
nfc_normalize format printf hex md5 sha1 sha256 hash url_decode like_escape not_like_escape ilike_escape
not_ilike_escape regexp_matches regexp_full_match regexp_replace regexp_extract regexp_extract_all
regexp_split_to_array string_split_regex str_split_regex regexp_escape
levenshtein jaro_winkler_similarity jaro_similarity
date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add year month day quarter week
weekofyear yearweek isoyear isodow dayofweek dayofmonth dayofyear weekday hour minute second millisecond microsecond
epoch epoch_ms epoch_us last_day days_in_month monthname dayname make_date make_time make_timestamp strftime
strptime try_strptime to_timestamp timezone time_bucket to_years to_quarters to_months to_weeks to_days to_hours
to_minutes to_seconds to_milliseconds to_microseconds
coalesce if nullif constant_or_null typeof
list_value list_pack list_contains list_has array_contains list_position list_indexof array_position array_length
list_extract list_element array_extract list_slice array_slice list_sort list_reverse_sort list_distinct
list_unique list_concat list_first list_last list_min list_max list_sum list_avg list_count list_any_value
list_has_any list_has_all
json_extract json_extract_string json_extract_path json_extract_path_text json_value json_exists json_valid
json_type json_array_length json_keys json_contains
declared_outcome
"""
_AGGREGATES = """
any_value arbitrary arg_max arg_min argmax argmin max_by min_by array_agg list avg mean bool_and bool_or count
count_if countif count_star first last max min median mode quantile_cont quantile_disc string_agg group_concat
listagg sum stddev stddev_samp stddev_pop variance var_samp var_pop product
"""
OPERATORS, SCALAR, AGGREGATES = (frozenset(names.split()) for names in (_OPERATORS, _SCALAR, _AGGREGATES))


@dataclass
class _Seen:
    """What an expression was found to hold."""

    may_aggregate: bool
    columns: dict[str, None] = field(default_factory=dict)
    looked_up: dict[tuple[str, str], None] = field(default_factory=dict)
    has_aggregate: bool = False

    def look(self, item: Any) -> None:
        """Go through a parsed expression. Raises ValueError at the first part that is not allowed."""
        if isinstance(item, list):
            for part in item:
                self.look(part)
        if not isinstance(item, dict):
            return
        kind = item.get("class")
        if kind is not None and kind not in PARTS:
            raise ValueError(f"only scalar expressions are allowed, not {str(kind).lower()}")
        if kind == "COLUMN_REF":
            self.column(item["column_names"])
        if kind == "FUNCTION":
            self.function(item)
        for value in item.values():
            self.look(value)

    def column(self, path: list[str]) -> None:
        """A column of the file, or one of a lookup."""
        if len(path) > 2:
            raise ValueError(f"no such column: {'.'.join(path)}")
        if len(path) == 2:
            self.looked_up[path[0], path[1]] = None
        else:
            self.columns[path[0]] = None

    def function(self, item: dict[str, Any]) -> None:
        """A function or operator that is on the list."""
        name = item["function_name"].lower()
        if item.get("schema") or item.get("catalog"):
            raise ValueError(f"{name}: a function stands without a schema")
        if name in AGGREGATES and not item.get("is_operator"):
            if not self.may_aggregate:
                raise ValueError(f"{name}: an aggregate stands only in a lookup")
            self.has_aggregate = True
        elif name not in SCALAR and not (item.get("is_operator") and name in OPERATORS):
            raise ValueError(f"{name}: no such scalar function")


@lru_cache(maxsize=10_000)
def parse_expression(text: str, aggregate: bool = False) -> Expression:
    """Parse a scalar SQL expression. Raises ValueError for anything else: queries, windows, functions that read."""
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    try:
        bare, within = _serialized(text, str(Expression(text)))
        part = _parsed(bare)
        # what is judged must be what is run: bare and in brackets, as it is run, it must be the same expression
        if _bare(part) != _bare(_parsed(within)):
            raise ValueError("one expression is wanted")
        seen = _Seen(aggregate)
        seen.look(part)
    except RecursionError as error:
        raise ValueError(f"nested more than {DEEPEST} times") from error
    is_plain = part["class"] == "COLUMN_REF"
    return Expression(text, tuple(seen.columns), tuple(seen.looked_up), is_plain, seen.has_aggregate)


def see_format(text: str) -> None:
    """See that a format of times is one. Raises ValueError."""
    try:
        first(judge(), "select try_strptime('', ?)", [text])
    except duckdb.Error as error:
        raise ValueError(f"{text!r} is no format of times") from error


def _serialized(*texts: str) -> tuple[str, ...]:
    """What DuckDB's parser makes of `select text`, for each text, as JSON."""
    parts = ", ".join("json_serialize_sql('select ' || ?)" for _ in texts)
    try:
        return first(judge(), f"select {parts}", [*texts])
    except (duckdb.Error, UnicodeEncodeError) as error:
        raise ValueError("no SQL expression") from error


def _parsed(serialized: str) -> dict[str, Any]:
    """The only thing that a parsed `select text` selects, as a tree."""
    tree = json.loads(serialized)
    if tree.get("error"):
        raise ValueError(f"no SQL expression ({tree.get('error_message', '')})")
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    extras = ("where_clause", "group_expressions", "having", "qualify", "modifiers", "sample")
    parts = node.get("select_list", [])
    is_alone = len(parts) == 1 and node.get("from_table", {}).get("type") == "EMPTY" and not parts[0].get("alias")
    if not is_alone or any(node.get(key) for key in extras) or node.get("cte_map", {}).get("map"):
        raise ValueError("one expression is wanted")
    return dict(parts[0])


def _bare(item: Any) -> Any:
    """A tree without the places in the text."""
    if isinstance(item, list):
        return [_bare(part) for part in item]
    if isinstance(item, dict):
        return {key: _bare(value) for key, value in item.items() if not key.startswith("query_location")}
    return item
