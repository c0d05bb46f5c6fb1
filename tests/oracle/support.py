"""Tickets judged at the end of the as-of date: service levels, hours, satisfaction, backlog."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from tests.oracle.files import Files, Slice, ratio, within

STEPS = {"first_response": "first_response_at", "resolution": "resolved_at"}


class Support:
    """Tickets opened up to the as-of date; what happened later is not known yet."""

    def __init__(self, files: Files) -> None:
        self.files = files

    @cached_property
    def tickets(self) -> pd.DataFrame:
        """Tickets with met, breached and hours of each step."""
        policy = self.files.read("support/sla_policies", []).set_index("priority")
        rows = self.files.read("support/tickets", ["created_at", "first_response_at", "resolved_at"])
        rows = self.files.with_account(rows[rows["created_at"] < self.files.now])
        for step, column in STEPS.items():
            rows[column] = rows[column].where(rows[column] < self.files.now)
            due = rows["created_at"] + pd.to_timedelta(rows["priority"].map(policy[f"{step}_hours"]), unit="h")
            rows[f"{step}_met"] = rows[column] <= due
            rows[f"{step}_breached"] = (rows[column] > due) | (rows[column].isna() & (due < self.files.now))
            rows[f"{step}_hours"] = (rows[column] - rows["created_at"]).dt.total_seconds() / 3600
        return rows

    def backlog(self, part: Slice, instant: pd.Timestamp) -> int:
        """Tickets open just before an instant."""
        rows = part.of(self.tickets)
        return int(((rows["created_at"] < instant) & ~(rows["resolved_at"] < instant)).sum())

    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Tickets opened in the months from first to last; the backlog at their end."""
        rows = part.of(self.tickets)
        rows = rows[within(rows["created_at"], first, last)]
        result = {
            "tickets": len(rows),
            "backlog": self.backlog(part, self.files.end_of(last)),
            "open_and_breached": (rows["resolved_at"].isna() & rows["resolution_breached"]).sum(),
            "escalated_tickets": rows["is_escalated"].sum(),
            "reopened_tickets": (rows["reopened_count"] > 0).sum(),
            "csat_answers": rows["csat_score"].notna().sum(),
            "csat": ratio((rows["csat_score"] >= 4).sum(), rows["csat_score"].notna().sum()),
        }
        for step in STEPS:
            met, breached = rows[f"{step}_met"].sum(), rows[f"{step}_breached"].sum()
            result |= {
                f"{step}_met": met,
                f"{step}_breached": breached,
                f"{step}_sla": ratio(met, met + breached),
                f"{step}_median_hours": rows[f"{step}_hours"].quantile(0.5),
                f"{step}_p90_hours": rows[f"{step}_hours"].quantile(0.9),
            }
        return result
