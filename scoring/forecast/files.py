"""What the forecast rests on, read from a synthetic company's files: another way than dbt's, for judging and tests."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from company.calendar import add_months
from scoring.forecast.bookings import Deals, deals_of
from scoring.forecast.mrr import PARTS, History


def history_of(folder: Path) -> History:
    """Its months as truth/ tells them; the window must begin and end with a month."""
    rows = pd.read_csv(folder / "truth/account_months.csv", parse_dates=["month"]).drop(columns="account_id")
    months = rows.groupby("month").sum().round(2)
    parts = months[list(PARTS)].to_numpy()
    return History(months.index[0].date(), months["starting_mrr"].to_numpy(), parts, months["ending_mrr"].to_numpy())


def deals_in(folder: Path, since: date) -> Deals:
    """Its deals and their moves, of a company with one pipeline, one currency and the clock of UTC."""
    said = yaml.safe_load((folder / "company.yml").read_text(encoding="utf-8"))["pipelines"]
    [(pipeline, stages)] = said.items()
    outcomes = {stage: body if isinstance(body, str) else "open" for stage, body in stages.items()}
    rows = pd.read_csv(folder / "crm/deals.csv", parse_dates=["created_at", "closed_at"]).sort_values("deal_id")
    moves = pd.read_csv(folder / "crm/deal_stage_history.csv", parse_dates=["entered_at"])
    moves = moves.sort_values(["entered_at", "deal_id", "stage_history_id"])
    found = [
        (row.deal_id, row.segment, pipeline, row.amount, _moment(row.created_at), _moment(row.closed_at), won)
        for row, won in zip(rows.itertuples(), rows["stage"].map(outcomes) == "won", strict=True)
    ]
    told = [(row.deal_id, pipeline, row.stage, _moment(row.entered_at)) for row in moves.itertuples()]
    return deals_of(found, [(pipeline, stage) for stage, is_a in outcomes.items() if is_a == "open"], told, since)


def last_day(history: History) -> date:
    """The last day of the last month."""
    return date.fromordinal(add_months(history.first, history.size).toordinal() - 1)


def _moment(value: Any) -> datetime | None:
    return None if pd.isna(value) else value.to_pydatetime()
