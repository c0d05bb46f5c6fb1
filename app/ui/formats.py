"""Numbers as people read them, and one colour per meaning."""

from __future__ import annotations

import math
from collections.abc import Iterable

FEW = 10  # what rests on fewer cases is marked, or not drawn
COLOURS = {
    # movements of MRR
    "new": "#0072B2",
    "reactivation": "#56B4E9",
    "expansion": "#009E73",
    "contraction": "#E69F00",
    "churn": "#D55E00",
    # segments
    "SMB": "#E69F00",
    "Mid-Market": "#56B4E9",
    "Enterprise": "#0072B2",
    # severities, risk levels and priorities: the hotter, the worse
    "low": "#56B4E9",
    "normal": "#0072B2",
    "medium": "#E69F00",
    "high": "#D55E00",
    "critical": "#A3195B",
    "urgent": "#A3195B",
    # health tiers
    "healthy": "#009E73",
    "watch": "#E69F00",
    "at_risk": "#D55E00",
    # forecast categories
    "won": "#009E73",
    "commit": "#0072B2",
    "best_case": "#56B4E9",
    "weighted": "#CC79A7",
    "open": "#7F8B99",
    # promises
    "met": "#009E73",
    "breached": "#D55E00",
    "lost": "#D55E00",
    # drawing
    "actual": "#0072B2",
    "target": "#7F8B99",
    "total": "#5B6B7B",
    "few": "#B8C1CB",
    "mark_release": "#7B5EA7",
    "mark_price": "#B8860B",
    "mark_campaign": "#4D9221",
}
ACRONYMS = {"mrr": "MRR", "arr": "ARR", "acv": "ACV", "csat": "CSAT", "sla": "SLA", "nrr": "NRR", "grr": "GRR"}
MONEY, PERCENT = "$~s", ".0%"
TICKS = {"money": MONEY, "percent": PERCENT, "count": ",d", "ratio": ".1f", "days": ",.0f", "hours": ",.1f"}


def words(value: object) -> object:
    """A code such as missing_feature as people write it; anything else as it is."""
    if isinstance(value, str) and value == value.lower() and value.replace("_", "").isalpha():
        return value.replace("_", " ").capitalize()
    return value


def title_of(column: str) -> str:
    """A column's name as people read it: mrr_at_end becomes MRR at end."""
    said = " ".join(ACRONYMS.get(word, word) for word in column.removeprefix("is_").split("_"))
    return said[:1].upper() + said[1:]


def is_money(column: str) -> bool:
    """Whether a column holds dollars, by its name."""
    return bool({"amount", "mrr", "arr", "revenue", "spend", "value", "profit"} & set(column.split("_")))


def number(value: float | None, kind: str) -> str:
    """A value with its unit: money is shortened, shares are percentages, nothing is shown as a dash."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    match kind:
        case "money":
            return money(value)
        case "percent":
            return f"{value * 100:.1f} %"
        case "count":
            return f"{value:,.0f}"
        case "ratio":
            return f"{value:.1f}×"
        case "days":
            return f"{value:,.0f} day{'' if round(value) == 1 else 's'}"
        case "hours":
            return f"{value:,.1f} h"
        case "months":
            return f"{value:,.1f} mo"
    return f"{value:,.2f}"


def money(value: float) -> str:
    """Dollars with K or M, three digits that matter."""
    sign, size = ("−" if value < 0 else ""), abs(value)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= limit:
            return f"{sign}${size / limit:,.2f}{unit}" if size < 10 * limit else f"{sign}${size / limit:,.1f}{unit}"
    return f"{sign}${size:,.0f}"


def change(now: float, before: float, kind: str) -> str | None:
    """The difference as a card shows it: points for shares, per cent for the rest."""
    if math.isnan(now) or math.isnan(before):
        return None
    if kind == "percent":
        return f"{(now - before) * 100:+.1f} pts"
    if before == 0:
        return None
    return f"{(now / before - 1) * 100:+.1f} %"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
