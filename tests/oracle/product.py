"""Activation of users and accounts, from users and their events."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from tests.oracle.files import Files, Slice, ratio, within

LIMIT = pd.Timedelta(days=14)


class Product:
    """Users and accounts that began within the window."""

    def __init__(self, files: Files) -> None:
        self.files = files

    @cached_property
    def users(self) -> pd.DataFrame:
        """Users of the window with their first activation."""
        rows = self._all_users()
        return self._judged(self.files.with_account(rows))

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts whose first user came within the window, with the first activation of any of their users."""
        everyone = self._all_users().groupby("account_id", as_index=False)
        return self._judged(self.files.with_account(everyone[["created_at", "activated_at"]].min()))

    def _all_users(self) -> pd.DataFrame:
        rows = self.files.read("product/users", ["created_at"])
        rows = rows[rows["created_at"] < self.files.now].copy()
        firsts = self.files.events.query("event_type == @self.files.activation").groupby("user_id")["occurred_at"].min()
        rows["activated_at"] = rows["user_id"].map(firsts)
        return rows

    def _judged(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows[rows["created_at"] >= self.files.begin].copy()
        rows["eligible"] = rows["created_at"] + LIMIT <= self.files.now
        rows["activated"] = rows["eligible"] & (rows["activated_at"] <= rows["created_at"] + LIMIT)
        return rows

    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Those who began in the months from first to last."""
        result = {}
        for name, rate, everyone in (
            ("users", "activation_rate", self.users),
            ("accounts", "account_activation_rate", self.accounts),
        ):
            rows = part.of(everyone)
            rows = rows[within(rows["created_at"], first, last)]
            result[f"eligible_{name}"] = rows["eligible"].sum()
            result[f"activated_{name}"] = rows["activated"].sum()
            result[rate] = ratio(rows["activated"].sum(), rows["eligible"].sum())
        return result
