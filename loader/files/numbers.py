"""How numbers may be written."""

from __future__ import annotations

from loader.sql import identifier, literal

CURRENCY = r"(USD|EUR|GBP|CHF|US\$|\$|€|£)"
GROUP = "[ '\u00a0\u202f"  # what may stand between thousands, beside comma or point


def ways(name: str, base: str, data_type: str, plain: str) -> dict[str, str]:
    """By the name of a notation: the number as SQL; `base` is the trimmed value of the column `name`."""
    is_whole, cast = data_type == "integer", data_type.replace("numeric", "decimal")
    around = literal(rf"^{CURRENCY}\s*|\s*({CURRENCY}|%)$")
    core = f"regexp_replace({base}, {around}, '', 'gi')"
    core = f"regexp_replace({core}, '^\\((.*)\\)$', '-\\1')"
    whole = "regexp_replace({}, '\\.0*$', '')" if is_whole else "{}"
    # three digits behind the mark of a whole number are thousands, whichever mark it is
    digits = "(0{0,2}|0{4,})" if is_whole else "[0-9]*"
    english = _digits(core, ",", rf"\.{digits}")
    other = f"replace({_digits(core, '.', ',' + digits)}, ',', '.')"
    text = identifier(name)
    bare = f"case when not regexp_matches({text}, '[._eE].*') then {text} end" if is_whole else text
    return {
        plain: f"try_cast({bare} as {cast})",
        "a point before decimals": f"try_cast({whole.format(english)} as {cast})",
        "a comma before decimals": f"try_cast({whole.format(other)} as {cast})",
    }


def _digits(core: str, thousands: str, decimals: str) -> str:
    """The digits of a number whose thousands may be grouped; null when it is no such number."""
    inside = GROUP + thousands + "]"
    shape = f"[-+]?([0-9]{{1,3}}({inside}[0-9]{{3}})+|[0-9]+)?({decimals})?"
    bare = f"regexp_replace({core}, {literal(inside)}, '', 'g')"
    return f"case when regexp_full_match({core}, {literal(shape)}) then {bare} end"
