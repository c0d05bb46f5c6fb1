"""company.yml: read, checked, and made a `Profile`. Every mistake is one line with file, line and column."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from company.calendar import CALENDAR_YEAR, fiscal_year_start
from company.currencies import LARGEST_RATE
from company.nodes import List, Map, Node, Text, parse, quoted
from company.profile import Bands, Bound, Calendar, Currency, Pipeline, Profile, Rate, Refresh, Stage, Vocabulary
from company.service import read_service_hours
from company.topics import read_topics
from company.values import (
    NO,
    YEARS,
    YES,
    choice,
    currency_code,
    day,
    entry,
    fields,
    flag,
    name,
    number,
    said,
    share,
    timezone,
    whole,
)
from company.words import read_words
from warehouse.plausibility.bounds import COUNTS, SHARES

ENTRIES = (
    "name",
    "currency",
    "calendar",
    "gross_margin",
    "usage_in_mrr",
    "bands",
    "words",
    "pipelines",
    "service_hours",
    "refresh",
    "ticket_topics",
    "plausibility",
)
_MONTH_NAMES = "january february march april may june july august september october november december"
MONTHS = {
    name: number
    for number, full in enumerate(_MONTH_NAMES.split(), start=1)
    for name in (full, full[:3], str(number), f"{number:02}")
}
FX = {"constant": "constant", "spot": "spot"}
USAGE = {"never": "never", "trailing 3 months": "trailing_3_months"}
OUTCOMES = {"open": "open", "won": "won", "lost": "lost"}
MODES = {"merge": "merge", "replace": "replace", "append": "append"}
CATEGORIES = {"pipeline": "pipeline", "best case": "best_case", "commit": "commit", "omitted": "omitted"}
FISCAL_YEAR = re.compile(r"FY ?([0-9]{4})", re.IGNORECASE)
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def read_profile(path: Path) -> Profile:
    """What company.yml says; `Profile()` without a file. Raises TowerError with place and advice for a mistake."""
    root = parse(path)
    if root is None or (isinstance(root, Text) and root.is_unsaid):
        return Profile()
    entries = fields(root, ENTRIES, "the company")
    calendar = entry(entries, "calendar", _calendar, Calendar())
    vocabularies: tuple[Vocabulary, ...] = entry(entries, "words", read_words, ())
    return Profile(
        name=entry(entries, "name", lambda node: name(node, "name"), None),
        currency=entry(entries, "currency", lambda node: _currency(node, calendar.first_month), Currency()),
        calendar=calendar,
        gross_margin=entry(entries, "gross_margin", _gross_margin, None),
        usage_in_mrr=entry(entries, "usage_in_mrr", lambda node: choice(node, USAGE, "usage_in_mrr"), "never"),
        bands=entry(entries, "bands", _bands, Bands()),
        vocabularies=vocabularies,
        pipelines=entry(entries, "pipelines", _pipelines, ()),
        service_hours=entry(
            entries, "service_hours", lambda node: read_service_hours(node, _priorities(vocabularies)), None
        ),
        refresh=entry(entries, "refresh", _refresh, Refresh()),
        topics=entry(entries, "ticket_topics", read_topics, ()),
        plausibility=entry(entries, "plausibility", _plausibility, ()),
    )


def _priorities(vocabularies: tuple[Vocabulary, ...]) -> list[str]:
    return [word.value for known in vocabularies if known.kind == "ticket_priority" for word in known.words]


def _gross_margin(node: Node) -> Decimal:
    margin = share(node, "gross_margin")
    if not margin:
        raise node.place.mistake("gross_margin must be above 0, such as 0.78")
    return margin


def _bands(node: Node) -> Bands:
    entries = fields(node, ("arr", "key_account_arr", "list_price"), "bands")
    return Bands(
        entry(entries, "arr", lambda amounts: _rising(amounts, "arr", "10000, 50000, 100000"), ()),
        entry(entries, "key_account_arr", lambda amount: _amount(amount, "key_account_arr"), None),
        entry(entries, "list_price", lambda amounts: _rising(amounts, "list_price", "50, 200"), ()),
    )


def _refresh(node: Node) -> Refresh:
    entries, unsaid = fields(node, ("mode", "mapping", "retries", "wait"), "refresh"), Refresh()
    return Refresh(
        entry(entries, "mode", lambda word: choice(word, MODES, "mode"), unsaid.mode),
        entry(entries, "mapping", lambda text: name(text, "mapping"), unsaid.mapping),
        entry(entries, "retries", lambda count: whole(count, "retries", 10), unsaid.retries),
        entry(entries, "wait", lambda seconds: whole(seconds, "wait, in seconds,", 3600), unsaid.wait),
    )


def _rising(node: Node, what: str, example: str) -> tuple[Decimal, ...]:
    """As many amounts as the example has, each above the one before."""
    count = len(example.split(", "))
    if not isinstance(node, List) or len(node.items) != count:
        raise node.place.mistake(f"{what} needs {count} amounts, such as [{example}]")
    amounts = tuple(_amount(item, f"an amount of {what}") for item in node.items)
    for item, before, amount in zip(node.items[1:], amounts, amounts[1:], strict=False):
        if amount <= before:
            raise item.place.mistake(f"{what} must rise: {amount} is not above {before}")
    return amounts


def _amount(node: Node, what: str) -> Decimal:
    amount = number(node, what)
    if not amount:
        raise node.place.mistake(f"{what} must be above 0")
    return amount


def _plausibility(node: Node) -> tuple[Bound, ...]:
    """Shares as 10%, a factor or a count; `no` takes every bound away."""
    entries = fields(node, (*SHARES, *COUNTS), "plausibility")
    return tuple(Bound(check, _bound(value, check)) for check, value in entries.items())


def _bound(node: Node, check: str) -> Decimal | None:
    if isinstance(node, Text) and node.value.casefold() in NO:
        return None
    if check in SHARES:
        return share(node, check)
    most = number(node, check)
    if check == "movements" and most < 1:
        raise node.place.mistake("movements must be 1 or more: how many times what they were")
    return most


def _calendar(node: Node) -> Calendar:
    entries = fields(node, ("timezone", "fiscal_year_starts"), "calendar")
    return Calendar(
        entry(entries, "timezone", timezone, Calendar().timezone),
        entry(entries, "fiscal_year_starts", lambda node: choice(node, MONTHS, "fiscal_year_starts"), CALENDAR_YEAR),
    )


def _currency(node: Node, first_month: int) -> Currency:
    entries = fields(node, ("reporting", "fx", "rates"), "currency")
    reporting = entry(entries, "reporting", lambda code: currency_code(code, "reporting"), None)
    fx = entry(entries, "fx", lambda method: choice(method, FX, "fx"), Currency().fx)
    return Currency(reporting, fx, entry(entries, "rates", lambda rates: _rates(rates, reporting, first_month), ()))


def _rates(node: Node, reporting: str | None, first_month: int) -> tuple[Rate, ...]:
    """Rates as {SEK: 0.088} or {SEK: {FY2026: 0.088, 2026-08: 0.09}}, in the order of currency and day."""
    if reporting is None:
        raise node.place.mistake("rates need `reporting`, the currency that they convert to; add it to currency")
    if not isinstance(node, Map):
        raise node.place.mistake("rates needs entries such as SEK: 0.088")
    found: dict[tuple[str, date | None], Rate] = {}
    for key, value in said(node).items():
        code = currency_code(node.keys[key], "a currency of rates")
        for at, valid_from, amount in _dated(node.keys[key], value, first_month):
            if (code, valid_from) in found:
                raise at.place.mistake(f"a second rate of {code} from the same day; keep one")
            found[code, valid_from] = Rate(code, _rate(amount, code, reporting), valid_from)
    return tuple(sorted(found.values(), key=lambda rate: (rate.currency, rate.valid_from or date.min)))


def _dated(key: Text, node: Node, first_month: int) -> list[tuple[Text, date | None, Node]]:
    """The rates of a currency, each with its key and the day from which it holds."""
    if not isinstance(node, Map):
        return [(key, None, node)]
    return [(node.keys[text], _valid_from(node.keys[text], first_month), rate) for text, rate in said(node).items()]


def _rate(node: Node, code: str, reporting: str) -> Decimal:
    rate = number(node, f"the rate of {code}")
    if not 0 < rate < LARGEST_RATE:
        raise node.place.mistake(f"the rate of {code} must be above 0 and below 10 million")
    if code == reporting and rate != 1:
        raise node.place.mistake(f"{code} is the reporting currency, so that its rate is 1; remove it")
    return rate


def _valid_from(key: Text, first_month: int) -> date:
    """The first day of a rate's validity: of a fiscal year (FY2026), a month (2026-08), or the day itself."""
    year = FISCAL_YEAR.fullmatch(key.value)
    if year and int(year[1]) in YEARS:
        return fiscal_year_start(int(year[1]), first_month)
    text = f"{key.value}-01" if MONTH.fullmatch(key.value) else key.value
    return day(Text(key.place, text), "the day from which a rate holds (or FY2026, or 2026-08)")


