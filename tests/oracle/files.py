"""The company's CSV files as the oracle reads them: on its clock, in its currency, and in the slices of filters."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import yaml

from company.profile import Profile
from company.reading import read_profile

T = TypeVar("T")
DIMENSIONS = ["segment", "region", "acquisition_channel"]
DAYS = {"spend_date", "target_month", "expected_close_date", "invoice_date", "due_date", "period_start", "period_end"}
MONEY = {  # amounts that a row's currency is of
    "crm/deals": ["amount"],
    "billing/invoices": ["amount", "tax"],
    "billing/payments": ["amount"],
    "billing/orders": ["tax", "discount"],
    "billing/usage_charges": ["amount"],
    "marketing/spend": ["amount"],
}


def kept(method: Callable[..., T]) -> Callable[..., T]:
    """A method that works out each of its answers once: its object keeps them, and nobody changes them."""
    name = f"_answers_of_{method.__name__}"

    @wraps(method)
    def answer(self: object, *asked: object) -> T:
        answers: dict[tuple[object, ...], T] = vars(self).setdefault(name, {})
        if asked not in answers:
            answers[asked] = method(self, *asked)
        return answers[asked]

    return answer


@dataclass(frozen=True)
class Slice:
    """A filter on one dimension, or none."""

    dimension: str | None = None
    value: str | None = None

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that pass."""
        return frame if self.dimension is None else frame[frame[self.dimension] == self.value]

    def only(self, *dimensions: str) -> Slice:
        """This filter where the data know its dimension, otherwise none."""
        return self if self.dimension in dimensions else Slice()

    @property
    def filters(self) -> dict[str, list[str]]:
        """The same filter as `metrics.query` takes it."""
        return {self.dimension: [str(self.value)]} if self.dimension else {}

    def __str__(self) -> str:
        return f"{self.dimension}={self.value}" if self.dimension else "everything"


