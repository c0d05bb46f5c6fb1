"""The forecast in the warehouse: it reads what the files say, nothing of the future, and the page says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from app.views.forecast import ahead
from metrics import query
from scoring.forecast.files import deals_in, history_of
from scoring.forecast.scorer import ForecastScorer
from tests.app.test_pages import open_app
from tests.conftest import Company
from warehouse.connections import owner_connection
from warehouse.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore")
DAY, LAST = date(2026, 3, 31), date(2026, 10, 31)


@pytest.fixture
def cursor(in_company: Settings) -> Iterator[Any]:
    """The owner's cursor in a transaction that is taken back."""
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        yield cursor
        connection.rollback()


def test_it_learns_from_the_months_and_deals_of_the_files(company: Company, cursor: Any) -> None:
    known = ForecastScorer().read(cursor, LAST)
    months = history_of(company.data)
    assert (known.history.first, known.history.size) == (months.first, 18)
    for name in ("starting", "parts", "ending"):
        assert np.abs(getattr(known.history, name) - getattr(months, name)).max() < 0.005, name
    deals = deals_in(company.data, months.first)
    assert (known.deals.since, known.deals.stages, known.deals.segments) == (date(2025, 5, 1), 5, 3)
    for name in ("created", "closed", "won", "amount", "segment", "first", "moved", "entered", "stage"):
        assert np.array_equal(getattr(known.deals, name), getattr(deals, name)), name
    assert len(deals.created) > 500 and len(deals.moved) > 2000
    scorer = ForecastScorer()
    found, own = scorer.judge_companies([scorer.observe(company.data)]), scorer.judge(scorer.fit(known), known)
    assert [one.value for one in found] == [one.value for one in own] and found[0].cases == 4
    assert {one.is_of_company for one in own} == {True} and {one.bound for one in own} == {None}


def test_moving_every_later_row_leaves_the_forecast_of_a_past_day_the_same(cursor: Any) -> None:
    scorer = ForecastScorer()

    def scores() -> Any:
        known = scorer.read(cursor, DAY)
        return scorer.score(scorer.fit(known), known)

    before = scores()
    assert len(before.rows) == 12 and before.rows[0][0] == date(2026, 4, 1) and all(table.rows for table in before.more)
    for change in (
        "update intermediate.int_mrr_history set ending_mrr = 1, new_mrr = 9e6 where revenue_month > '2026-03-31'",
        "update intermediate.int_deal_scopes set is_won = true where closed_at >= '2026-04-01'",
        "update intermediate.int_deal_scopes set closed_at = '2026-10-01' where closed_at >= '2026-04-01'",
        "delete from intermediate.int_deal_scopes where created_at >= '2026-04-01'",
        "delete from intermediate.int_deal_moves where entered_at >= '2026-04-01'",
        "delete from intermediate.int_mrr_history where revenue_month > '2026-03-31'",
    ):
        cursor.execute(change)
        assert cursor.rowcount > 3
        assert scores() == before, change


def test_what_is_shown_is_what_was_scored_and_begins_where_mrr_stands(cursor: Any) -> None:
    scorer = ForecastScorer()
    known = scorer.read(cursor, LAST)
    scores = scorer.score(scorer.fit(known), known)
    cursor.execute(
        "select features, trained_until from scores.runs where scorer = 'forecast' order by run_id desc limit 1"
    )
    assert cursor.fetchone() == (scores.features, LAST)
    cursor.execute("select forecast_month, ending_mrr, starting_mrr from marts.fct_mrr_forecast order by 1")
    shown = cursor.fetchall()
    assert [(month, f"{ending:.2f}") for month, ending, _ in shown] == [(row[0], row[8]) for row in scores.rows]
    assert shown[0][0] == date(2026, 11, 1)
    mrr = query(["mrr"], start=date(2026, 10, 1), end=date(2026, 10, 1)).iloc[0, 0]
    assert float(shown[0][2]) == pytest.approx(float(mrr), abs=0.005)
    cursor.execute("select won_amount, made_on_date from marts.fct_bookings_forecast where is_current")
    won, day = cursor.fetchone()
    booked = query(["won_amount"], start=date(2026, 10, 1), end=date(2026, 10, 1)).iloc[0, 0]
    assert float(won) == pytest.approx(float(booked), abs=0.005) and day == date(2026, 11, 1)
    cursor.execute(
        "select quarter_start, max(actual_amount) from marts.fct_bookings_forecast where not is_current group by 1"
    )
    for quarter, actual in cursor.fetchall():
        end = date(quarter.year, quarter.month + 2, 1)
        booked = query(["won_amount"], start=quarter, end=end).iloc[0, 0]
        assert float(actual) == pytest.approx(float(booked), abs=0.005)


def test_the_page_says_what_to_expect_and_a_link_holds_a_scenario(in_company: Settings) -> None:
    test = open_app("forecast", {})
    assert not test.exception
    [verdict] = [one.value for one in test.markdown if "MRR is expected to be" in one.value]
    assert "in Oct 2027" in verdict and "Q4 2026 should bring in" in verdict and "scenario" not in verdict
    cards = {card.label: card.value for card in test.metric}
    assert {"MRR in 12 months", "MRR in 3 months", "Bookings of Q4 2026", "Error 6 months ahead"} <= {*cards}
    assert not [info.value for info in test.info if "complete months" in info.value]
    moved = open_app("forecast", {"churn": "50", "price": "5", "win_rate": "7"})
    [verdict] = [one.value for one in moved.markdown if "MRR is expected to be" in one.value]
    assert verdict.startswith("**Under your scenario:**")
    assert "Churn: +50 % · Price: +5 %" in moved.caption[0].value and "Win rate" not in moved.caption[0].value
    assert {card.label: card.value for card in moved.metric}["MRR in 12 months"] != cards["MRR in 12 months"]
    filtered = open_app("forecast", {"segment": "SMB"})
    assert {card.label: card.value for card in filtered.metric}["MRR in 12 months *"] == cards["MRR in 12 months"]
    assert any("The forecast isn't recorded by segment" in one.value for one in filtered.caption)


def test_where_nothing_is_foreseen_the_page_says_what_it_takes(
    in_company: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ahead.rows
    monkeypatch.setattr(ahead, "rows", lambda *asked: found(*asked).having(found(*asked).frame.head(0)))
    test = open_app("forecast", {})
    assert not test.exception
    said = [info.value for info in test.info]
    assert sum("It takes 9 complete months of MRR; 18 are known." in text for text in said) == 2
    assert sum("It takes 26 weeks of deals" in text for text in said) == 1
    assert not [one.value for one in test.markdown if "MRR is expected to be" in one.value]
    assert {card.label: card.value for card in test.metric}["MRR in 12 months"] == "–"
