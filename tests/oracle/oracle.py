"""The independent oracle: from the CSV files to the metrics, in pandas, written from the definitions alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import pandas as pd

FOREVER = pd.Timestamp("2200-01-01")
DIMENSIONS = ["segment", "region", "acquisition_channel"]
ORDER = {"prospecting": 1, "qualification": 2, "demo": 3, "proposal": 4, "negotiation": 5, "closed_won": 6, "closed_lost": 0}
MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}


@dataclass(frozen=True)
class Slice:
    """A filter on one dimension, or none."""

    dimension: str | None = None
    value: str | None = None

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that pass."""
        return frame if self.dimension is None else frame[frame[self.dimension] == self.value]


class Oracle:
    """All metrics of one company. Money in dollars; months as first-of-month timestamps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        events = self.read("product/events", ["occurred_at"])
        self.events = events
        spend = self.read("marketing/spend", ["spend_date"])
        self.spend_rows = spend
        tickets = self.read("support/tickets", ["created_at", "first_response_at", "resolved_at"])
        self.ticket_rows = tickets
        last = max(events["occurred_at"].max(), spend["spend_date"].max(), tickets["created_at"].max())
        self.now = last.normalize() + pd.Timedelta(days=1)
        self.begin = min(events["occurred_at"].min(), spend["spend_date"].min(), tickets["created_at"].min()).normalize()
        self.months = list(pd.date_range(self.begin.replace(day=1), last, freq="MS"))
        self.accounts = self.read("crm/accounts").set_index("account_id")

    def read(self, name: str, dates: list[str] | None = None) -> pd.DataFrame:
        """One file, dates parsed."""
        return pd.read_csv(self.folder / f"{name}.csv", parse_dates=dates or [])

    def slices(self) -> list[Slice]:
        """No filter, and every value of every dimension."""
        return [Slice()] + [Slice(d, v) for d in DIMENSIONS for v in sorted(self.accounts[d].unique())]

    def with_account(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the filter columns of the row's account."""
        return frame.join(self.accounts[DIMENSIONS], on="account_id")

    # -- revenue ----------------------------------------------------------

    @cached_property
    def cents(self) -> pd.DataFrame:
        """Account × month end (the opening first) in integer cents, exact by fractions."""
        subs = self.read("billing/subscriptions", ["ended_at", "trial_ended_at"]).set_index("subscription_id")
        changes = self.read("billing/subscription_changes", ["effective_at"]).sort_values(["subscription_id", "effective_at", "change_id"])
        kinds = self.read("billing/products").set_index("product_id")["category"]
        ends = [self.months[0], *[min(m + pd.DateOffset(months=1), self.now) for m in self.months]]
        worth: dict[tuple[str, int], int] = {}
        self.first_paid: dict[str, pd.Timestamp] = {}
        for subscription, states in changes.groupby("subscription_id", sort=False):
            sub = subs.loc[subscription]
            rows = list(states.itertuples())
            for row, following in zip(rows, [*rows[1:], None], strict=True):
                if kinds[row.product_id] not in ("plan", "add-on"):
                    continue
                starts = row.effective_at if pd.isna(sub.trial_ended_at) else max(row.effective_at, sub.trial_ended_at)
                stops = min(following.effective_at if following else FOREVER, FOREVER if pd.isna(sub.ended_at) else sub.ended_at)
                exact = Fraction(row.quantity) * Fraction(str(row.unit_price)) * (100 - Fraction(str(row.discount_pct))) / MONTHS[row.billing_interval]
                value = math.floor(exact + Fraction(1, 2))  # dollars × 100 − the discount's hundredths: already cents
                if value <= 0 or starts >= stops or starts >= self.now:
                    continue
                self.first_paid[sub.account_id] = min(starts, self.first_paid.get(sub.account_id, FOREVER))
                for index, end in enumerate(ends):
                    if starts < end <= stops:
                        worth[sub.account_id, index] = worth.get((sub.account_id, index), 0) + value
        frame = pd.Series(worth).unstack(fill_value=0) if worth else pd.DataFrame()
        return frame.reindex(columns=range(len(ends)), fill_value=0)

    @cached_property
    def movements(self) -> pd.DataFrame:
        """Account × month with S or E > 0, in cents, one movement each."""
        rows = []
        for account, values in self.cents.iterrows():
            first = self.first_paid[str(account)].to_period("M").to_timestamp()
            for index, month in enumerate(self.months):
                s, e = int(values[index]), int(values[index + 1])
                base = int(values[index - 11]) if index >= 11 else None
                if not (s or e or base):
                    continue
                kind = "none"
                if s == 0 and e > 0:
                    kind = "new" if first == month else "reactivation"
                elif s > 0 and e != s:
                    kind = "churn" if e == 0 else "expansion" if e > s else "contraction"
                rows.append((account, month, s, e, kind, abs(e - s), base))
        frame = pd.DataFrame(rows, columns=["account_id", "month", "s", "e", "kind", "size", "base"])
        return self.with_account(frame)

    def revenue(self, part: Slice, month: pd.Timestamp) -> dict[str, float]:
        """Every revenue metric of one month."""
        rows = part.of(self.movements)
        rows = rows[rows["month"] == month]
        sums = {k: rows.loc[rows["kind"] == k, "size"].sum() / 100 for k in ("new", "reactivation", "expansion", "contraction", "churn")}
        s, e = rows["s"].sum() / 100, rows["e"].sum() / 100
        customers, starting = (rows["e"] > 0).sum(), (rows["s"] > 0).sum()
        gone = (rows["kind"] == "churn").sum()
        based = rows[rows["base"].fillna(0) > 0]
        base = based["base"].sum() / 100
        lost = sums["contraction"] + sums["churn"]
        return {
            "mrr": e, "arr": 12 * e, "starting_mrr": s, "new_mrr": sums["new"], "reactivation_mrr": sums["reactivation"],
            "expansion_mrr": sums["expansion"], "contraction_mrr": sums["contraction"], "churned_mrr": sums["churn"], "net_new_mrr": e - s,
            "nrr_monthly": ratio(s + sums["expansion"] - lost, s), "grr_monthly": ratio(s - lost, s),
            "nrr_t12m": ratio(based["e"].sum() / 100, base), "grr_t12m": ratio(based[["e", "base"]].min(axis=1).sum() / 100, base),
            "active_customers": customers, "starting_customers": starting, "new_customers": (rows["kind"] == "new").sum(),
            "reactivated_customers": (rows["kind"] == "reactivation").sum(), "churned_customers": gone, "logo_churn_rate": ratio(gone, starting),
            "quick_ratio": ratio(sums["new"] + sums["reactivation"] + sums["expansion"], lost), "arpa": ratio(e, customers),
            "ltv": ratio(e * 0.8, customers) * min(60.0, ratio(starting, gone) if gone else 60.0),
        }  # fmt: skip

    def acquisition(self, part: Slice, month: pd.Timestamp) -> dict[str, float]:
        """Cost metrics; they know only the channel."""
        spend = self.spend_rows[self.spend_rows["spend_date"].dt.to_period("M").dt.to_timestamp() == month]
        rows = self.movements[self.movements["month"] == month]
        if part.dimension == "acquisition_channel":
            spend, rows = spend[spend["channel"] == part.value], part.of(rows)
        new = rows[rows["kind"] == "new"]
        spent, count = spend["amount"].sum(), len(new)
        return {"spend": spent, "acquired_customers": count, "cac": ratio(spent, count), "cac_payback_months": ratio(spent, new["size"].sum() / 100 * 0.8)}

    # -- sales ------------------------------------------------------------

    @cached_property
    def deals(self) -> pd.DataFrame:
        """Deals with the scope that they are filtered by."""
        rows = self.read("crm/deals", ["created_at", "closed_at", "expected_close_date"])
        rows = rows[rows["created_at"] < self.now]
        for name, own in zip(DIMENSIONS, ["segment", "region", "source_channel"], strict=True):
            of_account = rows["account_id"].map(self.accounts[name])
            rows[name] = of_account.where(of_account.notna(), rows[own])
        return rows

    @cached_property
    def history(self) -> pd.DataFrame:
        """Moves of deals in order."""
        rows = self.read("crm/deal_stage_history", ["entered_at"])
        rows = rows[rows["entered_at"] < self.now].sort_values(["deal_id", "entered_at", "stage_history_id"])
        rows["order"] = rows["stage"].map(ORDER)
        return rows.merge(self.deals[["deal_id", *DIMENSIONS, "stage"]].rename(columns={"stage": "deal_stage"}), on="deal_id")

    def pipeline(self, part: Slice, month: pd.Timestamp) -> dict[str, float]:
        """Deals closed and created in one month."""
        rows = part.of(self.deals)
        closed = rows[rows["closed_at"].dt.to_period("M").dt.to_timestamp() == month]
        won, lost = closed[closed["stage"] == "closed_won"], closed[closed["stage"] == "closed_lost"]
        cycle = (won["closed_at"] - won["created_at"]).dt.total_seconds() / 86_400
        return {
            "won_deals": len(won), "lost_deals": len(lost), "won_amount": won["amount"].sum(), "win_rate": ratio(len(won), len(won) + len(lost)),
            "win_rate_value": ratio(won["amount"].sum(), closed["amount"].sum()), "average_won_amount": ratio(won["amount"].sum(), len(won)),
            "sales_cycle_days": cycle.median() if len(won) else math.nan,
            "deals_created": (rows["created_at"].dt.to_period("M").dt.to_timestamp() == month).sum(),
        }  # fmt: skip

    def open_pipeline(self, part: Slice) -> dict[str, float]:
        """Deals open now, weighted by how often earlier deals were won from the same stage."""
        entered = self.history[self.history["order"].between(1, 5)].drop_duplicates(["deal_id", "stage"])
        closed = entered[entered["deal_stage"].isin(["closed_won", "closed_lost"])]
        won = closed["deal_stage"] == "closed_won"
        overall = won.groupby(closed["stage"]).mean()
        grouped = won.groupby([closed["stage"], closed["segment"]]).agg(["mean", "size"])
        chances = {key: row["mean"] for key, row in grouped.iterrows() if row["size"] >= 20}
        rows = part.of(self.deals)
        rows = rows[~rows["stage"].isin(["closed_won", "closed_lost"])]
        weights = [chances.get((r.stage, r.segment), overall[r.stage]) for r in rows.itertuples()]
        late = rows["expected_close_date"] < self.now - pd.Timedelta(days=1)
        return {
            "open_deals": len(rows), "open_pipeline": rows["amount"].sum(), "weighted_pipeline": (rows["amount"] * weights).sum(),
            "crm_weighted_pipeline": (rows["amount"] * rows["probability"] / 100).sum(), "overdue_pipeline": rows.loc[late, "amount"].sum(),
        }  # fmt: skip

    def stages(self, part: Slice) -> pd.DataFrame:
        """Per stage over all time: entered, share that went further, median days of the stays that ended."""
        result = {}
        rows = part.of(self.history).copy()
        rows["left_at"] = rows.groupby("deal_id")["entered_at"].shift(-1)
        for stage, order in ORDER.items():
            if not 1 <= order <= 5:
                continue
            entered, further, days = 0, 0, []
            for _, moves in rows[rows["deal_id"].isin(rows.loc[rows["stage"] == stage, "deal_id"])].groupby("deal_id"):
                orders, stays = list(moves["order"]), moves[moves["stage"] == stage]
                entered += 1
                further += max(orders[orders.index(order) :]) > order
                if stays["left_at"].notna().all():
                    days.append((stays["left_at"] - stays["entered_at"]).dt.total_seconds().sum() / 86_400)
            result[stage] = {"entered_deals": entered, "stage_conversion": ratio(further, entered), "stage_days": pd.Series(days, dtype=float).median()}
        return pd.DataFrame(result).T

    # -- product, support, cohorts ---------------------------------------

    @cached_property
    def users(self) -> pd.DataFrame:
        """Users of the window with what became of them."""
        rows = self.read("product/users", ["created_at"])
        firsts = self.events[self.events["event_type"] == "activation"].groupby("user_id")["occurred_at"].min()
        rows["activated_at"] = rows["user_id"].map(firsts)
        rows["due"] = rows["created_at"] + pd.Timedelta(days=14)
        rows = rows[rows["created_at"] >= self.begin]
        rows["eligible"] = rows["due"] <= self.now
        rows["activated"] = rows["eligible"] & (rows["activated_at"] <= rows["due"])
        return self.with_account(rows)

    def activation(self, part: Slice, month: pd.Timestamp) -> dict[str, float]:
        """Users created in one month."""
        rows = part.of(self.users)
        rows = rows[rows["created_at"].dt.to_period("M").dt.to_timestamp() == month]
        return {"eligible_users": rows["eligible"].sum(), "activated_users": rows["activated"].sum(),
                "activation_rate": ratio(rows["activated"].sum(), rows["eligible"].sum())}  # fmt: skip

    @cached_property
    def tickets(self) -> pd.DataFrame:
        """Tickets with their service levels judged now."""
        policy = self.read("support/sla_policies").set_index("priority")
        rows = self.ticket_rows.copy()
        for name, moment in (("first_response", "first_response_at"), ("resolution", "resolved_at")):
            due = rows["created_at"] + pd.to_timedelta(rows["priority"].map(policy[f"{name}_hours"]), unit="h")
            rows[f"{name}_met"] = rows[moment] <= due
            rows[f"{name}_breached"] = (rows[moment] > due) | (rows[moment].isna() & (due < self.now))
            rows[f"{name}_hours"] = (rows[moment] - rows["created_at"]).dt.total_seconds() / 3600
        return self.with_account(rows)

    def support(self, part: Slice, month: pd.Timestamp) -> dict[str, float]:
        """Tickets opened in one month."""
        rows = part.of(self.tickets)
        end = min(month + pd.DateOffset(months=1), self.now)
        backlog = ((rows["created_at"] < end) & ~(rows["resolved_at"] < end)).sum()
        rows = rows[rows["created_at"].dt.to_period("M").dt.to_timestamp() == month]
        met = {n: rows[f"{n}_met"].sum() for n in ("first_response", "resolution")}
        late = {n: rows[f"{n}_breached"].sum() for n in ("first_response", "resolution")}
        return {
            "tickets": len(rows), "backlog": backlog, "first_response_sla": ratio(met["first_response"], met["first_response"] + late["first_response"]),
            "resolution_sla": ratio(met["resolution"], met["resolution"] + late["resolution"]), "csat_answers": rows["csat_score"].notna().sum(),
            "csat": ratio((rows["csat_score"] >= 4).sum(), rows["csat_score"].notna().sum()),
            "open_and_breached": (rows["resolved_at"].isna() & rows["resolution_breached"]).sum(), "escalated_tickets": rows["is_escalated"].sum(),
            "first_response_median_hours": rows["first_response_hours"].median(), "first_response_p90_hours": rows["first_response_hours"].quantile(0.9),
            "resolution_median_hours": rows["resolution_hours"].median(), "resolution_p90_hours": rows["resolution_hours"].quantile(0.9),
        }  # fmt: skip

    def cohorts(self, part: Slice) -> dict[tuple[pd.Timestamp, int], tuple[int, int, float, float]]:
        """(cohort month, k) to accounts, accounts left, MRR, MRR left; months known to their end only."""
        new = part.of(self.movements[self.movements["kind"] == "new"])
        complete = len(self.months) if self.now.day == 1 else len(self.months) - 1
        cells = {}
        for month, rows in new.groupby("month"):
            first = self.months.index(month)
            for k in range(complete - first):
                left = self.cents.loc[rows["account_id"], first + k + 1]
                cells[month, k] = (len(rows), int((left > 0).sum()), rows["size"].sum() / 100, left.sum() / 100)
        return cells


def ratio(a: float, b: float) -> float:
    """a ÷ b, nan where b is zero."""
    return float(a) / float(b) if b else math.nan
