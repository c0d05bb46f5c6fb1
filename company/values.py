"""Single values of company.yml, read from their texts: choices, numbers, shares, dates, times, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from company.currencies import DECIMALS
from company.nodes import List, Map, Node, Text, nearest, quoted

MAX_LENGTH = 255
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
YEARS = range(1901, 2200)
YES, NO = ("true", "yes"), ("false", "no")
Chosen = TypeVar("Chosen")


def fields(node: Node, known: Sequence[str], where: str) -> dict[str, Node]:
    """The entries of a map that may hold only known ones; those that were left empty are unsaid and not in it."""
    if not isinstance(node, Map):
        raise node.place.mistake(f"{where} needs entries `name: value`, of {', '.join(known)}")
    for name, key in node.keys.items():
        if name not in known:
            raise key.place.mistake(f"{where} has no entry {quoted(name)}; {nearest(name, known)}")
    return said(node)


def said(node: Map) -> dict[str, Node]:
    """The entries of a map that were not left empty."""
    return {name: value for name, value in node.entries.items() if not (isinstance(value, Text) and value.is_unsaid)}


def entry(entries: Mapping[str, Node], key: str, read: Callable[[Node], Chosen], unsaid: Chosen) -> Chosen:
    """What an entry says, or what holds where it was left out."""
    return read(entries[key]) if key in entries else unsaid


def plain(node: Node, what: str) -> str:
    """The text of a scalar."""
    if not isinstance(node, Text):
        raise node.place.mistake(f"{what} must be one value, not a list or map")
    return node.value


def name(node: Node, what: str) -> str:
    """A name as the data have it: not empty, without spaces at its ends, at most 255 characters."""
    text = plain(node, what)
    if not text or text != text.strip():
        raise node.place.mistake(f"{what} is empty or has spaces at its ends; write it as the data have it")
    if len(text) > MAX_LENGTH:
        raise node.place.mistake(f"{what} has {len(text)} characters, more than {MAX_LENGTH}; shorten it")
    return text


def names(node: Node, what: str) -> dict[str, Node]:
    """The names of a list, each of them once, and where they stand."""
    if not isinstance(node, List):
        raise node.place.mistake(f"{what} needs a list, such as [first, second]")
    return unique((name(item, f"a word of {what}"), item) for item in node.items)


def unique(pairs: Iterable[tuple[str, Node]]) -> dict[str, Node]:
    """Names and where they stand. Raises TowerError for one that stands twice."""
    found: dict[str, Node] = {}
    for word, node in pairs:
        if word in found:
            line = found[word].place.line
            raise node.place.mistake(f"{quoted(word)} stands twice, first in line {line}; keep one")
        found[word] = node
    return found


def choice(node: Node, options: Mapping[str, Chosen], what: str) -> Chosen:
    """What a word stands for, in any case, with spaces, hyphens or underscores."""
    text = plain(node, what)
    key = re.sub(r"[ _-]+", " ", text.strip().casefold())
    if key not in options:
        raise node.place.mistake(f"{what} cannot be {quoted(text)}; {nearest(text, options)}")
    return options[key]


def flag(node: Node, what: str) -> bool:
    """True or false."""
    return choice(node, dict.fromkeys(YES, True) | dict.fromkeys(NO, False), what)


def number(node: Node, what: str) -> Decimal:
    """A number without a sign, with a point."""
    text = plain(node, what)
    if not NUMBER.fullmatch(text):
        raise node.place.mistake(f"{what} must be a number such as 0.088, with a point, not {quoted(text)}")
    return Decimal(text)


def whole(node: Node, what: str, most: int) -> int:
    """A whole number from 0."""
    text = plain(node, what)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
        raise node.place.mistake(f"{what} must be a whole number from 0 to {most}, not {quoted(text)}")
    return int(text)


def share(node: Node, what: str) -> Decimal:
    """A share between 0 and 1, written as 0.4 or as 40%."""
    text = plain(node, what)
    digits = text.removesuffix("%").rstrip()
    value = Decimal(digits) / (100 if text.endswith("%") else 1) if NUMBER.fullmatch(digits) else None
    if value is None or value > 1:
        raise node.place.mistake(f"{what} must be a share between 0 and 1 such as 0.4 or 40%, not {quoted(text)}")
    return value


def day(node: Text, what: str) -> date:
    """A date as 2026-12-25."""
    try:
        found = date.fromisoformat(node.value) if len(node.value) == 10 else None
    except ValueError:
        found = None
    if found and found.year in YEARS:
        return found
    raise node.place.mistake(f"{what} must be a date such as 2026-12-25, not {quoted(node.value)}")


def minute(node: Node, what: str) -> int:
    """A time of day such as 08:00 in minutes after midnight; 24:00 is the end of the day."""
    text = plain(node, what)
    found = TIME.fullmatch(text)
    hours, minutes = (int(part) for part in found.groups()) if found else (99, 0)
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise node.place.mistake(f"{what} must be a time from 00:00 to 24:00 such as 08:30, not {quoted(text)}")
    return hours * 60 + minutes


def currency_code(node: Node, what: str) -> str:
    """An ISO 4217 code in capitals; small letters are read too."""
    text = plain(node, what)
    code = text.upper()
    if code not in DECIMALS:
        raise node.place.mistake(f"{what} must be an ISO 4217 code such as EUR, not {quoted(text)}")
    return code


def timezone(node: Node) -> str:
    """The IANA name of a time zone, such as Europe/Stockholm."""
    text = plain(node, "timezone")
    if text not in _timezones():
        near = get_close_matches(text.title(), _timezones(), n=1) or ["Europe/Stockholm or UTC"]
        raise node.place.mistake(f"timezone {quoted(text)} is not known; write a name such as {near[0]}")
    return text


@cache
def _timezones() -> set[str]:
    return available_timezones()
