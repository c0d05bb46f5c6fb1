"""One invoice at the start of every billing period, from the state of that moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_gen.arrays import NONE, Ints, ints, repeat_index
from data_gen.billing.book import Billing
from data_gen.clock import DAY, month_number, month_start


def draw_invoices(billing: Billing, subs: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Invoices from the window's start on: subscription, account, when, end, interval and net cents, with the state."""
    plan = billing.plan
    paid_from = np.where(subs["trial_to"] != NONE, subs["trial_to"], subs["started"]).astype(np.int64)
    paid_to = np.where(subs["ended"] != NONE, subs["ended"], plan.last).astype(np.int64)
    parent, begins, ends = _periods(billing, paid_from, paid_to, subs["interval"].to_numpy())
    frame = pd.DataFrame(
        {
            "subscription": subs["number"].to_numpy()[parent],
            "account": subs["account"].to_numpy()[parent],
            "when": begins,
            "end": ends,
            "interval": subs["interval"].to_numpy()[parent],
        }
    )
    frame = frame[(frame["when"] >= plan.first) & (frame["when"] < paid_to[parent])].sort_values("when", kind="stable")
    states = ledger.drop(columns="interval").sort_values("when", kind="stable")
    frame = pd.merge_asof(frame, states, on="when", by="subscription", direction="backward")
    frame["net"] = (2 * frame["quantity"] * frame["unit"] * (100 - frame["discount"]) + 100) // 200
    return frame[frame["net"] > 0].reset_index(drop=True)


def _periods(billing: Billing, paid_from: Ints, paid_to: Ints, interval: Ints) -> tuple[Ints, Ints, Ints]:
    """(parent, begin, last day) of all billing periods, those of whole months before those of days."""
    days = ints(billing.shape.catalogue.intervals, lambda one: one.days)[interval]
    monthly, daily = np.flatnonzero(days == 0), np.flatnonzero(days)
    months = billing.months_of(interval[monthly])[0]
    by_month = _monthly_periods(paid_from[monthly], paid_to[monthly], months)
    by_day = _daily_periods(paid_from[daily], paid_to[daily], days[daily])
    parent = np.concatenate([monthly[by_month[0]], daily[by_day[0]]])
    return parent, np.concatenate([by_month[1], by_day[1]]), np.concatenate([by_month[2], by_day[2]])


def _daily_periods(paid_from: Ints, paid_to: Ints, days: Ints) -> tuple[Ints, Ints, Ints]:
    """(parent, begin, last day) of billing periods of so many days each."""
    parent, position = repeat_index(np.maximum(-((paid_from - paid_to) // (days * DAY)), 0))
    begins = paid_from[parent] + position * days[parent] * DAY
    return parent, begins, begins + (days[parent] - 1) * DAY


def _monthly_periods(paid_from: Ints, paid_to: Ints, step: Ints) -> tuple[Ints, Ints, Ints]:
    """(parent, begin, last day) of billing periods of whole months; from the 29th on the month's 28th begins them."""
    month = month_number(paid_from)
    rest = np.minimum(paid_from - month_start(month), 28 * DAY - 1)
    span = month_number(paid_to) - month
    parent, position = repeat_index(np.where(paid_to > paid_from, np.maximum(span, 0) // step + 1, 0))
    begins = month_start(month[parent] + position * step[parent]) + rest[parent]
    begins = np.where(position == 0, paid_from[parent], begins)  # also one that starts on the 29th to 31st
    ends = month_start(month[parent] + (position + 1) * step[parent]) + rest[parent] - DAY
    return parent, begins, ends
