"""The line of a file that names its columns: found below titles, and its names in whatever style they are written."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from company.currencies import DECIMALS

LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})  # not decomposed
MOST_TITLES = 40  # lines above the header
# what pipelines and ad systems put before the name that people know, and the currency behind it
PREFIXES = ("properties_hs_", "property_hs_", "hs_", "properties_", "property_", "segments_", "metrics_")
CURRENCY = re.compile(rf"(?:_in)?_({'|'.join(code.lower() for code in DECIMALS)})$")
TOTAL = re.compile(
    r"(grand |sub[- ]?)?(totals?|sum|summe|(ins)?gesamt(summe|ergebnis)?|totale|totaal|totalt|somme|suma|razem|celkem)"
    r"(\s*:.*|\s+(of|for|g[eé]n[eé]ral)\b.*)?",
    re.I,
)
COUNTED = re.compile(r"[^A-Za-z]*[0-9][^A-Za-z]*|[A-Z]{3}")
NOTHING = {"", "-", "--", "—", "–"}


@lru_cache(maxsize=100_000)
def clean_name(name: str) -> str:
    """A header's name as the contract would write it: `Account ID` is account_id, `Région` is region."""
    text = unicodedata.normalize("NFKD", name.strip().casefold().translate(LETTERS))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def bare_name(name: str) -> str:
    """The name without what styles differ in: CreatedDate, created_date, Created Date are all createddate."""
    return clean_name(name).replace("_", "")


def currency_of(name: str) -> str:
    """The currency that a header names: `Amount spent (EUR)` is in EUR; empty for most."""
    found = CURRENCY.search(clean_name(name))
    return found[1].upper() if found else ""


def places(header: Iterable[str], wanted: Iterable[str], names: Mapping[str, str]) -> dict[str, int]:
    """The wanted columns with their places in a header; of equals the first counts.

    They are known by their own names, by other spellings (`names`: other to own), in any style, and without what
    pipelines and ad systems put around a name (property_amount, Cost (USD)): the nearer name wins.
    """
    own = list(wanted)
    exact, bare = {name: name for name in own}, {bare_name(name): name for name in reversed(own)}
    others = {bare_name(other): name for other, name in names.items()}
    cleaned = [clean_name(name) for name in header]
    bared, short = [bare_name(name) for name in cleaned], [bare_name(shortened(name)) for name in cleaned]
    found: dict[str, int] = {}
    for texts, known in ((cleaned, exact), (bared, bare), (bared, others), (short, bare), (short, others)):
        first = {text: place for place, text in reversed(list(enumerate(texts))) if place not in found.values()}
        for text, name in known.items():  # of other spellings the one that is named first
            if name not in found and text in first:
                found[name] = first.pop(text)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def shortened(name: str) -> str:
    """A clean name without what pipelines and ad systems put around it: property_amount, cost_usd."""
    prefix = next((prefix for prefix in PREFIXES if name.startswith(prefix)), "")
    return CURRENCY.sub("", name.removeprefix(prefix))


def split(line: str, delimiter: str) -> list[str]:
    """A line's fields; none when it is no such line."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


@dataclass(frozen=True)
class Header:
    """Where the header stands (lines count from 1), what it says, and the titles above it."""

    line: int = 1
    text: str = ""
    delimiter: str = ","
    titles: tuple[str, ...] = ()


def find_header(lines: list[str], wanted: Iterable[str], names: Mapping[str, str], delimiters: str) -> Header:
    """The first line, unless a later one near the top names columns that are wanted and the first hardly any.

    Where no line does, the first that has as many fields as most lines. Of delimiters the one that knows most columns.
    """
    wanted = tuple(wanted)
    full = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not full:
        return Header()

    def known(line: str) -> tuple[int, str]:
        best = max(delimiters, key=lambda mark: len(places(split(line, mark), wanted, names)))
        return len(places(split(line, best), wanted, names)), best

    count, delimiter = known(full[0][1])
    number, text = full[0]
    if count < 2 and len(delimiters) > 1:
        for later, line in full[1:MOST_TITLES]:
            there, mark = known(line)
            if there > max(count, 1):
                count, delimiter, number, text = there, mark, later, line
        if count == 0:
            number, text, delimiter = _widest(full, delimiters)
    titles = tuple(line.strip() for above, line in full if above < number)
    return Header(number, text, delimiter, titles)


def _widest(full: list[tuple[int, str]], delimiters: str) -> tuple[int, str, str]:
    """The first line with as many fields as most have, by the delimiter that makes most fields of them."""
    best = (full[0][0], full[0][1], delimiters[0])
    most = 1
    for mark in delimiters:
        widths = [len(split(line, mark)) for _, line in full[: 2 * MOST_TITLES]]
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        if usual > most and widths.count(usual) > len(widths) / 2:
            place = widths.index(usual)
            best, most = (full[place][0], full[place][1], mark), usual
    return best


def is_footer(fields: list[str], width: int) -> bool:
    """Whether a line of a file of so many columns is a sentence: © 2026 Example. All rights reserved."""
    return len(fields) == 1 < width - 1 and len(fields[0].split()) > 2


def is_total(fields: list[str]) -> bool:
    """Whether a row sums up those above it: it begins with a word for it, and the rest are numbers."""
    full = (text for field in fields if (text := field.strip()) not in NOTHING)
    return bool(TOTAL.fullmatch(next(full, ""))) and all(map(COUNTED.fullmatch, full))
