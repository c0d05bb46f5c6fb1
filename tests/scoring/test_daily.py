"""Days that stand out: what weekday and month's edge make likely, what is told, and that no day knows a later one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring.daily.detector import detect
from scoring.daily.scorer import DailyScorer, Incident, Seen, read_files
from scoring.daily.series import Event, Watched, edges, judge
from tests.conftest import Company
from warehouse.connections import owner_connection
from warehouse.settings import Settings

WEEK = np.array([100.0, 110, 105, 100, 95, 20, 10])  # Monday to Sunday
DAYS = pd.date_range("2026-01-05", periods=140)
TICKETS = Watched("tickets", True, 1, 8, DAYS[0].date(), DAYS[-1].date())


def flows(amounts: np.ndarray, segment: str = "SMB") -> pd.DataFrame:
    """A row a day."""
    rows = {"day": DAYS, "segment": segment, "region": "All", "acquisition_channel": "All", "amount": amounts}
    return pd.DataFrame(rows)


def test_a_week_that_repeats_itself_is_likely_and_a_sunday_like_a_monday_stands_out() -> None:
    amounts = np.tile(WEEK, 20)
    calm = judge(flows(amounts), TICKETS)
    assert calm and not calm.is_told.any()
    np.testing.assert_allclose(calm.likely.expected[0, -7:], WEEK, rtol=0.05)
    amounts[104] = amounts[125] = 100  # Sundays, three weeks apart: the first does not hide the second
    odd = judge(flows(amounts), TICKETS)
    assert odd and [odd.days[place] for place in np.flatnonzero(odd.is_lead.any(axis=0))] == [
        DAYS[104].date(),
        DAYS[125].date(),
    ]
    assert odd.slices == [("total", "All"), ("segment", "SMB")]
    assert odd.is_told[:, 104].all() and odd.is_lead[:, 104].tolist() == [True, False]


def test_only_the_bad_way_by_enough_and_with_enough_history_is_told() -> None:
    amounts = np.tile(WEEK, 20)
    amounts[[20, 106]] = [1000, 1]  # too early; fewer tickets are no bad news
    found = judge(flows(amounts), TICKETS)
    assert found and not found.is_told.any()
    small = np.full(140, 1.0)
    small[100] = 8.5  # less than eight more than likely
    assert not (found := judge(flows(small), TICKETS)) or not found.is_told.any()
    assert judge(flows(amounts), Watched("tickets", True, 1, 8, DAYS[0].date(), DAYS[34].date())) is None


def test_the_last_of_a_month_is_learned_apart_from_its_weekday() -> None:
    days = pd.date_range("2025-01-01", periods=540)
    kinds = edges(days)
    assert [days[place].day for place in np.flatnonzero(kinds == 2)] == [1] * (kinds == 2).sum()
    amounts = np.where(kinds == 1, 300.0, 100.0)[None, :] + np.arange(540) % 3
    found = detect(amounts, 7, kinds)
    last = np.flatnonzero(kinds == 1)[-3:]
    np.testing.assert_allclose(found.expected[0, last], 300, rtol=0.15)
    np.testing.assert_allclose(found.expected[0, last - 1], 100, rtol=0.1)


def test_no_day_knows_a_later_one() -> None:
    amounts = np.random.default_rng(1).poisson(np.tile(WEEK, 20)).astype(float)[None, :]
    whole, cut = detect(amounts, 7, chance=3), detect(amounts[:, :90], 7, chance=3)
    for name in ("expected", "spread", "score"):
        np.testing.assert_array_equal(getattr(whole, name)[:, :90], getattr(cut, name))


def test_figures_count_delays_and_what_nobody_planted() -> None:
    day = date(2026, 3, 2)
    gap = Incident("tracking_gap", "events", day, day + timedelta(days=3))
    told = [Event("events", day + timedelta(days=1), day + timedelta(days=2)), Event("spend", date(2025, 9, 1), day)]
    told += [Event("tickets", date(2025, 8, 1), date(2025, 8, 1))]
    found = {one.name: one.value for one in DailyScorer().judge_companies([Seen(told, [gap], 10), Seen([], [gap], 10)])}
    assert found["incidents of a day found"] == 0.5 and found["days until they are told"] == 1
    assert found["events that were planted"] == pytest.approx(2 / 3) and found["other events a month"] == 0.05


def test_the_warehouse_reads_what_the_files_say_and_shows_what_was_scored(
    company: Company, in_company: Settings
) -> None:
    scorer, files = DailyScorer(), read_files(company.data)
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        known = scorer.read(cursor, files.until)
        cursor.execute(
            "select metric, activity_date, dimension, dimension_value, actual_value, score, is_told, is_lead "
            "from marts.fct_daily_points"
        )
        shown = cursor.fetchall()
    keys = ["metric", "day", "segment", "region", "acquisition_channel"]
    mine = known.rows[known.rows["metric"].isin(files.rows["metric"])]

    def ordered(rows: pd.DataFrame) -> Any:
        held = rows[rows["amount"] > 0]
        return held.sort_values(keys).reset_index(drop=True)[[*keys, "amount"]]

    pd.testing.assert_frame_equal(ordered(mine), ordered(files.rows), check_dtype=False)
    rows = scorer.score(scorer.fit(known), known).rows
    assert len(rows) == len(shown) > 3_000
    assert {(r[0], r[1], r[2], r[3], r[4], *r[8:]) for r in rows} == set(shown)
    assert scorer.score(scorer.fit(known), known).features == scorer.score(scorer.fit(known), known).features
