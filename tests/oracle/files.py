"""The company's CSV files as the oracle reads them: the window, the as-of instant, and the slices that filters make."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from company.profile import Profile
from company.reading import read_profile

DIMENSIONS = ["segment", "region", "acquisition_channel"]


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
    """The raw files up to the as-of instant; months are first-of-month timestamps."""

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
        self.begin = pd.Series([seen[name].min() for name in openers]).min().normalize()
        self.months = list(pd.date_range(self.begin.replace(day=1), last, freq="MS"))

    def read(self, name: str, times: list[str], text: tuple[str, ...] = ()) -> pd.DataFrame:
        """One file with its times parsed and the columns of `text` left as they are written."""
        path = self.folder / f"{name}.csv"
        rows = pd.read_csv(path, parse_dates=times, dtype=dict.fromkeys(text, str), keep_default_na=True)
        return rows.assign(**{name: pd.to_datetime(rows[name]) for name in times}) if rows.empty else rows

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
