"""How days and times may be written."""

from __future__ import annotations

from loader.sql import identifier, literal

FIRST = "1900-01-01"  # an earlier day was read out of something else
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f", "%H.%M", "%H.%M.%S")
CLOCKS = ("", *(f" {clock}" for clock in _CLOCKS), "T%H:%M:%S", "T%H:%M")
DAY_FIRST, MONTH_FIRST = "day first", "month first"
FORMS = {  # two digits of a year come first: %Y would take them for the year 26
    "year first": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "month names": (
        *("%d-%b-%y", "%d %b %y", "%d-%b-%Y", "%d %b %Y", "%d. %b %Y", "%b-%d-%Y", "%b %d %Y"),
        *("%d %B %Y", "%d. %B %Y", "%B %d %Y"),
    ),
    DAY_FIRST: ("%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    MONTH_FIRST: ("%m/%d/%y", "%m-%d-%y", "%m.%d.%y", "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"),
}
TIDY = (  # what is taken out of a date, in this order: spaces and commas, the weekday and zone, points in p.m.
    ("[\\s,\u00a0\u202f]+", " "),
    ("(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]* |( utc| gmt| uhr)$", ""),
    ("(?i) ?([ap])\\.? ?m\\.?$", " \\1m"),
)


def ways(name: str, base: str, kind: str, plain: str) -> dict[str, str]:
    """By the name of a notation: the date or timestamp as SQL; `base` is the trimmed value of the column `name`.

    05.01.26 is no day of the year 5, and 01:33 PM not in the morning.
    """
    text = identifier(name)
    lies = f"case when length({text}) <= 19 and right({text}, 1) <= '9' then try_cast({text} as timestamp) end"
    instant = f"cast(try_cast({base} as timestamptz) as timestamp)"
    iso = f"case when regexp_matches({base}, '^[0-9]{{4}}-') then {instant} end"
    found = {plain: _since_first(lies), "the offset to UTC, or an empty word": iso}
    tidy = base
    for pattern, to in TIDY:
        tidy = f"regexp_replace({tidy}, {literal(pattern)}, {literal(to)}, 'g')"
    for family, forms in FORMS.items():
        # one literal: DuckDB plans with it in a third of the time that hundreds of them take
        shapes = f"string_split({literal('|'.join(form + clock for form in forms for clock in CLOCKS))}, '|')"
        found[family] = _since_first(f"coalesce({iso}, try_strptime({tidy}, {shapes}))")
    digits = f"try_cast(case when regexp_full_match({base}, '[0-9]{{9,13}}') then {base} end as bigint)"
    if kind == "date":
        months = "string_split('%Y-%m|%Y/%m|%m/%Y|%m.%Y|%b %Y|%B %Y', '|')"
        found["months, of which the first day counts"] = f"try_strptime({tidy}, {months})"
    days = f"try_cast(case when regexp_full_match({base}, '[3-6][0-9]{{4}}([.][0-9]+)?') then {base} end as double)"
    found["days of a spreadsheet, since 1900"] = (
        f"timestamp '1899-12-30' + to_seconds(cast(round({days} * 86400) as bigint))"
    )
    found["seconds since 1970"] = (
        f"cast(to_timestamp(case when {digits} > 99999999999 then {digits} / 1000 else {digits} end) as timestamp)"
    )
    return {way: f"cast({sql} as date)" for way, sql in found.items()} if kind == "date" else found


def _since_first(value: str) -> str:
    return f"case when {value} >= {literal(FIRST)} then {value} end"


def may_mean_another(name: str) -> str:
    """An SQL condition for texts that pass for a timestamp and mean another: an offset, an afternoon."""
    # only the branches of a case are left out where they are not needed: the pattern is dear
    dear = f"{name} similar to '.{{20,}}|.*[zZmM+].*'"
    return f"case when strlen({name}) in (10, 19) then right({name}, 1) > '9' else {dear} end"
