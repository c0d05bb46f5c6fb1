"""How days and times may be written."""

from __future__ import annotations

from loader.sql import identifier, literals

CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f")
DAY_FIRST, MONTH_FIRST = "day first", "month first"
FORMS = {
    "year first": ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "month names": ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%y"),
    DAY_FIRST: ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y"),
    MONTH_FIRST: ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y"),
}


def ways(name: str, base: str, kind: str, plain: str) -> dict[str, str]:
    """By the name of a notation: the date or timestamp as SQL; `base` is the trimmed value of the column `name`."""
    text = identifier(name)
    iso = f"cast(try_cast({base} as timestamptz) as timestamp)"
    found = {
        plain: f"case when length({text}) <= 19 then try_cast({text} as timestamp) end",
        "the offset to UTC, or an empty word": iso,
    }
    for family, forms in FORMS.items():
        shapes = literals(form + clock for form in forms for clock in CLOCKS)
        found[family] = f"coalesce({iso}, try_strptime({base}, [{shapes}]))"
    digits = f"try_cast(case when regexp_full_match({base}, '[0-9]{{9,13}}') then {base} end as bigint)"
    found["seconds since 1970"] = (
        f"cast(to_timestamp(case when {digits} > 99999999999 then {digits} / 1000 else {digits} end) as timestamp)"
    )
    return {way: f"cast({sql} as date)" for way, sql in found.items()} if kind == "date" else found
