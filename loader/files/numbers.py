"""How numbers may be written."""

from __future__ import annotations

from loader.sql import identifier, literal

GROUP = "[ '\u2019\u2009\u00a0\u202f"  # what may stand between thousands, beside comma or point
_CODE = r"[A-Z]{3}|[A-Z]{0,3}[$€£¥₹]|kr\.?|zł|Kč|Ft|Fr\.?|lei"
AROUND = rf"^({_CODE})\s*|\s*({_CODE}|%)$"
SIGNED = rf"^(-)({_CODE})\s*|\s*({_CODE}|%)$"
POINT, COMMA = "a point before decimals", "a comma before decimals"
GROUPED = "[-+]?[1-9][0-9]{0,2}(\\.[0-9]{3})+"  # 1.200: twelve hundred, or a little more than one


def ways(name: str, base: str, data_type: str, plain: str) -> dict[str, str]:
    """By the name of a notation: the number as SQL; `base` is the trimmed value of the column `name`.

    Amounts are given as text, so that none is rounded to its type.
    """
    is_whole, cast = data_type == "integer", data_type.replace("numeric", "decimal")
    text = identifier(name)
    if not is_whole:
        texts = {plain: text, POINT: digits(base, "."), COMMA: digits(base, ",")}
        return {way: f"case when try_cast({sql} as {cast}) is not null then {sql} end" for way, sql in texts.items()}
    bare = f"case when not regexp_matches({text}, '[._eE].*') then {text} end"
    found = {plain: f"try_cast({bare} as {cast})"}
    for way, mark in ((POINT, "."), (COMMA, ",")):
        found[way] = f"try_cast(regexp_replace({digits(base, mark, is_whole)}, '\\.0*$', '') as {cast})"
    return found


def digits(base: str, mark: str, is_whole: bool = False) -> str:
    """SQL for the digits of a text, with a decimal point; null when it is no number with that mark before decimals."""
    core = f"regexp_replace({base}, {literal(AROUND)}, '', 'gi')"
    core = f"regexp_replace({core}, '([.,])[-\u2013\u2014]+$', '\\100')"  # 1.200,- is 1.200,00
    core = f"regexp_replace(replace({core}, '\u2212', '-'), '^\\((.*)\\)$|^(.*)-$|^- +(.*)$', '-\\1\\2\\3')"
    # ($12.50) and -$12.50: the currency stands behind the sign
    core = f"regexp_replace({core}, {literal(SIGNED)}, '\\1', 'gi')"
    # three digits behind the mark of a whole number are thousands, whichever mark it is
    decimals = "(0{0,2}|0{4,})" if is_whole else "[0-9]*"
    inside = f"{GROUP}{',' if mark == '.' else '.'}]"
    grouped = f"[1-9][0-9]{{0,2}}({inside}[0-9]{{3}})+|[1-9][0-9]?({inside}[0-9]{{2}})+{inside}[0-9]{{3}}"  # 12,34,567
    shape = f"[-+]?({grouped}|[0-9]+)?([{mark}]{decimals})?"
    bare = f"regexp_replace({core}, {literal(inside)}, '', 'g')"
    bare = bare if mark == "." else f"replace({bare}, ',', '.')"
    return f"case when regexp_full_match({core}, {literal(shape)}) then {bare} end"


def may_be_share(name: str) -> str:
    """An SQL condition for percentages between 0 and 1, which may be shares of one."""
    is_low = f"try_cast({name} as double) between 1e-9 and 0.999999999"
    return f"case when {name} like '0.%' or {name} like '.%' then {is_low} else false end"


def may_be_grouped(name: str) -> str:
    """An SQL condition for texts such as 1.200, which a file with decimal commas means as twelve hundred."""
    return f"case when {name} like '%.___' then regexp_full_match({name}, {literal(GROUPED)}) else false end"
