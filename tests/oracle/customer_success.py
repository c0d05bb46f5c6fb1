"""Health, risk, churned episodes and inactivity of customers, from the files alone."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from tests.oracle.files import Files, month_of
from tests.oracle.revenue import FOREVER, Revenue
from tests.oracle.support import Support

WEIGHTS = {"usage": 0.30, "support": 0.20, "revenue": 0.25, "engagement": 0.25}
DAY = pd.Timedelta(days=1)


class CustomerSuccess:
    """Customers as they were known at the end of each month. Scores are 0 to 100, money in the company's currency."""

    def __init__(self, files: Files, revenue: Revenue, support: Support) -> None:
        self.files = files
        self.revenue = revenue
        self.support = support
        self._known: dict[pd.Timestamp, pd.DataFrame] = {}

    @cached_property
    def users(self) -> pd.DataFrame:
        """Users with their first activation."""
        rows = self.files.read("product/users", ["created_at"])
        firsts = self.files.events.query("event_type == @self.files.activation").groupby("user_id")["occurred_at"].min()
        return rows.assign(activated_at=firsts.reindex(rows["user_id"]).to_numpy())

    @cached_property
    def invoices(self) -> pd.DataFrame:
        """Invoices with what is still unpaid at the end."""
        return self.files.read("billing/invoices", ["due_date", "paid_at", "invoice_date"])

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Failed payment attempts with their account."""
        rows = self.files.read("billing/payments", ["attempted_at"]).query("status == 'failed'")
        return rows.merge(self.invoices[["invoice_id", "account_id"]], on="invoice_id")

    @cached_property
    def talks(self) -> pd.DataFrame:
        """Activities with an account."""
        return self.files.read("crm/activities", ["occurred_at"]).dropna(subset="account_id")

    def signals(self, month: pd.Timestamp) -> pd.DataFrame:
        """What was known of every paying account at the end of a month; worked out once."""
        if month not in self._known:
            self._known[month] = self._signals(month)
        return self._known[month]

    def _signals(self, month: pd.Timestamp) -> pd.DataFrame:
        until, index = self.files.end_of(month), self.files.months.index(month) + 1
        paid = self.revenue.cents[index]
        found = pd.DataFrame({"mrr": paid[paid > 0]})
        found["mrr_before"] = self.revenue.cents[max(0, index - 3)].reindex(found.index)
        parts = [self._use(until), self._people(until), self._tickets(until), self._payments(until), self._talks(until)]
        for part in parts:
            found = found.join(part)
        met = found["first_user"].clip(lower=self.watched_from)
        silent = (until - found.pop("last_login").fillna(met)) / DAY
        trend = (found["first_user"] <= until - 56 * DAY) & (self.watched_from <= until - 56 * DAY)
        found = found.drop(columns="first_user").fillna(0)
        found["silent_days"] = silent if self.uses("login") else np.nan
        ratio = found["events"] / found["events_before"].replace(0, np.nan)
        found["usage_ratio"] = ratio.where(trend)
        return found

    @property
    def watched_from(self) -> pd.Timestamp:
        """Since when product events tell of use."""
        return max(self.files.begin, self.files.events["occurred_at"].min().normalize())

    def uses(self, kind: str) -> bool:
        """Whether events of a kind are recorded at all."""
        return bool((self.files.events["event_type"] == kind).any())

    def known(self, month: pd.Timestamp) -> pd.DataFrame:
        """Of which parts something is known for every paying account: nothing before their files begin.

        Use is known of accounts with users; revenue with invoices, or with MRR of three months before.
        """
        until, s = self.files.end_of(month), self.signals(month)
        has_use = (self.files.events["occurred_at"] < until).any()
        has_tickets = (self.support.tickets["created_at"] < until).any()
        has_invoices = (self.invoices["invoice_date"] < until).any()
        use = (s["users"] > 0) & has_use
        return pd.DataFrame(
            {"usage": use, "support": has_tickets, "revenue": has_invoices | (s["mrr_before"] > 0), "engagement": use},
            index=s.index,
        )

    def _use(self, until: pd.Timestamp) -> pd.DataFrame:
        events = self.files.events[self.files.events["occurred_at"] < until]
        recent = events[events["occurred_at"] >= until - 28 * DAY]
        before = events[(events["occurred_at"] >= until - 56 * DAY) & (events["occurred_at"] < until - 28 * DAY)]
        days = recent.assign(day=recent["occurred_at"].dt.normalize()).drop_duplicates(["user_id", "day"])
        return pd.DataFrame(
            {
                "events": recent.groupby("account_id").size(),
                "events_before": before.groupby("account_id").size(),
                "user_days": days.groupby("account_id").size(),
                "active_users": recent.groupby("account_id")["user_id"].nunique(),
                "features": self._uses(recent).groupby("account_id")["feature_id"].nunique(),
                "last_login": events[events["event_type"] == "login"].groupby("account_id")["occurred_at"].max(),
            }
        )

    def _uses(self, events: pd.DataFrame) -> pd.DataFrame:
        released = self.files.read("product/features", ["released_at"]).set_index("feature_id")["released_at"]
        if released.empty:
            return events.iloc[:0]
        used = events["event_type"].isin(["feature_use", "export"])
        return events[used & (events["occurred_at"] >= events["feature_id"].map(released))]

    def _people(self, until: pd.Timestamp) -> pd.DataFrame:
        users = self.users[self.users["created_at"] < until]
        watched = users[(users["created_at"] >= self.watched_from) & (users["created_at"] + 14 * DAY <= until)]
        by_account = users.groupby("account_id")["created_at"]
        return pd.DataFrame(
            {
                "users": by_account.size(),
                "first_user": by_account.min(),
                "watched": watched.groupby("account_id").size(),
                "activated": watched[watched["activated_at"] < until].groupby("account_id").size(),
            }
        )

    def _tickets(self, until: pd.Timestamp) -> pd.DataFrame:
        rows = self.support.tickets
        rows = rows[rows["created_at"] < until]
        solved = rows["resolved_at"] < until
        known = solved | (until == self.files.now)
        late = self.support.is_late(rows, until)
        recent = rows["created_at"] >= until - 90 * DAY
        scored = rows[recent & known].dropna(subset="csat_score")
        return pd.DataFrame(
            {
                "tickets": rows[recent].groupby("account_id").size(),
                "open_tickets": rows[~solved].groupby("account_id").size(),
                "escalated": rows[recent & known & rows["is_escalated"]].groupby("account_id").size(),
                "late": rows[recent & late].groupby("account_id").size(),
                "csat": scored.groupby("account_id")["csat_score"].mean(),
            }
        )

    def _payments(self, until: pd.Timestamp) -> pd.DataFrame:
        failed = self.failures[self.failures["attempted_at"].between(until - 90 * DAY, until, inclusive="left")]
        rows = self.invoices
        due = rows["due_date"].between((until - 90 * DAY).normalize(), until, inclusive="left")
        unpaid = rows[due & ~(rows["paid_at"] < until) & (rows["status"] != "void")]
        return pd.DataFrame(
            {"failed": failed.groupby("account_id").size(), "overdue": unpaid.groupby("account_id").size()}
        )

    def _talks(self, until: pd.Timestamp) -> pd.DataFrame:
        rows = self.talks[self.talks["occurred_at"].between(until - 90 * DAY, until, inclusive="left")]
        return (
            rows.groupby(["account_id", "outcome"])
            .size()
            .unstack(fill_value=0)
            .reindex(columns=["positive", "negative"], fill_value=0)
        )

    def health(self, month: pd.Timestamp) -> pd.DataFrame:
        """The four parts and the score of every paying account at the end of a month."""
        s = self.signals(month)
        users = s["users"].replace(0, np.nan)
        density = (s["user_days"] / (20 * users)).fillna(0)
        fall = ((0.9 - s["usage_ratio"].fillna(1)) / 0.6).clip(0, 1)
        use = 70 * (1 - (density / 0.5).clip(upper=1)) + 30 * fall
        volume = (20 * s["tickets"] / (1 + s["users"] / 4)).clip(upper=60).where(s["users"] > 0, 0)
        burden = volume + (20 * s["escalated"]).clip(upper=40)
        burden += (10 * s["late"]).clip(upper=30) + (15 * (4 - s["csat"].where(s["csat"] > 0, 4)).clip(0)).clip(
            upper=30
        )
        change = s["mrr"] / s["mrr_before"].replace(0, np.nan)
        shrunk = (35 + 200 * (1 - change)).clip(upper=70)
        money = np.select([change < 1, change == 1], [shrunk, 25.0], 0.0)
        money = money + (12 * s["failed"]).clip(upper=36) + (25 * s["overdue"]).clip(upper=50)
        away = (2 * (s["silent_days"] - 3)).clip(0, 50).fillna(0) + 30 * (1 - (s["active_users"] / users).fillna(0))
        away += 15 * (s["negative"] > s["positive"])
        if len(self._uses(self.files.events)):
            away += 20 * (1 - (s["features"] / 10).clip(upper=1))
        if self.uses(self.files.activation):
            away += 30 * (1 - (s["activated"] / s["watched"].replace(0, np.nan)).fillna(1))
        parts = {
            "usage": (100 - use).where(s["events"] > 0, 0),
            "support": 100 - burden,
            "revenue": 100 - money,
            "engagement": 100 - away,
        }
        result = pd.DataFrame({name: half_up(part.clip(lower=0)) for name, part in parts.items()})
        result = result.where(self.known(month))
        weights = pd.Series(WEIGHTS)
        there = result.notna().mul(weights).sum(axis=1)
        result["score"] = result.mul(weights).sum(axis=1) / there.replace(0, np.nan)
        return result.assign(mrr=s["mrr"] / 100)

    def risk(self) -> pd.DataFrame:
        """Flags, risk score and MRR of every customer as of the as-of date."""
        month = self.files.months[-1]
        s, health, known = self.signals(month), self.health(month), self.known(month)
        flags = pd.DataFrame(
            {
                "has_falling_usage": (s["usage_ratio"] < 0.7) & (s["events_before"] >= 20) & known["usage"],
                "has_escalations": s["escalated"] > 0,
                "has_revenue_contraction": s["mrr"] < s["mrr_before"],
                "has_payment_trouble": (s["overdue"] > 0) | (s["failed"] >= 2),
                "has_no_login_30d": (s["silent_days"] >= 30) & known["usage"],
            }
        )
        score = (100 - health["score"] + 6 * flags.sum(axis=1)).clip(upper=100)
        return flags.assign(score=score, mrr=health["mrr"])

    def unknown_flags(self) -> pd.DataFrame:
        """Which flags of risk nothing is known of, as of the as-of date."""
        known = self.known(self.files.months[-1])
        billed = (self.invoices["invoice_date"] < self.files.now).any()
        return pd.DataFrame(
            {
                "has_falling_usage": ~known["usage"],
                "has_escalations": ~known["support"],
                "has_payment_trouble": not billed,
                "has_no_login_30d": ~(known["usage"] & self.uses("login")),
            },
            index=known.index,
        )

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """Unbroken stretches of paying: account, from when to when (NaT while it lasts)."""
        found = []
        for account, states in self.revenue.states.sort_values("starts").groupby("account_id"):
            begin = end = None
            for state in states.itertuples():
                if end is None or state.starts > end:
                    if end is not None:
                        found.append((account, begin, end))
                    begin, end = state.starts, state.stops
                else:
                    end = max(end, state.stops)
            found.append((account, begin, end))
        rows = pd.DataFrame(found, columns=["account_id", "began", "ended"])
        rows["ended"] = rows["ended"].where((rows["ended"] < self.files.now) & (rows["ended"] < FOREVER))
        return rows.assign(number=rows.groupby("account_id").cumcount() + 1)

    def reasons(self) -> pd.Series:
        """(account, month) to why it left: what customer success wrote, or else what the cancellation said."""
        written = self.files.read("billing/churn_events", ["churned_at"]).query("not is_reactivation")
        written = written.rename(columns={"churned_at": "at", "reason_code": "reason"}).assign(order=0)
        subs = self.files.read("billing/subscriptions", ["ended_at"]).dropna(subset="ended_at")
        subs = subs[subs["subscription_id"].isin(self.revenue.states["subscription_id"])].assign(order=1)
        subs = subs.rename(columns={"ended_at": "at", "cancel_reason": "reason"})
        rows = pd.concat([written, subs])[["account_id", "at", "reason", "order"]]
        rows = rows[rows["at"] < self.files.now].fillna({"reason": "not said"})
        rows = (
            rows.assign(month=month_of(rows["at"]))
            .sort_values("at", ascending=False)
            .sort_values("order", kind="stable")
        )
        return rows.groupby(["account_id", "month"])["reason"].first()

    def last_logins(self) -> pd.Series:
        """Account to its last login."""
        events = self.files.events
        return events[events["event_type"] == "login"].groupby("account_id")["occurred_at"].max()


def half_up(points: pd.Series) -> pd.Series:
    """To one decimal as people round: a half goes up, whatever the last bit of the float says."""
    return np.floor(points * 10 + 0.5 + 1e-6) / 10


def waiting_median(durations: pd.Series, happened: pd.Series) -> float:
    """Kaplan-Meier median: the first time at which at most half still wait; nan when more than half always do."""
    left = 1.0
    for time in sorted(durations[happened].unique()):
        left *= 1 - (happened & (durations == time)).sum() / (durations >= time).sum()
        if left <= 0.5 + 1e-9:
            return float(time)
    return float("nan")
