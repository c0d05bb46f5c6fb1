"""Tickets judged at the end of the as-of date: service levels, hours, satisfaction, backlog."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from itertools import pairwise, takewhile

import pandas as pd

from company.hours import Span, elapsed
from tests.oracle.files import Files, Slice, kept, ratio, within

STEPS = {"first_response": "first_response_at", "resolution": "resolved_at"}
CLOSED = ("resolved", "closed")


class Support:
    """Tickets opened up to the as-of date; what happened later is not known yet."""

    def __init__(self, files: Files) -> None:
        self.files = files

    @cached_property
    def tickets(self) -> pd.DataFrame:
        """Tickets with met, breached and hours of each step."""
        policy = self.files.read("support/sla_policies", []).set_index("priority")
        rows = self.files.raw("support/tickets", ["created_at", *STEPS.values()])
        rows = self.files.with_account(rows[rows["created_at"] < self.now])
        rows["resolved_at"], untold = self._resolved(rows)
        for column in STEPS.values():
            rows[column] = rows[column].where(rows[column] < self.now)
        untold &= rows["resolved_at"].notna()
        for step, column in STEPS.items():
            target = pd.to_timedelta(rows["priority"].map(policy[f"{step}_hours"]), unit="h")
            # a ticket that is closed without an answer waits for none any more
            end = rows[column].fillna(rows["resolved_at"])
            is_judged = ~untold | (rows[column].notna() & (step == "first_response"))
            target = rows[f"{step}_target"] = target.where(is_judged)
            ran = self._ran(rows, end.fillna(self.now))
            rows[f"{step}_met"] = end.notna() & (ran <= target)
            rows[f"{step}_breached"] = ran > target
            rows[f"{step}_hours"] = (ran.dt.total_seconds() / 3600).where(rows[column].notna() & is_judged)
        local = {column: self.files.local(rows[column]) for column in ("created_at", *STEPS.values())}
        return rows.assign(began=rows["created_at"], ended=rows["resolved_at"], **local)

    def _resolved(self, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """When each ticket was resolved, and whether nobody says so of a closed one: then the last that is known."""
        untold = rows["status"].isin(CLOSED) & rows["resolved_at"].isna()
        resolved = rows["resolved_at"].copy()
        for place, ticket in rows[untold].iterrows():
            entries = self.entries.get(str(ticket["ticket_id"]), [])
            closing = [when for _, when in takewhile(lambda entry: entry[0] in CLOSED, reversed(entries))]
            last = closing[-1:] or [ticket["first_response_at"], *(when for _, when in entries)]
            resolved[place] = max(when for when in (ticket["created_at"], *last) if pd.notna(when))
            untold[place] = not closing
        return resolved, untold

    @property
    def now(self) -> pd.Timestamp:
        """The as-of instant in UTC, by which clocks run."""
        return self.files.utc(self.files.now)

    def is_late(self, rows: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
        """Whether the time for a resolution had run out before a time of the company's clock."""
        until, tickets = self.files.utc(until), rows.assign(created_at=rows["began"])
        return self._ran(tickets, rows["ended"].fillna(until).clip(upper=until)) > rows["resolution_target"]

    @cached_property
    def entries(self) -> dict[str, list[tuple[str, pd.Timestamp]]]:
        """The statuses that each ticket entered, and when, as far as the files tell."""
        if not (self.files.folder / "support/ticket_status_history.csv").exists():
            return {}
        rows = self.files.raw("support/ticket_status_history", ["entered_at"])
        rows = rows.sort_values(["entered_at", "status_history_id"])
        grouped = rows.groupby("ticket_id")
        return {str(ticket): list(zip(own["status"], own["entered_at"], strict=True)) for ticket, own in grouped}

    @cached_property
    def waits(self) -> dict[str, list[Span]]:
        """From when to when each ticket was not open, as far as that is known."""
        found = {}
        for ticket, entries in self.entries.items():
            steps = [*((status, when) for status, when in entries if when < self.now), ("", self.now)]
            found[ticket] = [(since, until) for (status, since), (_, until) in pairwise(steps) if status != "open"]
        return found

    def _ran(self, rows: pd.DataFrame, ends: pd.Series) -> pd.Series:
        """How long each ticket's clock ran until its end, in instants of UTC."""
        profile = self.files.profile
        if profile.service_hours is None and not self.waits:
            return ends - rows["created_at"]

        def ran(ticket: str, priority: str, begin: pd.Timestamp, end: pd.Timestamp) -> timedelta:
            hours = profile.service_hours
            clock = None if hours is None or priority in hours.always else hours
            return elapsed(begin, end, clock, profile.calendar.timezone, self.waits.get(ticket, ()))

        columns = (rows["ticket_id"], rows["priority"], rows["created_at"], ends)
        return pd.Series(pd.to_timedelta([ran(*row) for row in zip(*columns, strict=True)]), index=rows.index)

    @kept
    def tickets_of(self, part: Slice) -> pd.DataFrame:
        """The tickets of a slice."""
        return part.of(self.tickets)

    def backlog(self, part: Slice, instant: pd.Timestamp) -> int:
        """Tickets open just before an instant."""
        rows = self.tickets_of(part)
        return int(((rows["created_at"] < instant) & ~(rows["resolved_at"] < instant)).sum())

    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Tickets opened in the months from first to last; the backlog at their end."""
        rows = self.tickets_of(part)
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
