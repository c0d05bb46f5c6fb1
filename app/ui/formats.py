"""Words as people read them, and how axes and columns write numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

FEW = 10  # what rests on fewer cases is marked, or not drawn
ACRONYMS = {"mrr": "MRR", "arr": "ARR", "acv": "ACV", "csat": "CSAT", "sla": "SLA", "nrr": "NRR", "grr": "GRR"}
MONEY, PERCENT = "$~s", ".0%"
TICKS = {"money": MONEY, "percent": PERCENT, "count": ",d", "ratio": ".1f", "days": ",.0f", "hours": ",.1f"}


MARKUP = re.compile(r"([\\`*_\[\]<>#~$|]|:(?=\S)|&(?=#|\w+;)|^[-+](?=\s)|(?<=^\d)[.)])")
PARTED = re.compile(r"(?i)\b(?:https?|www|mailto|ftp)(?=[:.])|(?<=\S)(?=@\S)|:(?=[\w+/-]+:)")
JOINER = "\u2060"  # has no width; an address or the name of a picture that it parts stays text


def plain(text: object) -> str:
    """Text from the data for a place that reads Markdown: shown as it stands, whatever it holds."""
    return MARKUP.sub(r"\\\1", PARTED.sub(lambda found: found[0] + JOINER, " ".join(str(text).split())))


def words(value: object) -> object:
    """A code such as missing_feature, or words like it, as people write them; anything else as it is."""
    if isinstance(value, str) and value == value.lower() and value.replace("_", "").replace(" ", "").isalpha():
        return value.replace("_", " ").capitalize()
    return value


def title_of(column: str) -> str:
    """A column's name as people read it: mrr_at_end becomes MRR at end."""
    said = " ".join(ACRONYMS.get(word, word) for word in column.removeprefix("is_").split("_"))
    return said[:1].upper() + said[1:]


def is_money(column: str) -> bool:
    """Whether a column holds amounts of money, by its name."""
    return bool({"amount", "mrr", "arr", "revenue", "spend", "value", "profit"} & set(column.split("_")))


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