def _pipelines(node: Node) -> tuple[Pipeline, ...]:
    if not isinstance(node, Map):
        raise node.place.mistake("pipelines needs entries `pipeline: {stage: …}`")
    return tuple(_pipeline(name(node.keys[key], "a pipeline"), value) for key, value in node.entries.items())


def _pipeline(title: str, node: Node) -> Pipeline:
    """Stages in their order. An entry `renewals: yes` is no stage: it says that the pipeline holds renewals."""
    if not isinstance(node, Map):
        raise node.place.mistake(f"pipeline {quoted(title)} needs its stages, such as Signed: won")
    stages, is_renewal = [], False
    for key, value in node.entries.items():
        if key == "renewals" and isinstance(value, Text) and value.value.casefold() in YES + NO:
            is_renewal = flag(value, key)
        else:
            stages.append(_stage(name(node.keys[key], "a stage"), value))
    if not stages:
        raise node.place.mistake(f"pipeline {quoted(title)} has no stage; add them, or remove it")
    return Pipeline(title, tuple(stages), is_renewal)


def _stage(title: str, node: Node) -> Stage:
    what = f"stage {quoted(title)}"
    if isinstance(node, Text):
        return Stage(title, choice(node, OUTCOMES, what))
    entries = fields(node, ("open", "probability"), what)
    if isinstance(node, Map) and "open" not in node.keys:
        raise node.place.mistake(f"{what} needs `open:` with its forecast category; only open stages have entries")
    category = entry(entries, "open", lambda word: choice(word, CATEGORIES, f"the forecast category of {what}"), None)
    probability = entry(entries, "probability", lambda word: share(word, f"the probability of {what}"), None)
    return Stage(title, "open", category, probability)
