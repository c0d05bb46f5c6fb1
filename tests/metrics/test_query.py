"""Questions that make no sense are refused, values are bound, and every metric answers."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pandas as pd
import pytest
import yaml

from metrics import MetricError, catalogue, grains, query, supports
from warehouse.settings import ROOT, Settings


def test_fiscal_quarters_and_years_are_the_calendar_s_where_the_company_says_nothing(in_company: Settings) -> None:
    assert grains() == ("day", "week", "month", "quarter", "year")
    for unit in ("quarter", "year"):
        names = ["mrr", "starting_mrr", "new_mrr", "tickets", "backlog", "win_rate", "cac", "magic_number", "mau"]
        pd.testing.assert_frame_equal(query(names, grain=f"fiscal_{unit}"), query(names, grain=unit))


def test_every_metric_answers_with_one_number_and_by_each_of_its_dimensions(in_company: Settings) -> None:
    for name, metric in catalogue().items():
        assert len(query([name])) == 1, name
        for dimension in metric.dimensions:
            assert {dimension, name} <= set(query([name], [dimension]).columns)


def test_filter_values_are_bound(in_company: Settings) -> None:
    hostile = "SMB' or 1 = 1; drop table marts.fct_revenue_monthly; --"
    assert query(["active_customers"], filters={"segment": [hostile]}).iloc[0].fillna(0)["active_customers"] == 0
    assert query(["active_customers"]).iloc[0, 0] > 0


def test_values_with_quotes_braces_and_of_other_types(in_company: Settings) -> None:
    odd = ['"', "\\", "{", "}", ",", "NULL", "SMB"]
    alone = query(["active_customers"], filters={"segment": ["SMB"]}).iloc[0, 0]
    assert query(["active_customers"], filters={"segment": odd}).iloc[0, 0] == alone > 0
    cohort = query(["logo_retention"], filters={"months_since_start": ["0"]}).iloc[0, 0]
    assert cohort == 1
    with pytest.raises(MetricError, match="does not fit"):
        query(["logo_retention"], filters={"months_since_start": ["soon"]})


def test_the_backlog_is_that_of_the_last_day_at_every_grain(in_company: Settings) -> None:
    days = query(["backlog"], grain="day").set_index("period")["backlog"]
    weeks = query(["backlog"], grain="week").set_index("period")["backlog"]
    months = query(["backlog"], grain="month").set_index("period")["backlog"]
    assert weeks[date(2026, 9, 7)] == days[date(2026, 9, 13)] > 0
    assert months[date(2026, 9, 1)] == days[date(2026, 9, 30)]
    assert query(["backlog"], end=date(2026, 9, 1)).iloc[0, 0] == days[date(2026, 9, 30)]
    assert query(["backlog"]).iloc[0, 0] == days[date(2026, 10, 31)]
    one = query(["backlog"], filters={"region": ["Europe"]}, grain="week").set_index("period")["backlog"]
    by = query(["backlog"], ["region"], grain="week")
    assert one.to_dict() == by[by["region"] == "Europe"].set_index("period")["backlog"].to_dict()


def test_a_slice_and_its_rest_make_the_total(in_company: Settings) -> None:
    whole = query(["mrr"]).iloc[0, 0]
    assert query(["mrr"], ["segment"])["mrr"].sum() == pytest.approx(whole)
    assert query(["mrr"], filters={"segment": ["SMB"]}).iloc[0, 0] + query(
        ["mrr"], filters={"segment": ["Mid-Market", "Enterprise"]}
    ).iloc[0, 0] == pytest.approx(whole)


def test_a_stock_is_its_value_at_the_end_of_the_period(in_company: Settings) -> None:
    months = query(["mrr"], grain="month").set_index("period")["mrr"]
    quarters = query(["mrr"], grain="quarter").set_index("period")["mrr"]
    assert quarters[date(2026, 4, 1)] == months[date(2026, 6, 1)]
    assert query(["mrr"], start=date(2026, 1, 1), end=date(2026, 3, 1)).iloc[0, 0] == months[date(2026, 3, 1)]


def test_without_a_start_a_question_begins_with_the_window_as_the_pages_do(in_company: Settings) -> None:
    first = date(2025, 5, 1)
    months = query(["deals_created"], grain="month")
    assert months["period"].min() == first
    assert query(["deals_created"]).iloc[0, 0] == months["deals_created"].sum() > 0
    told = query(["deals_created"], start=date(2024, 1, 1), grain="month")  # some deals were created before
    assert told["period"].min() < first
    pd.testing.assert_frame_equal(told[told["period"] >= first].reset_index(drop=True), months)
    assert query(["deals_created"], end=date(2025, 4, 30)).fillna(0).iloc[0, 0] == 0


def test_who_is_gone_by_the_end_of_a_period_is_not_counted_with_an_earlier_month(in_company: Settings) -> None:
    months = query(["scored_customers"], ["account"], grain="month")
    quarters = query(["scored_customers"], ["account"], grain="quarter")
    by_quarter = months[months["period"] == date(2026, 6, 1)]["account"]
    assert set(quarters[quarters["period"] == date(2026, 4, 1)]["account"]) == set(by_quarter)
    assert set(by_quarter) < set(months["account"])


def test_keys_are_no_breakdowns(in_company: Settings) -> None:
    assert {"account", "deal", "rep"} <= {*catalogue()["open_pipeline"].keys}
    for name, metric in catalogue().items():
        assert not {*metric.keys} & {*metric.dimensions}, name


def test_what_is_not_recorded_is_refused_with_a_reason(in_company: Settings) -> None:
    assert not supports("cac", "segment")
    with pytest.raises(MetricError, match="does not answer to a filter on segment"):
        query(["cac"], filters={"segment": ["SMB"]})
    with pytest.raises(MetricError, match="not recorded by segment"):
        query(["cac"], ["segment"])
    with pytest.raises(MetricError, match="no metric 'nonsense'"):
        query(["nonsense"])
    with pytest.raises(MetricError, match="grain must be one of"):
        query(["mrr"], grain="fortnight")


def test_many_sessions_ask_at_once(in_company: Settings) -> None:
    def ask(index: int) -> pd.DataFrame:
        return query(["mrr", "cac"], ["acquisition_channel"], grain=["month", "quarter"][index % 2])

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(24)))
    assert all(answer.equals(answers[index % 2]) for index, answer in enumerate(answers))


PAGES = yaml.safe_load((ROOT / "dbt/semantic/saved_queries.yml").read_text(encoding="utf-8"))["saved_queries"]


@pytest.mark.parametrize("saved", PAGES, ids=lambda saved: saved["name"])
def test_every_saved_query_answers_by_month(in_company: Settings, saved: dict[str, Any]) -> None:
    asked = saved["query_params"]
    cuts = [re.findall(r"Entity\('(\w+)'\)", text) for text in asked["group_by"]]
    found = query(asked["metrics"], [name for names in cuts for name in names], grain="month")
    assert found["period"].nunique() > 6
    assert set(asked["metrics"]) <= set(found.columns)
