"""Revenue from the subscription ledger, in integer cents: states, month ends, movements, retention, cost of winning."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from tests.oracle.files import Files, Slice, kept, ratio, within

FOREVER = pd.Timestamp("2200-01-01")
SHORT = {"monthly": (1, "month"), "quarterly": (3, "month"), "annual": (1, "year")}
A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
EXACT = ("unit_price", "discount_pct", "recurring_amount", "interval_count")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


class Revenue:
    """MRR and everything made of it. Money comes out in the company's currency."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.margin = files.gross_margin

    @cached_property
    def states(self) -> pd.DataFrame:
        """Every state of a subscription, or of an item of it, that pays: whose, from when to when, cents a month."""
        subs = self.subscriptions
        kinds = self.files.read("billing/products", []).set_index("product_id")["category"]
        changes = self.files.read("billing/subscription_changes", ["effective_at"], EXACT)
        changes["item"] = changes["item_id"].fillna("") if "item_id" in changes else ""
        changes = changes[changes["effective_at"] < self.files.now]
        changes = changes.sort_values(["subscription_id", "item", "effective_at", "change_id"])
        following = changes.groupby(["subscription_id", "item"])["effective_at"].shift(-1).fillna(FOREVER)
        found = []
        for row, until in zip(changes.to_dict("records"), following, strict=True):
            sub = subs.loc[row["subscription_id"]]
            starts = row["effective_at"]
            starts = starts if pd.isna(sub.trial_ended_at) else max(starts, sub.trial_ended_at)
            stops = min(until, sub.stops)
            rate = Fraction(self.files.rates.get(row.get("currency"), 1))
            cents, kind = monthly_cents(row, rate), kinds[row["product_id"]]
            if kind in ("plan", "add-on") and cents > 0 and starts < min(stops, self.files.now):
                found.append((sub.account_id, row["subscription_id"], row["product_id"], kind, starts, stops, cents))
        names = ["account_id", "subscription_id", "product_id", "category", "starts", "stops", "cents"]
        return pd.DataFrame(found, columns=names)

    @cached_property
    def subscriptions(self) -> pd.DataFrame:
        """Subscriptions by id, with `stops`: when they end, or are paused if that comes first."""
        subs = self.files.read("billing/subscriptions", ["ended_at", "trial_ended_at"]).set_index("subscription_id")
        paused = pd.to_datetime(subs["paused_at"] if "paused_at" in subs else pd.Series(index=subs.index, dtype=str))
        paused = paused.where(subs["status"] == "paused")
        subs["stops"] = pd.concat([subs["ended_at"], paused], axis=1).min(axis=1).fillna(FOREVER)
        return subs

    @cached_property
    def cents(self) -> pd.DataFrame:
        """Account × instant (0: when the window opens, then every month's end) in cents."""
        ends = [self.files.begin, *[self.files.end_of(month) for month in self.files.months]]
        worth = {
            index: self.states[(self.states["starts"] < end) & (self.states["stops"] >= end)]
            .groupby("account_id")["cents"]
            .sum()
            for index, end in enumerate(ends)
        }
        return pd.DataFrame(worth).fillna(0).astype("int64")

    @cached_property
    def first_paid(self) -> pd.Series:
        """The first instant that each account ever paid for."""
        return self.states.groupby("account_id")["starts"].min()

    @cached_property
    def movements(self) -> pd.DataFrame:
        """Account × month where something is or was paid: start s, end e, one movement and its size, in cents."""
        opens_with_month = self.files.begin == self.files.months[0]
        rows = []
        for account, values in self.cents.iterrows():
            first = self.first_paid[str(account)]
            for index, month in enumerate(self.files.months):
                s, e = int(values[index]), int(values[index + 1])
                known = index >= 12 or (index == 11 and opens_with_month)
                base = int(values[index - 11]) if known else None
                if s or e or base:
                    kind = movement(s, e, within(pd.Series([first]), month, month).iloc[0])
                    rows.append((account, month, s, e, kind, abs(e - s), base))
        frame = pd.DataFrame(rows, columns=["account_id", "month", "s", "e", "kind", "size", "base"])
        return self.files.with_account(frame)

    @cached_property
    def spend(self) -> pd.DataFrame:
        """What sales and marketing cost, by day and channel."""
        rows = self.files.read("marketing/spend", ["spend_date"]).rename(columns={"channel": "acquisition_channel"})
        return rows[rows["spend_date"] < self.files.now]

    @cached_property
    def plan(self) -> pd.DataFrame:
        """Planned values by month, metric, segment and region."""
        return self.files.read("crm/targets", ["target_month"])

    @cached_property
    def churned_at(self) -> pd.Series:
        """Account and month of a churn to the end of its last paid state."""
        churned = self.movements[self.movements["kind"] == "churn"]
        ends = {}
        for row in churned.itertuples():
            mine = self.states[self.states["account_id"] == row.account_id]
            ends[row.account_id, row.month] = mine.loc[mine["starts"] < self.files.end_of(row.month), "stops"].max()
        return pd.Series(ends, dtype="datetime64[us]")

    @kept
    def movements_of(self, part: Slice) -> pd.DataFrame:
        """The movements of a slice."""
        return part.of(self.movements)

    @kept
    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Every revenue metric of the months from first to last."""
        rows = self.movements_of(part)
        rows = rows[rows["month"].between(first, last)]
        opening, closing = rows[rows["month"] == first], rows[rows["month"] == last]
        moves = rows.groupby("kind")["size"].agg(["sum", "size"]).reindex(KINDS, fill_value=0)
        size, count = moves["sum"] / 100, moves["size"]
        mrr, customers = closing["e"].sum() / 100, (closing["e"] > 0).sum()
        starting, months = (rows["s"] > 0).sum(), (rows["e"] > 0).sum()
        life = min(60.0, starting / count["churn"]) if count["churn"] else 60.0
        gained = size["new"] + size["reactivation"] + size["expansion"]
        return retention(closing, is_known=last >= self.files.begin) | {
            "mrr": mrr,
            "arr": 12 * mrr,
            "starting_mrr": opening["s"].sum() / 100,
            **{f"{'churned' if kind == 'churn' else kind}_mrr": size[kind] for kind in KINDS},
            "net_new_mrr": gained - size["contraction"] - size["churn"],
            "active_customers": customers,
            "starting_customers": starting,
            "new_customers": count["new"],
            "reactivated_customers": count["reactivation"],
            "churned_customers": count["churn"],
            "logo_churn_rate": ratio(count["churn"], starting),
            "quick_ratio": ratio(gained, size["contraction"] + size["churn"]),
            "arpa": ratio(mrr, customers),
            "gross_profit": rows["e"].sum() / 100 * self.margin,
            "customer_months": months,
            "ltv": ratio(rows["e"].sum() / 100 * self.margin, months) * life,
        }

    def acquisition(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """What winning customers costs; spend knows only the channel, so other filters do not apply."""
        return self._acquired(part.only("acquisition_channel"), first, last)

    @kept
    def _acquired(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        spend = part.of(self.spend)
        spend = spend[within(spend["spend_date"], first, last)]
        spent, media = spend["amount"].sum(), spend.loc[spend["cost_type"] == "media", "amount"].sum()
        rows = self.movements_of(part)
        new = rows[rows["month"].between(first, last) & (rows["kind"] == "new")]
        profit = new["size"].sum() / 100 * self.margin
        return {
            "spend": spent,
            "media_spend": media,
            "acquired_customers": len(new),
            "acquired_gross_profit": profit,
            "cac": ratio(spent, len(new)),
            "media_cac": ratio(media, len(new)),
            "cac_payback_months": ratio(spent, profit),
            "ltv_cac_ratio": ratio(self.metrics(part, first, last)["ltv"], ratio(spent, len(new))),
        }

    def targets(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """What was planned; plans know segment and region only."""
        rows = part.only("segment", "region").of(self.plan)
        rows = rows[within(rows["target_month"], first, last)]
        sums = rows.groupby("metric")["target_value"].sum()
        standing = rows[(rows["metric"] == "mrr") & (rows["target_month"] == last)]
        return {
            "mrr_target": standing["target_value"].sum(),
            "new_mrr_target": float(sums.get("new_mrr", 0)),
            "bookings_target": float(sums.get("bookings", 0)),
        }

    def cohorts(self, part: Slice) -> dict[tuple[pd.Timestamp, int], tuple[int, int, float, float]]:
        """(cohort month, k) to accounts, accounts left, MRR, MRR left; only months known to their end."""
        new = part.of(self.movements[self.movements["kind"] == "new"])
        complete = [month for month in self.files.months if month + pd.DateOffset(months=1) <= self.files.now]
        cells = {}
        for month, rows in new[new["month"].isin(complete)].groupby("month"):
            start = complete.index(month)
            for k in range(len(complete) - start):
                left = self.cents.loc[rows["account_id"], start + k + 1]
                cells[month, k] = (len(rows), int((left > 0).sum()), rows["size"].sum() / 100, left.sum() / 100)
        return cells

    @cached_property
    def survival(self) -> pd.DataFrame:
        """Account to first paid instant, end (or still paying), days lived and days unobserved before the window."""
        last = self.states.groupby("account_id")["stops"].max()
        gone = last < self.files.now
        day = pd.Timedelta(days=1)
        return pd.DataFrame(
            {
                "first_paid_at": self.first_paid,
                "is_churned": gone,
                "duration_days": (last.where(gone, self.files.now) - self.first_paid) / day,
                "observed_from_days": ((self.files.begin - self.first_paid) / day).clip(lower=0),
            }
        )


def monthly_cents(change: dict[str, Any], rate: Fraction) -> int:
    """What a state of the ledger is worth a month, exact in cents, half goes up; 0 where its price is not known.

    `rate` is what one unit of its currency is worth.
    """
    row = {name: value for name, value in change.items() if not pd.isna(value)}
    count, unit = SHORT.get(row.get("billing_interval", ""), (row.get("interval_count"), row.get("interval_unit")))
    if "recurring_amount" in row:
        amount = Fraction(row["recurring_amount"])
    else:
        amount = Fraction(row["quantity"]) * Fraction(row.get("unit_price", 0))
    a_month = rate * amount * (1 - Fraction(row["discount_pct"]) / 100) * A_YEAR[str(unit)] / (12 * Fraction(count))
    return math.floor(100 * a_month + Fraction(1, 2))


def movement(s: int, e: int, starts_here: bool) -> str:
    """The one movement of an account that goes from s to e in a month."""
    if s == 0:
        return "none" if e == 0 else "new" if starts_here else "reactivation"
    return "none" if e == s else "churn" if e == 0 else "expansion" if e > s else "contraction"


def retention(rows: pd.DataFrame, is_known: bool) -> dict[str, float]:
    """NRR and GRR of one month, against its start, if that is known, and against twelve months before."""
    s = rows["s"].sum()
    start = s if is_known else 0
    moved = rows.groupby("kind")["size"].sum().reindex(KINDS, fill_value=0)
    based = rows[rows["base"].fillna(0) > 0]
    base, capped = based["base"].sum(), based[["e", "base"]].min(axis=1).sum()
    return {
        "nrr_monthly": ratio(s + moved["expansion"] - moved["contraction"] - moved["churn"], start),
        "grr_monthly": ratio(s - moved["contraction"] - moved["churn"], start),
        "nrr_t12m": ratio(based["e"].sum(), base),
        "grr_t12m": ratio(capped, base),
    }
