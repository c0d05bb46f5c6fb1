"""The watched series worked out by pandas from a company's files, as docs/scoring.md describes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

DIMENSIONS = ("segment", "region", "acquisition_channel")
MOVEMENTS = {"new_mrr": "new", "expansion_mrr": "expansion", "contraction_mrr": "contraction", "churned_mrr": "churn"}


@dataclass(frozen=True)
class Series:
    """A watched metric: a row for each slice, (dimension, value), a column for each period."""

    metric: str
    grain: str
    counts: bool
    bad: str  # the direction
    months_of_mrr: float
    wide: pd.DataFrame


def read(folder: Path, name: str, columns: list[str], moments: list[str]) -> pd.DataFrame:
    """Some columns of a file."""
    return pd.read_csv(folder / f"{name}.csv", usecols=[*columns, *moments], parse_dates=moments)


def flows(folder: Path) -> Iterator[tuple[str, str, str, float, pd.DataFrame]]:
    """(metric, unit, bad direction, months of MRR, rows of day, account or slice, amount)."""
    truth = read(folder, "truth/account_months", ["account_id", *MOVEMENTS.values()], ["month"])
    truth = truth.rename(columns={"month": "day"})
    for metric, column in MOVEMENTS.items():
        bad = "up" if column in ("contraction", "churn") else "down"
        yield metric, "month", bad, 1, truth.assign(amount=truth[column])
    yield "churned_customers", "month count", "up", 1, truth.assign(amount=(truth["churn"] > 0).astype(float))
    deals = read(folder, "crm/deals", ["account_id", "segment", "region", "source_channel", "amount"], ["closed_at"])
    stages = pd.read_csv(folder / "crm/deals.csv", usecols=["stage"])["stage"]
    deals = deals[stages == "closed_won"].rename(columns={"closed_at": "day", "source_channel": "acquisition_channel"})
    yield "won_amount", "month", "down", 12, deals
    spend = read(folder, "marketing/spend", ["channel", "cost_type", "amount"], ["spend_date"])
    spend = spend[spend["cost_type"] == "media"].rename(columns={"spend_date": "day"})
    spend = spend.assign(acquisition_channel=spend["channel"], segment=None, region=None, account_id=None)
    yield "spend", "week", "up", 12 / 52, spend
    tickets = read(folder, "support/tickets", ["account_id", "priority"], ["created_at", "resolved_at"])
    tickets = tickets.rename(columns={"created_at": "day"}).assign(amount=1.0)
    yield "tickets", "week count", "up", 1, tickets
    policies = pd.read_csv(folder / "support/sla_policies.csv").set_index("priority")["resolution_hours"]
    now = tickets["day"].max().normalize() + pd.Timedelta(days=1)
    took = (tickets["resolved_at"].fillna(now) - tickets["day"]).dt.total_seconds() / 3600
    late = (took > tickets["priority"].map(policies)).astype(float)
    yield "resolution_breaches", "week count", "up", 1, tickets.assign(amount=late)
    payments = read(folder, "billing/payments", ["invoice_id", "status"], ["attempted_at"])
    owner = pd.read_csv(folder / "billing/invoices.csv", usecols=["invoice_id", "account_id"]).set_index("invoice_id")
    failed = payments[payments["status"] == "failed"].rename(columns={"attempted_at": "day"})
    failed = failed.assign(account_id=failed["invoice_id"].map(owner["account_id"]), amount=1.0)
    yield "failed_payments", "week count", "up", 1, failed
    events = read(folder, "product/events", ["account_id", "event_type"], ["occurred_at"])
    events = events.rename(columns={"occurred_at": "day"}).assign(amount=1.0)
    yield "events", "week count", "down", 1, events
    yield "errors", "week count", "up", 1, events.assign(amount=(events["event_type"] == "error").astype(float))


def series(folder: Path, first: pd.Timestamp, last: pd.Timestamp) -> list[Series]:
    """Every series of a company without time zone, service hours and currencies, over the days from first to last."""
    accounts = pd.read_csv(folder / "crm/accounts.csv", usecols=["account_id", *DIMENSIONS]).set_index("account_id")
    found = []
    for metric, unit, bad, months, rows in flows(folder):
        grain = unit.split()[0]
        period = rows["day"].dt.to_period("W-SUN" if grain == "week" else "M").dt.start_time
        sliced = {}
        for name in DIMENSIONS:
            own = rows.get(name)
            of_account = rows["account_id"].map(accounts[name]) if rows["account_id"].notna().any() else None
            column = own if of_account is None else of_account if own is None else of_account.fillna(own)
            if column is not None and column.notna().any():
                sliced[name] = rows["amount"].groupby([column, period]).sum().unstack()
        total = rows["amount"].groupby(period).sum().to_frame("All").T
        wide = pd.concat({"total": total, **sliced}, names=["dimension", "dimension_value"])
        starts = pd.date_range(first, last, freq="W-MON" if grain == "week" else "MS")
        ends = starts + (pd.Timedelta(days=6) if grain == "week" else pd.offsets.MonthEnd(1))
        wide = wide.reindex(columns=starts[ends <= last]).fillna(0).sort_index()
        found.append(Series(metric, grain, "count" in unit, bad, months, wide))
    return found