class Files:
    """The raw files up to the as-of instant, in local time and the reporting currency; months are their first days."""

    def __init__(self, folder: Path, as_of: date | None = None) -> None:
        self.folder = folder
        moments = {
            "product/events": "occurred_at",
            "support/tickets": "created_at",
            "marketing/spend": "spend_date",
            "billing/subscription_changes": "effective_at",
            "crm/deal_stage_history": "entered_at",
        }
        seen = {name: self.read(name, [column])[column] for name, column in moments.items()}
        last = pd.Timestamp(as_of) if as_of else pd.Series([times.max() for times in seen.values()]).max().normalize()
        self.now = last + pd.Timedelta(days=1)
        openers = ("product/events", "support/tickets", "marketing/spend")
        opened = [seen[name] for name in openers]
        # billing knows what it earned from its first invoice or its first customer lost
        known = {"billing/invoices": "invoice_date", "billing/subscriptions": "ended_at"}
        opened += [self.read(name, [column])[column] for name, column in known.items()]
        self.begin = pd.Series([times.min() for times in opened]).min().normalize()
        self.first_day = self.begin
        started = self.read("billing/subscriptions", ["started_at"])["started_at"]
        if self.begin.day > 1 and (started < self.begin).any():  # of what moved in its first days nobody knows
            self.begin = self.begin + pd.offsets.MonthBegin()
        self.months = list(pd.date_range(self.begin.replace(day=1), last, freq="MS"))

    def read(self, name: str, times: list[str], text: tuple[str, ...] = ()) -> pd.DataFrame:
        """One file with times on the company's clock, amounts in its currency, and `text` as it is written."""
        rows = self.raw(name, times, text)
        rows = rows.assign(**{time: self.local(rows[time]) for time in times if time not in DAYS})
        return rows.assign(**self._worth(rows, MONEY[name])) if "currency" in rows and name in MONEY else rows

    def raw(self, name: str, times: list[str], text: tuple[str, ...] = ()) -> pd.DataFrame:
        """One file as it is, with its instants in UTC."""
        path = self.folder / f"{name}.csv"
        rows = pd.read_csv(path, parse_dates=times, dtype=dict.fromkeys(text, str), keep_default_na=True)
        return rows.assign(**{name: pd.to_datetime(rows[name]) for name in times}) if rows.empty else rows

    def local(self, times: pd.Series) -> pd.Series:
        """What the company's clock shows at instants of UTC."""
        return times.dt.tz_localize("UTC").dt.tz_convert(self.zone).dt.tz_localize(None)

    def utc(self, time: pd.Timestamp) -> pd.Timestamp:
        """The instant of UTC at which the company's clock shows a time."""
        return time.tz_localize(self.zone).tz_convert("UTC").tz_localize(None)

    def worth(self, amounts: Iterable[float], currencies: Iterable[str]) -> list[float]:
        """Amounts in the reporting currency, each to the cent."""
        pairs = zip(amounts, currencies, strict=True)
        exact = [Decimal(f"{amount:.6f}") * self.rates[currency] for amount, currency in pairs]
        return [float(amount.quantize(Decimal("0.01"), ROUND_HALF_UP)) for amount in exact]

    def _worth(self, rows: pd.DataFrame, columns: list[str]) -> dict[str, list[float]]:
        found = {column: self.worth(rows[column], rows["currency"]) for column in columns}
        if columns == ["amount", "tax"]:  # an invoice is paid as a whole: its tax is what lies above the amount
            whole = self.worth(rows["amount"] + rows["tax"], rows["currency"])
            found["tax"] = [round(a - b, 2) for a, b in zip(whole, found["amount"], strict=True)]
        return found

    @cached_property
    def said(self) -> dict[str, Any]:
        """What company.yml says, as it stands there."""
        path = self.folder / "company.yml"
        return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else {}

    @property
    def zone(self) -> str:
        """Where the company's clock hangs."""
        return str(self.said.get("calendar", {}).get("timezone", "UTC"))

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        """What one unit of each currency is worth in the reporting one."""
        currency = self.said.get("currency", {})
        rates = {code: Decimal(str(rate)) for code, rate in currency.get("rates", {}).items()}
        return {str(currency.get("reporting")): Decimal(1)} | rates

    def words(self, kind: str, *names: str) -> list[str]:
        """The company's words of a kind, in its order."""
        said = self.said.get("words", {}).get(kind, {})
        return [str(word) for name in names or ("values",) for word in said.get(name, [])]

    @property
    def year_begins(self) -> int:
        """The month in which the company's year begins."""
        said = str(self.said.get("calendar", {}).get("fiscal_year_starts", "january"))
        return list(calendar.month_name).index(said.capitalize())

    def quarter_of(self, day: pd.Timestamp) -> pd.Timestamp:
        """First day of the company's quarter that holds a day."""
        return day.normalize().replace(day=1) - pd.DateOffset(months=(day.month - self.year_begins) % 3)

    @property
    def gross_margin(self) -> float:
        """The share of revenue that is left after its cost; four fifths where nobody says."""
        return float(str(self.said.get("gross_margin", "80%")).rstrip("%")) / 100

    @property
    def activation(self) -> str:
        """The event by which a user has reached the product's value."""
        return (self.words("activation_events") or ["activation"])[0]

    @property
    def technical(self) -> list[str]:
        """The ticket categories about what does not work; all of them where none is called so."""
        known = self.words("ticket_categories")
        return ["technical"] if "technical" in known else known

    @cached_property
    def profile(self) -> Profile:
        """What the company says of itself."""
        path = self.folder / "company.yml"
        return read_profile(path) if path.exists() else Profile()

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts by id."""
        return self.read("crm/accounts", ["created_at"]).set_index("account_id")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Usage events known on the as-of date."""
        rows = self.read("product/events", ["occurred_at"])
        return rows[rows["occurred_at"] < self.now]

    def with_account(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the filter columns of the row's account."""
        return frame.join(self.accounts[DIMENSIONS], on="account_id")

    def slices(self) -> list[Slice]:
        """No filter, and every value of every dimension."""
        return [Slice()] + [Slice(d, v) for d in DIMENSIONS for v in sorted(self.accounts[d].unique())]

    def end_of(self, month: pd.Timestamp) -> pd.Timestamp:
        """The instant after the month's last one, at most the as-of instant."""
        return min(month + pd.DateOffset(months=1), self.now)


def month_of(times: pd.Series) -> pd.Series:
    """First of the month of each moment; nothing stays nothing."""
    return times.dt.to_period("M").dt.to_timestamp()


def within(times: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    """Which moments lie in the months from first to last."""
    return (times >= first) & (times < last + pd.DateOffset(months=1))


def ratio(a: float, b: float) -> float:
    """a ÷ b, nan where b is zero."""
    return float(a) / float(b) if b else math.nan
