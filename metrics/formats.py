"""Numbers as people read them: values with their unit, and changes with a direction; the same on cards and in memos."""

from __future__ import annotations

import math
from dataclasses import dataclass

DECIMALS = 1  # of a change, and of a share in per cent
FAR = 300  # per cent, beyond which a change says little and the earlier value says more
SIZES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
POINTS, PERCENT = "pts", "%"
MINUS = "\N{MINUS SIGN}"


def signed(text: str) -> str:
    """A number as Python writes it, with a minus in the place of a hyphen."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


@dataclass(frozen=True)
class Currency:
    """How amounts are marked: by a symbol or code (none where the currency is not known), with how many decimals."""

    symbol: str = ""
    decimals: int = 2

    @property
    def mark(self) -> str:
        """What stands before an amount; letters are kept apart from it."""
        return f"{self.symbol}\N{NO-BREAK SPACE}" if self.symbol[-1:].isalpha() else self.symbol

    @property
    def printf(self) -> str:
        """The format of whole amounts in the columns of tables."""
        return f"{self.mark.replace('%', '%%')}%,.{self.decimals}f"

    def exact(self, value: float) -> str:
        """A whole amount, such as $1,234.50."""
        return _amount(value, self, f"{abs(value):,.{self.decimals}f}")


UNKNOWN = Currency()


def number(value: float | None, kind: str, currency: Currency = UNKNOWN) -> str:
    """A value with its unit: money is shortened, shares are percentages, nothing is shown as a dash.

    `kind` is a metric's format: money, percent, count, ratio, days, hours, months or number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    match kind:
        case "money":
            return money(value, currency)
        case "percent":
            return signed(f"{value * 100:z.{DECIMALS}f} %")
        case "count":
            return signed(f"{value:z,.0f}")
        case "ratio":
            return signed(f"{value:z.1f}×")
        case "days":
            return signed(f"{value:z,.0f} day{'' if round(value) == 1 else 's'}")
        case "hours":
            return signed(f"{value:z,.1f} h")
        case "months":
            return signed(f"{value:z,.1f} mo")
    return signed(f"{value:z,.2f}")


def money(value: float, currency: Currency = UNKNOWN) -> str:
    """An amount with K or M, three digits that matter."""
    size = abs(value)
    for limit, unit in SIZES:
        if size >= limit:
            return _amount(value, currency, f"{size / limit:,.{2 if size < 10 * limit else 1}f}{unit}")
    return _amount(value, currency, f"{size:,.0f}")


def _amount(value: float, currency: Currency, size: str) -> str:
    """An amount of which the size is written already: a minus, the currency, the size; nothing has no sign."""
    is_nothing = not any(digit in size for digit in "123456789")
    return f"{MINUS if value < 0 and not is_nothing else ''}{currency.mark}{size}"


@dataclass(frozen=True)
class Change:
    """A difference as it is shown: `size` is rounded, so that what rounds to nothing is none, everywhere.

    Of shares it is in points, of all else in per cent of the earlier value's size, `before` as it was shown.
    """

    size: float
    unit: str
    before: str = ""

    @property
    def direction(self) -> int:
        """1 up, -1 down, 0 none."""
        return (self.size > 0) - (self.size < 0)

    @property
    def is_far(self) -> bool:
        """Whether per cent say little: both values do."""
        return self.unit == PERCENT and abs(self.size) > FAR

    @property
    def said(self) -> str:
        """The change as it stands beside the later value: its text, or from which value it came so far."""
        return f"from {self.before}" if self.is_far and self.before else self.text

    @property
    def text(self) -> str:
        """Such as +1.2 pts or −0.4 %."""
        return signed(f"{self.size:+.{DECIMALS}f} {self.unit}") if self.direction else f"{0:.{DECIMALS}f} {self.unit}"


def change(now: float, before: float, kind: str, currency: Currency = UNKNOWN) -> Change | None:
    """The change between two values of a metric's format; None where one is unknown, or growth is from nothing.

    Shares that look alike have not changed, nor has what looks like nothing both times.
    """
    if math.isnan(now) or math.isnan(before):
        return None
    shown = number(before, kind, currency)
    looks_the_same = number(now, kind, currency) == shown
    if kind == "percent":
        return Change(0.0 if looks_the_same else round(float(now - before) * 100, DECIMALS), POINTS)
    if not before:
        return None
    if looks_the_same and abs(now) < 1 and shown.lstrip(MINUS) == number(0.0, kind, currency):
        return Change(0.0, PERCENT)
    return Change(round(float((now - before) / abs(before)) * 100, DECIMALS), PERCENT, shown)
