"""Sales from the deals and their stage history: closed, created, open and due, the funnel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from tests.oracle.files import DIMENSIONS, Files, Slice, kept, ratio, within

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """A stage as company.yml says it: its place among the stages of its pipeline, and what its deals are."""

    place: int
    outcome: str
    category: str | None = None
    probability: float = 0.0


class Pipelines:
    """The pipelines of company.yml; every deal's stage is one of theirs."""

    def __init__(self, folder: Path) -> None:
        said = yaml.safe_load((folder / "company.yml").read_text(encoding="utf-8"))["pipelines"]
        self.renewals = {name for name, stages in said.items() if stages.pop("renewals", None)}
        self.stages: dict[tuple[str, str], Stage] = {}
        for pipeline, stages in said.items():
            for place, (stage, body) in enumerate(stages.items(), start=1):
                self.stages[pipeline, stage] = _stage(place, body)

    def pipeline_of(self, stage: str) -> str:
        """The only pipeline that has a stage."""
        (found,) = [pipeline for pipeline, known in self.stages if known == stage]
        return found

    def first_of(self, pipeline: str) -> str:
        """The stage in which a pipeline begins."""
        return next(stage for name, stage in self.stages if name == pipeline)

    def look(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The place, outcome, category and probability of each row's stage."""
        found = [self.stages[key] for key in zip(rows["pipeline"], rows["stage"], strict=True)]
        return pd.DataFrame(found, rows.index)


def _stage(place: int, body: Any) -> Stage:
    if isinstance(body, str):
        return Stage(place, body)
    return Stage(place, "open", body["open"].replace(" ", "_"), float(body["probability"].rstrip("%")) / 100)


class Sales:
    """Deals as they stood at the end of the as-of date."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.pipelines = Pipelines(files.folder)

    @cached_property
    def deals(self) -> pd.DataFrame:
        """Deals with the scope that they are filtered by: the account's where there is one."""
        rows = self.files.read("crm/deals", ["created_at", "closed_at", "expected_close_date"])
        rows = rows[rows["created_at"] < self.files.now].copy()
        for name, own in zip(DIMENSIONS, ["segment", "region", "source_channel"], strict=True):
            of_account = rows["account_id"].map(self.files.accounts[name])
            rows[name] = of_account.where(of_account.notna(), rows[own])
        if "pipeline" not in rows:
            rows["pipeline"] = rows["stage"].map(self.pipelines.pipeline_of)
        stages = self.pipelines.look(rows)
        rows["won"], rows["lost"] = stages["outcome"] == "won", stages["outcome"] == "lost"
        rows["open"] = ~(rows["won"] | rows["lost"])
        rows["renewal"] = rows["pipeline"].isin(self.pipelines.renewals)
        rows["chance"] = (rows["probability"] / 100).fillna(stages["probability"])
        rows["overdue"] = rows["open"] & (rows["expected_close_date"] < self.files.now - DAY)
        return rows

    @cached_property
    def business(self) -> pd.DataFrame:
        """New business: deals outside renewal pipelines."""
        return self.deals[~self.deals["renewal"]]

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Every move of a deal by time, with the pipeline, place and outcome of its stage."""
        rows = self.files.read("crm/deal_stage_history", ["entered_at"])
        rows = rows[rows["entered_at"] < self.files.now].sort_values(["deal_id", "entered_at", "stage_history_id"])
        rows = rows.merge(self.deals[["deal_id", "pipeline"]], on="deal_id")
        return rows.join(self.pipelines.look(rows)[["place", "outcome"]])

    @cached_property
    def stays(self) -> pd.DataFrame:
        """Deal × stage entered: first entry, days over all stays (none while one runs), whether it went further."""
        rows, found = self.moves, []
        rows = rows.assign(days=(rows.groupby("deal_id")["entered_at"].shift(-1) - rows["entered_at"]) / DAY)
        of_deal = dict(iter(rows[rows["outcome"] != "lost"].groupby("deal_id")))
        for (deal, stage), stay in rows[rows["outcome"] == "open"].groupby(["deal_id", "stage"]):
            entered, place = stay["entered_at"].iloc[0], stay["place"].iloc[0]
            own = of_deal[deal]
            later = own[own["entered_at"] >= entered]
            days = stay["days"].sum() if stay["days"].notna().all() else math.nan
            found.append((deal, stage, entered, days, bool((later["place"] > place).any())))
        frame = pd.DataFrame(found, columns=["deal_id", "stage", "entered_at", "days", "further"])
        return frame.merge(self.deals[["deal_id", "pipeline", "renewal", *DIMENSIONS, "won", "lost"]], on="deal_id")

    @kept
    def business_of(self, part: Slice) -> pd.DataFrame:
        """New business in a slice."""
        return part.of(self.business)

    @kept
    def metrics(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        """Deals closed, created and due in the months from first to last."""
        rows = self.business_of(part)
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
        overall = closed.groupby(["pipeline", "stage"])["won"].mean()
        by_segment = closed.groupby(["pipeline", "stage", "segment"])["won"].agg(["mean", "size"])
        enough = by_segment.loc[by_segment["size"] >= 20, "mean"]
        rows = self.deals[self.deals["open"]]
        values = [
            enough.get((row.pipeline, row.stage, row.segment), overall[row.pipeline, row.stage])
            for row in rows.itertuples()
        ]
        return pd.Series(values, index=rows["deal_id"], dtype=float)

    def open_pipeline(self, part: Slice) -> dict[str, float]:
        """Deals open on the as-of date."""
        rows = part.of(self.business[self.business["open"]])
        return {
            "open_deals": len(rows),
            "open_pipeline": rows["amount"].sum(),
            "weighted_pipeline": (rows["amount"] * self.chances.reindex(rows["deal_id"]).to_numpy()).sum(),
            "crm_weighted_pipeline": (rows["amount"] * rows["chance"]).sum(),
            "overdue_pipeline": rows.loc[rows["overdue"], "amount"].sum(),
        }

    def funnel(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """Per stage, of the deals that entered it in the months: how many, share that went further, median days."""
        rows = part.of(self.stays[~self.stays["renewal"]])
        grouped = rows[within(rows["entered_at"], first, last)].groupby("stage")
        columns = {"entered_deals": grouped.size(), "stage_conversion": grouped["further"].mean()}
        return pd.DataFrame(columns | {"stage_days": grouped["days"].median()}).astype(float)
