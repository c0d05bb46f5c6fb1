"""Trials, invoices, orders, plan moves and single MRR events, by hand from the files."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from tests.oracle.files import Files, Slice, ratio, within
from tests.oracle.revenue import Revenue


class Billing:
    """What the billing system knows besides MRR at month ends."""

    def __init__(self, files: Files, revenue: Revenue) -> None:
        self.files, self.revenue = files, revenue

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Every change of an account's MRR: what it is just before and just after each turn of its states."""
        rows = []
        for account, states in self.revenue.states.groupby("account_id"):
            turns = sorted({*states["starts"], *states["stops"]})
            for turn in (turn for turn in turns if self.files.begin <= turn < self.files.now):
                before = states.loc[(states["starts"] < turn) & (states["stops"] >= turn), "cents"].sum()
                after = states.loc[(states["starts"] <= turn) & (states["stops"] > turn), "cents"].sum()
                if before != after:
                    rows.append((account, turn, int(before), int(after)))
        return pd.DataFrame(rows, columns=["account_id", "moment", "before", "after"])

    @cached_property
    def trials(self) -> pd.DataFrame:
        """Trials that ended: when, whether long enough ago, and whether they paid within 30 days."""
        subs = self.files.read(
            "billing/subscriptions", ["started_at", "ended_at", "trial_started_at", "trial_ended_at"]
        )
        paid = self.paid_by_subscription
        wait, found = pd.Timedelta(days=30), []
        for trial in subs[subs["trial_ended_at"].notna()].itertuples():
            over = trial.trial_ended_at if pd.isna(trial.ended_at) else min(trial.trial_ended_at, trial.ended_at)
            if not self.files.begin <= over < self.files.now or trial.trial_started_at >= self.files.now:
                continue
            mine = subs[subs["account_id"] == trial.account_id]
            after = mine[(mine["subscription_id"] == trial.subscription_id) | (mine["started_at"] >= over)]
            moments = [moment for name in after["subscription_id"] for moment in paid.get(name, []) if moment >= over]
            converted = bool(moments) and min(moments) <= over + wait
            found.append((trial.account_id, over, over + wait <= self.files.now, converted))
        return self.files.with_account(pd.DataFrame(found, columns=["account_id", "over", "mature", "converted"]))

    @cached_property
    def paid_by_subscription(self) -> dict[str, list[pd.Timestamp]]:
        """Subscription to the first instants of its paid states."""
        states = self.plan_states
        return {str(name): list(rows["starts"]) for name, rows in states.groupby("subscription_id")}

    @cached_property
    def plan_states(self) -> pd.DataFrame:
        """Paid states with the tier of their product."""
        places = {tier: place for place, tier in enumerate(self.files.words("plan_tiers"))}
        tiers = self.files.read("billing/products", []).set_index("product_id")["tier"].map(places)
        return self.revenue.states.join(tiers, on="product_id")

    @cached_property
    def plan_moves(self) -> pd.DataFrame:
        """Account's moves from one plan to another at one instant."""
        plans = self.plan_states[self.plan_states["category"] == "plan"]
        rows = []
        for account, states in plans.groupby("account_id"):
            for later in states.itertuples():
                earlier = states[states["stops"] == later.starts]
                own = earlier[earlier["subscription_id"] == later.subscription_id]
                for old in (own if len(own) else earlier).head(1).itertuples():
                    if old.product_id != later.product_id and later.starts >= self.files.begin:
                        row = (account, later.starts, old.product_id, later.product_id, later.tier - old.tier)
                        rows.append((*row, (later.cents - old.cents) / 100))
        names = ["account_id", "moment", "from_product_id", "to_product_id", "rise", "mrr_change"]
        return self.files.with_account(pd.DataFrame(rows, columns=names))

    @cached_property
    def invoices(self) -> pd.DataFrame:
        """Invoices issued by the as-of date, with their attempts and refunds."""
        invoices = self.files.read("billing/invoices", ["invoice_date", "paid_at", "period_start", "period_end"])
        invoices = invoices[invoices["invoice_date"] < self.files.now].set_index("invoice_id")
        payments = self.files.read("billing/payments", ["attempted_at"])
        payments = payments[payments["attempted_at"] < self.files.now].sort_values("attempted_at")
        failed = payments[payments["status"] == "failed"].groupby("invoice_id")["attempted_at"].min()
        worked = payments[payments["status"] == "succeeded"]
        invoices["failed"] = invoices.index.isin(failed.index)
        last_success = worked.groupby("invoice_id")["attempted_at"].max()
        invoices["recovered"] = (last_success.reindex(invoices.index) > failed.reindex(invoices.index)).to_numpy()
        invoices["collected"] = worked.groupby("invoice_id")["amount"].sum().reindex(invoices.index).fillna(0)
        refunds = payments[payments["status"] == "refunded"].groupby("invoice_id")["amount"].sum()
        invoices["refunded"] = -refunds.reindex(invoices.index).fillna(0)
        paid = invoices["paid_at"].where(invoices["paid_at"] < self.files.now)
        invoices["owed"] = paid.isna() & (invoices["status"] != "void")
        invoices["days"] = (paid - invoices["invoice_date"]) / pd.Timedelta(days=1)
        return self.files.with_account(invoices)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Orders that were not cancelled, with their value and cost."""
        orders = self.files.read("billing/orders", ["ordered_at", "delivered_at"]).set_index("order_id")
        items = self.files.read("billing/order_items", [])
        items["value"], items["cost"] = items["quantity"] * items["unit_price"], items["quantity"] * items["unit_cost"]
        if "currency" in orders:
            paid_in = items["order_id"].map(orders["currency"])
            items["value"], items["cost"] = (self.files.worth(items[name], paid_in) for name in ("value", "cost"))
        orders = orders.join(items.groupby("order_id")[["value", "cost"]].sum())
        orders = orders[(orders["status"] != "cancelled") & (orders["ordered_at"] < self.files.now)]
        orders["net"] = orders["value"] - orders["discount"]
        done = orders["delivered_at"].where(orders["delivered_at"] < self.files.now)
        orders["days"] = (done - orders["ordered_at"]) / pd.Timedelta(days=1)
        return self.files.with_account(orders)

    def trial_metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Trials by the end of the trial."""
        rows = part.of(self.trials)
        rows = rows[within(rows["over"], first, last)]
        converted = (rows["mature"] & rows["converted"]).sum()
        return {
            "trials_ended": len(rows),
            "mature_trials": rows["mature"].sum(),
            "converted_trials": converted,
            "trial_to_paid": ratio(converted, rows["mature"].sum()),
        }

    def invoice_metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Invoices by date of issue."""
        rows = part.of(self.invoices)
        rows = rows[within(rows["invoice_date"], first, last)]
        failed, open_ = rows["failed"].sum(), rows[rows["owed"]]
        return {
            "invoices": len(rows),
            "invoiced_amount": rows["amount"].sum(),
            "outstanding_amount": (open_["amount"] + open_["tax"] - open_["collected"]).sum(),
            "refunded_amount": rows["refunded"].sum(),
            "failed_invoices": failed,
            "recovered_invoices": rows["recovered"].sum(),
            "payment_recovery": ratio(rows["recovered"].sum(), failed),
            "payment_failure_rate": ratio(failed, len(rows)),
            "days_to_pay": rows["days"].median(),
        }

    def usage_metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Metered charges by the last day of their period."""
        rows = part.of(self.usage)
        return {"usage_revenue": rows.loc[within(rows["period_end"], first, last), "amount"].sum()}

    @cached_property
    def usage(self) -> pd.DataFrame:
        """Charges that were made for periods that are over; none where nothing is metered."""
        if not (self.files.folder / "billing/usage_charges.csv").exists():
            columns = {"account_id": str, "period_end": "datetime64[us]", "amount": float}
            return self.files.with_account(pd.DataFrame({k: pd.Series(dtype=kind) for k, kind in columns.items()}))
        rows = self.files.read("billing/usage_charges", ["period_end", "charged_at"])
        known = (rows["charged_at"] < self.files.now) & (rows["period_end"] < self.files.now)
        return self.files.with_account(rows[known])

    def order_metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """One-off orders by the day of the order."""
        rows = part.of(self.orders)
        rows = rows[within(rows["ordered_at"], first, last)]
        value, profit = rows["net"].sum(), (rows["net"] - rows["cost"]).sum()
        return {
            "orders": len(rows),
            "order_value": value,
            "average_order_value": ratio(value, len(rows)),
            "order_gross_profit": profit,
            "order_gross_margin": ratio(profit, value),
            "fulfilment_days": rows["days"].median(),
        }

    def arr_metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Twelve times the movements, and the plain sum of the single steps."""
        moves = self.revenue.metrics(part, first, last)
        steps = self.files.with_account(self.steps)
        steps = part.of(steps)
        steps = steps[within(steps["moment"], first, last)]
        names = ["new", "reactivation", "expansion", "contraction", "churned", "net_new"]
        return {f"{name}_arr": 12 * moves[f"{name}_mrr"] for name in names} | {
            "mrr_event_change": (steps["after"] - steps["before"]).sum() / 100
        }

    def magic_numbers(self) -> dict[pd.Timestamp, tuple[float, float]]:
        """Whole quarter to growth of ARR and the spend of the quarter before, also whole."""
        months, found = self.files.months, {}
        complete = [m for m in months if m + pd.DateOffset(months=1) <= self.files.now and m >= self.files.begin]
        for start in (month for month in complete if month == self.files.quarter_of(month)):
            needed = [start + pd.DateOffset(months=k) for k in range(-3, 3)]
            if all(month in complete for month in needed):
                moved = self.revenue.metrics(Slice(), start, needed[-1])["net_new_mrr"]
                found[start] = (12 * moved, self.revenue.acquisition(Slice(), needed[0], needed[2])["spend"])
        return found
