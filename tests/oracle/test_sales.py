"""The sales marts equal what pandas makes of the CRM's files: stays, activities, reps, weeks and forecasts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from metrics import query
from tests.oracle import compare
from tests.oracle.files import DIMENSIONS, Files, Slice, ratio, within
from tests.oracle.oracle import Oracle
from tests.oracle.sales import DAY
from warehouse.reading import fetch

WEEK = pd.Timedelta(days=7)
MOODS = {
    "positive": "positive",
    "negative": "negative",
    "no_show": "negative",
    "neutral": "neutral",
    "connected": "neutral",
    "no_answer": "neutral",
}


def mart(sql: str, *moments: str) -> pd.DataFrame:
    """Rows of a mart with their dates parsed and numbers as floats."""
    rows = fetch(sql, {})
    for column in moments:
        rows[column] = pd.to_datetime(rows[column])
    return rows


def monday(times: pd.Series) -> pd.Series:
    """First instant of the week of each moment."""
    return times.dt.normalize() - pd.to_timedelta(times.dt.weekday, unit="D")


def history(oracle: Oracle) -> pd.DataFrame:
    """Every move with the place and outcome of the stage before it, and when the next one came."""
    rows = oracle.sales.moves.copy()
    moves = rows.groupby("deal_id")
    rows["was"], rows["from_place"] = moves["outcome"].shift(1), moves["place"].shift(1)
    rows["left_at"] = moves["entered_at"].shift(-1)
    return rows


def deals(oracle: Oracle) -> pd.DataFrame:
    """Deals by id, closed only as far as the as-of date knows, with the end of the week they were expected in."""
    rows = oracle.sales.deals.set_index("deal_id")
    rows["closed_at"] = rows["closed_at"].where(rows["closed_at"] < oracle.files.now)
    for state in ("won", "lost"):
        rows[state] &= rows["closed_at"].notna()
    rows["due_until"] = monday(rows["expected_close_date"]) + WEEK
    return rows


def movement(row: Any) -> str:
    """How a deal came into a stage."""
    if pd.isna(row.was):
        return "created"
    if row.outcome != "open":
        return str(row.outcome)
    if row.was != "open":
        return "reopened"
    step = row.place - row.from_place
    return "skip" if step > 1 else "forward" if step == 1 else "same" if step == 0 else "backward"


def test_every_stay_equals_the_oracle(oracle: Oracle) -> None:
    rows = history(oracle)
    is_open = rows["outcome"] == "open"
    want = pd.DataFrame(
        {
            "stage_history_id": rows["stage_history_id"],
            "changed_by": rows["changed_by"],
            "pipeline": rows["pipeline"],
            "stage_position": rows["place"],
            "stage_outcome": rows["outcome"],
            "movement_type": [movement(row) for row in rows.itertuples()],
            "days_in_stage": ((rows["left_at"] - rows["entered_at"]) / DAY).where(is_open),
            "days_observed": ((rows["left_at"].fillna(oracle.files.now) - rows["entered_at"]) / DAY).where(is_open),
            "is_current": rows["left_at"].isna(),
            "valid_to": rows["left_at"],
        }
    )
    have = mart(f"select {', '.join(want.columns)} from marts.fct_deal_stage_history", "valid_to")
    same_frame(want, have, "stage_history_id")


def activities(oracle: Oracle) -> pd.DataFrame:
    """Activities of the as-of date with their state, mood and scope."""
    files, known = oracle.files, deals(oracle)
    rows = files.read("crm/activities", ["occurred_at", "due_at", "completed_at"])
    rows = rows[rows["occurred_at"] < files.now].copy()
    done = rows["completed_at"] < files.now
    late = rows["due_at"].fillna(rows["occurred_at"]) < files.now
    rows["state"] = np.select([done, late], ["completed", "overdue"], "pending")
    rows["mood"] = rows["outcome"].map(MOODS).where(done | rows["completed_at"].isna())
    deal = known.reindex(rows["deal_id"])
    rows["result"] = np.select([deal["won"] == True, deal["lost"] == True], ["won", "lost"], "open")  # noqa: E712
    rows.loc[~rows["deal_id"].isin(known.index), "result"] = "no deal"
    account = rows["account_id"].where(rows["account_id"].notna(), pd.Series(deal["account_id"].values, rows.index))
    reps = files.read("crm/sales_reps", []).set_index("rep_id").rename(columns={"team": "segment"})
    for name in DIMENSIONS:
        scope = account.map(files.accounts[name]).astype(object)
        scope = scope.where(scope.notna(), pd.Series(deal[name].values, rows.index))
        if name in reps:
            scope = scope.where(scope.notna(), rows["owner_id"].map(reps[name]))
        rows[name] = scope.fillna("Unknown")
    return rows


def test_every_activity_equals_the_oracle(oracle: Oracle) -> None:
    rows = activities(oracle)
    names = {"state": "activity_state", "mood": "outcome_sentiment", "result": "deal_result"}
    want = rows[["activity_id", *names, *DIMENSIONS]].rename(columns=names)
    have = mart(f"select {', '.join(want.columns)} from marts.fct_activities")
    same_frame(want, have, "activity_id")


def test_a_contact_shows_no_more_than_initials(oracle: Oracle) -> None:
    people = oracle.files.read("crm/contacts", []).set_index("contact_id")
    rows = mart("select contact_id, contact_initials from marts.fct_activities where contact_id is not null")
    who = people.loc[rows["contact_id"]]
    want = who["first_name"].str[0].str.upper() + "." + who["last_name"].str[0].str.upper() + "."
    assert (rows["contact_initials"].to_numpy() == want.to_numpy()).all()


def reps(oracle: Oracle) -> pd.DataFrame:
    """Rep × month: quota after ramp, wins and losses of new business and activities, where there is any of it."""
    files, known, work = oracle.files, deals(oracle), activities(oracle)
    people = files.read("crm/sales_reps", ["hired_at"])
    known, found = known[~known["renewal"]], []
    closed = known[known["won"] | known["lost"]]
    for rep in people.itertuples():
        mine, done = closed[closed["owner_id"] == rep.rep_id], work[work["owner_id"] == rep.rep_id]
        made = known.loc[known["owner_id"] == rep.rep_id, "created_at"]
        for month in files.months:
            steps = (month.year - rep.hired_at.year) * 12 + month.month - rep.hired_at.month
            share = 0.0 if steps < 0 else min(1.0, (steps + 1) / 4)
            here = mine[within(mine["closed_at"], month, month)]
            count = int(within(done["occurred_at"], month, month).sum())
            won = here[here["won"]]
            if share or len(here) or count or within(made, month, month).any():
                quota = math.floor(rep.monthly_quota * share * 100 + 0.5) / 100
                value = float(won["amount"].sum())
                found.append((rep.rep_id, month, rep.team, rep.region, quota, value, len(won), len(here), count))
    names = ["rep_id", "performance_month", "segment", "region", "ramped_quota", "won_amount", "won_deals"]
    return pd.DataFrame(found, columns=[*names, "closed_deals", "activities"])


def test_every_month_of_a_rep_equals_the_oracle(oracle: Oracle) -> None:
    want = reps(oracle)
    want["quota_attainment"] = [ratio(a, b) for a, b in zip(want["won_amount"], want["ramped_quota"], strict=True)]
    want["win_rate"] = [ratio(a, b) for a, b in zip(want["won_deals"], want["closed_deals"], strict=True)]
    want["activities_per_win"] = [ratio(a, b) for a, b in zip(want["activities"], want["won_deals"], strict=True)]
    have = mart(f"select {', '.join(want.columns)} from marts.sales_rep_performance", "performance_month")
    same_frame(want, have, ["rep_id", "performance_month"])


def weeks(files: Files) -> list[pd.Timestamp]:
    """Mondays from the week in which the data begin to that of the as-of date."""
    return list(pd.date_range(files.begin - pd.Timedelta(days=files.begin.weekday()), files.now - DAY, freq="7D"))


def test_every_week_of_the_pipeline_equals_the_oracle(oracle: Oracle) -> None:
    rows, found = deals(oracle), []
    still = rows["closed_at"].fillna(pd.Timestamp("2200-01-01"))
    for week in weeks(oracle.files):
        end = week + WEEK
        inside = still.between(week, end, inclusive="left")
        late = (rows["due_until"] == end) & (rows["created_at"] < end) & (still >= end) & (end <= oracle.files.now)
        flags = {
            "open_start": (rows["created_at"] < week) & (still >= week),
            "created": rows["created_at"].between(week, end, inclusive="left"),
            "won": rows["won"] & inside,
            "lost": rows["lost"] & inside,
            "open_end": (rows["created_at"] < end) & (still >= end),
            "pulled_in": rows["won"] & inside & (rows["due_until"] > end),
            "pushed_out": late,
        }
        part = pd.DataFrame({f"{name}_deals": flag.astype(int) for name, flag in flags.items()})
        for name, flag in flags.items():
            part[f"{name}_amount"] = rows["amount"].where(flag, 0.0)
        part = part[part.any(axis=1)].join(rows[["pipeline", *DIMENSIONS]])
        found.append(part.groupby(["pipeline", *DIMENSIONS]).sum().reset_index().assign(week_start=week))
    want = pd.concat(found, ignore_index=True)
    have = mart(f"select {', '.join(want.columns)} from marts.pipeline_weekly", "week_start")
    same_frame(want, have, ["week_start", "pipeline", *DIMENSIONS])


def standing(oracle: Oracle) -> pd.DataFrame:
    """Deal × Monday on which it was open: its stage then, and the days until it was won."""
    rows, moves, found = deals(oracle), history(oracle), []
    first = rows["pipeline"].map(oracle.sales.pipelines.first_of)
    for week in weeks(oracle.files):
        there = rows[(rows["created_at"] < week) & ~(rows["closed_at"] < week)]
        latest = moves[moves["entered_at"] <= week].groupby("deal_id")["stage"].last()
        part = there[["pipeline", "segment", "amount"]].assign(week=week)
        part["stage"] = latest.reindex(there.index).fillna(first)
        part["days"] = ((there["closed_at"].where(there["won"]) - week) / DAY).map(np.floor)
        found.append(part)
    return pd.concat(found)


def chance(seen: pd.DataFrame, week: pd.Timestamp, segment: str, left: int) -> float:
    """Share of earlier open deals of a stage won within as many days as are left; nan without history."""
    seen = seen[(seen["week"] <= week - left * DAY).to_numpy()]
    own = seen[(seen["segment"] == segment).to_numpy()]
    cases = own if len(own) >= 20 else seen
    return ratio((cases["days"] < left).sum(), len(cases))


def test_every_forecast_equals_the_oracle(oracle: Oracle) -> None:
    files, rows, seen, found = oracle.files, deals(oracle), standing(oracle), []
    seen["category"] = oracle.sales.pipelines.look(seen)["category"].to_numpy()
    won, stages = rows[rows["won"]], dict(list(seen.groupby(["pipeline", "stage"])))
    slices = [(segment, pipeline) for segment in rows["segment"].unique() for pipeline in rows["pipeline"].unique()]
    for week in weeks(files):
        first = files.quarter_of(week)
        after = first + pd.DateOffset(months=3)
        left = (after - week).days
        if first < files.begin:
            continue
        for segment, pipeline in slices:
            here = seen[(seen["week"] == week) & (seen["segment"] == segment) & (seen["pipeline"] == pipeline)]
            booked = won[(won["segment"] == segment) & (won["pipeline"] == pipeline)]
            of_quarter = booked[(booked["closed_at"] >= first) & (booked["closed_at"] < after)]
            so_far = of_quarter.loc[of_quarter["closed_at"] < week, "amount"].sum()
            by_category = here.groupby("category")["amount"].sum()
            by_stage = here.groupby("stage")["amount"].sum()
            sure = so_far + by_category.get("commit", 0)
            hopes = [
                amount * chance(stages[pipeline, stage], week, segment, left) for stage, amount in by_stage.items()
            ]
            actual = of_quarter["amount"].sum() if after <= files.now else math.nan
            best = sure + by_category.get("best_case", 0)
            money = (so_far, sure, best, so_far + sum(hopes), actual)
            found.append((week, segment, pipeline, left, len(here), *money))
    names = ["week_start", "segment", "pipeline", "days_left", "open_deals"]
    sums = ["won_to_date", "commit_amount", "best_case_amount", "weighted_amount", "actual_won_amount"]
    want = pd.DataFrame(found, columns=[*names, *sums])
    have = mart(f"select {', '.join(want.columns)} from marts.sales_forecast", "week_start")
    same_frame(want, have, ["week_start", "segment", "pipeline"])


def test_metrics_of_sales_work_equal_the_oracle(oracle: Oracle) -> None:
    work, month, known = activities(oracle), reps(oracle), deals(oracle).reset_index()
    known = known[~known["renewal"]]
    late = ~(known["closed_at"] < known["due_until"])

    def family(part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        rows = part.of(work)
        rows = rows[within(rows["occurred_at"], first, last)]
        done, overdue = (rows["state"] == "completed").sum(), (rows["state"] == "overdue").sum()
        patch = part.only("segment", "region").of(month)
        patch = patch[patch["performance_month"].between(first, last)]
        made, due = part.of(known), part.of(known[known["due_until"] <= oracle.files.now])
        due = due[within(due["expected_close_date"], first, last)]
        return {
            "activities": len(rows),
            "completed_activities": done,
            "overdue_activities": overdue,
            "activity_completion_rate": ratio(done, done + overdue),
            "positive_outcome_rate": ratio((rows["mood"] == "positive").sum(), rows["mood"].notna().sum()),
            "ramped_quota": patch["ramped_quota"].sum(),
            "quota_attainment": ratio(patch["won_amount"].sum(), patch["ramped_quota"].sum()),
            "activities_per_win": ratio(patch["activities"].sum(), patch["won_deals"].sum()),
            "due_deals": len(due),
            "pipeline_created_amount": made.loc[within(made["created_at"], first, last), "amount"].sum(),
            "slipped_deals": late[due.index].sum(),
            "slip_share": ratio(late[due.index].sum(), len(due)),
        }

    wrong = [line for part in oracle.files.slices() for line in compare.over_ranges(oracle, family, part)]
    assert not wrong, compare.report(wrong)


def test_sales_velocity_of_every_slice_equals_the_oracle(oracle: Oracle) -> None:
    known, wrong = deals(oracle), []
    for part in oracle.files.slices():
        rows = part.of(known[~known["renewal"]])
        won, lost = rows[rows["won"]], rows[rows["lost"]]
        days = ((won["closed_at"] - won["created_at"]) / DAY).median()
        rate = ratio(len(won), len(won) + len(lost))
        want = ratio((len(rows) - len(won) - len(lost)) * rate * won["amount"].mean(), days)
        have = query(["sales_velocity"], filters=part.filters).iloc[0]
        wrong += compare.differing(str(part), {"sales_velocity": want}, have)
    assert not wrong, compare.report(wrong)


def same_frame(want: pd.DataFrame, have: pd.DataFrame, keys: str | list[str]) -> None:
    """Both hold the same rows, money and days but for the last digits of a float."""
    want, have = (frame.set_index(keys).sort_index() for frame in (want, have))
    assert have.index.is_unique
    for column in want:
        if pd.api.types.is_numeric_dtype(want[column]) and not pd.api.types.is_bool_dtype(want[column]):
            have[column] = have[column].astype(float)
            want[column] = want[column].astype(float)
        if pd.api.types.is_datetime64_any_dtype(want[column]):
            want[column], have[column] = (frame[column].astype("datetime64[us]") for frame in (want, have))
        if want[column].dtype == object or pd.api.types.is_string_dtype(want[column]):
            want[column], have[column] = (frame[column].astype(object).fillna("—") for frame in (want, have))
    pd.testing.assert_frame_equal(want, have, check_dtype=False, check_index_type=False, rtol=1e-9, atol=1e-6)
