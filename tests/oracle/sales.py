"""Sales from the deals and their stage history: closed, created, open and due, the funnel."""

from __future__ import annotations

import math
from functools import cached_property

import pandas as pd

from tests.oracle.files import DIMENSIONS, Files, Slice, ratio, within

OPEN_STAGES = ["prospecting", "qualification", "demo", "proposal", "negotiation"]
ORDER = {stage: place for place, stage in enumerate([*OPEN_STAGES, "closed_won"], start=1)} | {"closed_lost": 0}
DAY = pd.Timedelta(days=1)


class Sales:
    """Deals as they stood at the end of the as-of date."""

    def __init__(self, files: Files) -> None:
        self.files = files

    @cached_property
    def deals(self) -> pd.DataFrame:
        """Deals with the scope that they are filtered by: the account's where there is one."""
        rows = self.files.read("crm/deals", ["created_at", "closed_at", "expected_close_date"])
        rows = rows[rows["created_at"] < self.files.now].copy()
        for name, own in zip(DIMENSIONS, ["segment", "region", "source_channel"], strict=True):
            of_account = rows["account_id"].map(self.files.accounts[name])
            rows[name] = of_account.where(of_account.notna(), rows[own])
        rows["won"], rows["lost"] = rows["stage"] == "closed_won", rows["stage"] == "closed_lost"
        rows["open"] = ~(rows["won"] | rows["lost"])
        rows["overdue"] = rows["open"] & (rows["expected_close_date"] < self.files.now - DAY)
        return rows

    @cached_property
    def stays(self) -> pd.DataFrame:
        """Deal × stage entered: first entry, days over all stays (none while one runs), whether it went further."""
        rows = self.files.read("crm/deal_stage_history", ["entered_at"])
        rows = rows[rows["entered_at"] < self.files.now].sort_values(["deal_id", "entered_at", "stage_history_id"])
        rows["order"] = rows["stage"].map(ORDER)
        rows["days"] = (rows.groupby("deal_id")["entered_at"].shift(-1) - rows["entered_at"]) / DAY
        found = []
        for (deal, stage), stay in rows[rows["stage"].isin(OPEN_STAGES)].groupby(["deal_id", "stage"]):
            entered = stay["entered_at"].iloc[0]
            moves = rows[rows["deal_id"].eq(deal) & (rows["entered_at"] >= entered)]
            days = stay["days"].sum() if stay["days"].notna().all() else math.nan
            found.append((deal, stage, entered, days, bool((moves["order"] > ORDER[stage]).any())))
        frame = pd.DataFrame(found, columns=["deal_id", "stage", "entered_at", "days", "further"])
        return frame.merge(self.deals[["deal_id", *DIMENSIONS, "won", "lost"]], on="deal_id")

    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Deals closed, created and due in the months from first to last."""
        rows = part.of(self.deals)
        closed = rows[within(rows["closed_at"], first, last) & ~rows["open"]]
        won, lost = closed[closed["won"]], closed[closed["lost"]]
        due = rows[rows["open"] & ~rows["overdue"] & within(rows["expected_close_date"], first, last)]
        return {
            "won_deals": len(won),
            "lost_deals": len(lost),
            "closed_deals": len(closed),
            "won_amount": won["amount"].sum(),
            "lost_amount": lost["amount"].sum(),
            "win_rate": ratio(len(won), len(closed)),
            "win_rate_value": ratio(won["amount"].sum(), closed["amount"].sum()),
            "average_won_amount": ratio(won["amount"].sum(), len(won)),
            "sales_cycle_days": ((won["closed_at"] - won["created_at"]) / DAY).median(),
            "deals_created": within(rows["created_at"], first, last).sum(),
            "due_pipeline": due["amount"].sum(),
        }

    def coverage(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp, target: float) -> dict[str, float]:
        """Open and due ÷ what is missing, if anything is; the plan knows no channel, so that filter does not apply."""
        mine = self.metrics(part.only("segment", "region"), first, last)
        return {"pipeline_coverage": ratio(mine["due_pipeline"], max(target - mine["won_amount"], 0))}

    @cached_property
    def chances(self) -> pd.Series:
        """Open deal to the share of closed deals of its segment won from its stage (of all segments below 20)."""
        closed = self.stays[self.stays["won"] | self.stays["lost"]]
        overall = closed.groupby("stage")["won"].mean()
        by_segment = closed.groupby(["stage", "segment"])["won"].agg(["mean", "size"])
        enough = by_segment.loc[by_segment["size"] >= 20, "mean"]
        rows = self.deals[self.deals["open"]]
        values = [enough.get((row.stage, row.segment), overall[row.stage]) for row in rows.itertuples()]
        return pd.Series(values, index=rows["deal_id"], dtype=float)

    def open_pipeline(self, part: Slice) -> dict[str, float]:
        """Deals open on the as-of date."""
        rows = part.of(self.deals[self.deals["open"]])
        return {
            "open_deals": len(rows),
            "open_pipeline": rows["amount"].sum(),
            "weighted_pipeline": (rows["amount"] * self.chances.reindex(rows["deal_id"]).to_numpy()).sum(),
            "crm_weighted_pipeline": (rows["amount"] * rows["probability"] / 100).sum(),
            "overdue_pipeline": rows.loc[rows["overdue"], "amount"].sum(),
        }

    def funnel(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """Per stage, of the deals that entered it in the months: how many, share that went further, median days."""
        rows = part.of(self.stays)
        grouped = rows[within(rows["entered_at"], first, last)].groupby("stage")
        columns = {"entered_deals": grouped.size(), "stage_conversion": grouped["further"].mean()}
        return pd.DataFrame(columns | {"stage_days": grouped["days"].median()}).astype(float)
