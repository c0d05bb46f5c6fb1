"""Usage, active users, features and releases, counted from the event file alone."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from tests.oracle.files import DIMENSIONS, Files, Slice, month_of
from tests.oracle.revenue import Revenue

DAY = pd.Timedelta(days=1)
WEEK = pd.Timedelta(days=7)
KINDS = {"logins": "login", "feature_uses": "feature_use", "exports": "export", "invites": "invite", "errors": "error"}


class Usage:
    """What users did up to the as-of date."""

    def __init__(self, files: Files, revenue: Revenue) -> None:
        self.files = files
        self.revenue = revenue

    @cached_property
    def events(self) -> pd.DataFrame:
        """Events with day, month and the slices of their account."""
        rows = self.files.with_account(self.files.events)
        return rows.assign(day=rows["occurred_at"].dt.normalize(), month=month_of(rows["occurred_at"]))

    @cached_property
    def features(self) -> pd.DataFrame:
        """Features by id."""
        return self.files.read("product/features", ["released_at"]).set_index("feature_id")

    @cached_property
    def uses(self) -> pd.DataFrame:
        """Uses and exports after the release of their feature."""
        rows = self.events[self.events["event_type"].isin(["feature_use", "export"])]
        return rows[rows["occurred_at"] >= rows["feature_id"].map(self.features["released_at"])]

    def account_days(self) -> pd.DataFrame:
        """Account × day: users, different features, and events by kind."""
        rows = self.events.assign(used=self.events["feature_id"].where(self.events["event_type"] != "error"))
        for name, kind in KINDS.items():
            rows[name] = rows["event_type"] == kind
        named = {name: (name, "sum") for name in KINDS}
        grouped = rows.groupby(["account_id", "day"])
        return (
            grouped.agg(features_used=("used", "nunique"), events=("user_id", "size"), **named)
            .assign(active_users=self.user_days.groupby(["account_id", "day"]).size())
            .fillna({"active_users": 0})
        )

    def users_between(self, part: Slice, begin: pd.Timestamp, end: pd.Timestamp) -> int:
        """Different users with an event in [begin, end), each in the account of the latest day."""
        rows = self.user_days[self.user_days["day"].between(begin, end, inclusive="left")]
        return len(part.of(rows.drop_duplicates("user_id", keep="last")))

    def users_of(self, part: Slice, month: pd.Timestamp) -> int:
        """Different users with an event in a month, each in the account of the first day."""
        rows = self.user_days[self.user_days["month"] == month]
        return len(part.of(rows.drop_duplicates("user_id")))

    @cached_property
    def user_days(self) -> pd.DataFrame:
        """User × day with an event, in order, in the account where the user did most."""
        rows = self.events.groupby(["day", "month", "user_id", "account_id", *DIMENSIONS]).size().reset_index(name="n")
        most = rows.sort_values(["n", "account_id"], ascending=[False, True]).drop_duplicates(["user_id", "day"])
        return most.sort_values("day")

    def stickiness(self, part: Slice, month: pd.Timestamp) -> float:
        """Mean of the daily users ÷ users of the month, over its days in the data."""
        begin = max(month, self.files.begin)
        rows = part.of(self.user_days)
        rows = rows[rows["month"] == month]
        return len(rows) / ((self.files.end_of(month) - begin) / DAY) / self.users_of(part, month)

    def adoption(self, part: Slice, month: pd.Timestamp) -> pd.DataFrame:
        """Feature: accounts that could use it in the month, and accounts that did."""
        rows = part.of(self.events)
        rows, used = rows[rows["month"] == month], part.of(self.uses)
        last_day = rows.groupby("account_id")["day"].max()
        could = {key: int((last_day >= when.normalize()).sum()) for key, when in self.features["released_at"].items()}
        did = used[used["month"] == month].groupby("feature_id")["account_id"].nunique()
        return pd.DataFrame({"could": could, "did": did}).fillna(0).astype(int).query("could > 0")

    def four_weeks(self, part: Slice, month: pd.Timestamp) -> pd.DataFrame:
        """Feature: users, mean weekly users, popularity, uses per account that stays or leaves, before a month ends."""
        end = self.files.end_of(month)
        rows = part.of(self.uses)
        rows = rows[(rows["occurred_at"] >= end - 4 * WEEK) & (rows["occurred_at"] < end)]
        rows = rows.assign(week=((end - rows["occurred_at"] - pd.Timedelta(microseconds=1)) // WEEK))
        result = self.features[self.features["released_at"] <= end - 4 * WEEK][["is_beta"]].copy()
        by_feature = rows.groupby("feature_id")
        result["users"] = by_feature["user_id"].nunique()
        weekly = rows.drop_duplicates(["feature_id", "user_id", "week"]).groupby(["feature_id", "week"]).size()
        result["weekly"] = weekly.groupby(level=0).sum() / 4
        result["popularity"] = result["users"] / self.users_between(part, end - 4 * WEEK, end)
        for name, accounts in self.futures(part, month).items():
            mine = rows[rows["account_id"].isin(accounts)].groupby("feature_id").size()
            result[name] = mine.reindex(result.index, fill_value=0) / len(accounts) if len(accounts) else float("nan")
        return result

    def futures(self, part: Slice, month: pd.Timestamp) -> dict[str, pd.Index]:
        """Paying accounts of the month that pay or don't pay three months later; nobody while those are not over."""
        later = month + pd.DateOffset(months=3)
        if later + pd.DateOffset(months=1) > self.files.now:
            return {"stayed": pd.Index([]), "left": pd.Index([])}
        position = self.files.months.index(month) + 1
        paid = self.revenue.cents
        mine = part.of(self.files.accounts).index.intersection(paid.index[paid[position] > 0])
        stays = paid.loc[mine, position + 3] > 0
        return {"stayed": mine[stays], "left": mine[~stays]}

    def releases(self, tickets: pd.DataFrame) -> pd.DataFrame:
        """Release × segment, All included: counts in the four weeks before and from the release day on."""
        versions = self.files.read("product/releases", ["released_at"], ("version",))
        found = []
        for version, when in zip(versions["version"], versions["released_at"].dt.normalize(), strict=True):
            if when >= self.files.now:
                continue
            for segment in ["All", *sorted(self.files.accounts["segment"].unique())]:
                part = Slice() if segment == "All" else Slice("segment", segment)
                row: dict[str, object] = {"version": version, "segment": segment}
                for side, begin in (("before", when - 4 * WEEK), ("after", when)):
                    inside = part.of(self.events)
                    inside = inside[(inside["day"] >= begin) & (inside["day"] < begin + 4 * WEEK)]
                    opened = part.of(tickets)
                    opened = opened[opened["created_at"].between(begin, begin + 4 * WEEK, inclusive="left")]
                    row |= {
                        f"active_accounts_{side}": inside["account_id"].nunique(),
                        f"events_{side}": len(inside),
                        f"errors_{side}": (inside["event_type"] == "error").sum(),
                        f"tickets_{side}": len(opened),
                        f"technical_tickets_{side}": opened["category"].isin(self.files.technical).sum(),
                    }
                row["is_complete"] = when - 4 * WEEK >= self.files.first_day and when + 4 * WEEK <= self.files.now
                found.append(row)
        return pd.DataFrame(found).set_index(["version", "segment"])
