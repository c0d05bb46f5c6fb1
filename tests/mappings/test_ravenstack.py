"""RavenStack end to end: the dashboard's figures equal an independent computation from the original files in pandas.

RAVENSTACK_DATA names the folder of the five files; without it the tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg2
import pytest
import streamlit as st
from playwright.sync_api import Page

from metrics import query
from tests.app.test_pages import KEYS, open_app
from tests.conftest import Company, empty_company, free_port
from tests.e2e.browser import PATHS, chromium, flaws, new_page

FOLDER = Path(os.environ.get("RAVENSTACK_DATA", ""))
pytestmark = pytest.mark.skipif(not os.environ.get("RAVENSTACK_DATA"), reason="RAVENSTACK_DATA is not set")
NOW = pd.Timestamp("2025-01-01")  # the files end on 2024-12-31
MONTHS = pd.date_range("2023-01-01", "2024-12-01", freq="MS")


def original(name: str, *days: str) -> pd.DataFrame:
    """One of the original files; `days` are columns written day-month-year."""
    frame = pd.read_csv(FOLDER / f"ravenstack_{name}.csv")
    for day in days:
        frame[day] = pd.to_datetime(frame[day], dayfirst=True, format="mixed")
    return frame


@pytest.fixture(scope="module", autouse=True)
def ravenstack(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Load and build, in a database of its own; this process sees it."""
    company = empty_company(server, "tower_ravenstack", FOLDER, tmp_path_factory.mktemp("ravenstack"))
    said = company.run("loader", "--mapping", "ravenstack").stdout
    assert "62,754 rows read = 62,733 loaded + 21 rejected" in said
    company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test")
    with pytest.MonkeyPatch.context() as patch:
        for key, value in company.environment.items():
            patch.setenv(key, value)
        yield company


@pytest.fixture(scope="module")
def paid() -> pd.DataFrame:
    """What is paid: subscriptions that are no trials and last at least a day, whatever churn_flag says."""
    frame = original("subscriptions", "start_date", "end_date")
    return frame[~frame.is_trial & ~(frame.end_date <= frame.start_date)]


@pytest.fixture(scope="module")
def balance(paid: pd.DataFrame) -> pd.DataFrame:
    """MRR at the end of each month by account; overlapping subscriptions add up. One column a month, from 2022-12."""
    columns = {}
    for month in pd.date_range("2022-12-01", "2024-12-01", freq="MS"):
        end = month + pd.offsets.MonthBegin(1)
        running = paid[(paid.start_date < end) & (paid.end_date.isna() | (paid.end_date >= end))]
        columns[month] = running.groupby("account_id").mrr_amount.sum()
    return pd.DataFrame(columns).fillna(0.0)


def asked(*metrics: str) -> pd.DataFrame:
    """Metrics by month, as the dashboard asks for them; index: month."""
    frame = query(metrics, grain="month", start=MONTHS[0].date(), end=MONTHS[-1].date())
    frame.index = pd.DatetimeIndex(pd.to_datetime(frame.pop("period")))
    return frame.reindex(MONTHS)


def test_mrr_and_what_moved_it(paid: pd.DataFrame, balance: pd.DataFrame) -> None:
    first = paid.groupby("account_id").start_date.min().dt.to_period("M").dt.to_timestamp().reindex(balance.index)
    rows = []
    for month in MONTHS:
        start, end = balance[month - pd.offsets.MonthBegin(1)], balance[month]
        change = end - start
        begins, is_first = (start == 0) & (end > 0), first == month
        both = (start > 0) & (end > 0)
        rows.append(
            {
                "mrr": end.sum(),
                "active_customers": (end > 0).sum(),
                "new_mrr": change[begins & is_first].sum(),
                "reactivation_mrr": change[begins & ~is_first].sum(),
                "expansion_mrr": change[both & (change > 0)].sum(),
                "contraction_mrr": -change[both & (change < 0)].sum(),
                "churned_mrr": start[(start > 0) & (end == 0)].sum(),
            }
        )
    expected = pd.DataFrame(rows, index=MONTHS).astype(float)
    assert expected.mrr.iloc[-1] > 1_000_000 and (expected.iloc[:, 1:].sum() > 0).all()
    found = asked(*expected.columns).fillna(0.0)
    pd.testing.assert_frame_equal(found, expected, check_names=False, check_freq=False)


def test_nrr(balance: pd.DataFrame) -> None:
    expected = {}
    for month in MONTHS[12:]:
        base = balance[month - pd.DateOffset(years=1)]
        expected[month] = balance[month][base > 0].sum() / base.sum()
    found = asked("nrr_t12m").nrr_t12m.dropna()
    assert len(expected) == 12
    pd.testing.assert_series_equal(found, pd.Series(expected), check_names=False, check_freq=False)


def test_trial_conversion(paid: pd.DataFrame) -> None:
    """A trial lasts 14 days or ends before; it converts when its account starts to pay for another within 30 days."""
    trials = original("subscriptions", "start_date", "end_date").query("is_trial")
    ended = trials[["end_date"]].assign(due=trials.start_date + pd.Timedelta(days=14)).min(axis=1)
    trials = trials.assign(ended=ended)
    trials = trials[trials.ended < NOW]
    pairs = trials.merge(paid[["account_id", "start_date"]], on="account_id", suffixes=("", "_paid"))
    soon = pairs.start_date_paid.between(pairs.ended, pairs.ended + pd.Timedelta(days=30))
    converted = trials.subscription_id.isin(pairs[soon].subscription_id)
    mature = trials.ended <= NOW - pd.Timedelta(days=30)
    month = trials.ended.dt.to_period("M").dt.to_timestamp()
    found = asked("trials_ended", "trial_to_paid")
    assert found.trials_ended.fillna(0).tolist() == month.value_counts().reindex(MONTHS, fill_value=0).tolist()
    expected = ((converted & mature).groupby(month).sum() / mature.groupby(month).sum()).reindex(MONTHS)
    pd.testing.assert_series_equal(found.trial_to_paid, expected, check_names=False, check_freq=False)


def test_tickets() -> None:
    tickets = original("support_tickets", "submitted_at", "closed_at")
    month = tickets.submitted_at.dt.to_period("M").dt.to_timestamp()
    hours = tickets.resolution_time_hours.where(tickets.closed_at < NOW)
    answer = tickets.first_response_time_minutes
    answer = answer.where(tickets.submitted_at + pd.to_timedelta(answer, "min") < NOW) / 60
    score = tickets.satisfaction_score
    expected = pd.DataFrame(
        {
            "tickets": month.value_counts(),
            "escalated_tickets": tickets.escalation_flag.groupby(month).sum(),
            "resolution_median_hours": hours.groupby(month).median(),
            "first_response_median_hours": answer.groupby(month).median(),
            "csat_answers": score.groupby(month).count(),
            "csat": (score >= 4).groupby(month).sum() / score.groupby(month).count(),
        },
        index=MONTHS,
    ).astype(float)
    found = asked(*expected.columns).astype(float)
    pd.testing.assert_frame_equal(found, expected, check_names=False, check_freq=False, rtol=1e-4)


def test_what_was_rejected(ravenstack: Company) -> None:
    """Of the two rows with one usage_id the first is kept; nothing else is rejected."""
    usage = original("feature_usage")
    twice = usage[usage.usage_id.duplicated()]
    with psycopg2.connect(ravenstack.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select line, rule, file from ops.rejected_rows order by line")
        assert cursor.fetchall() == [(i + 2, "duplicate", "ravenstack_feature_usage.csv") for i in twice.index]
        cursor.execute(
            "select count(*), count(distinct feature_id) from raw.product_events where event_type = 'feature_use'"
        )
        assert cursor.fetchone() == (usage.usage_id.nunique(), usage.feature_name.nunique())
    connection.close()


def test_a_day_of_use_is_a_day_with_a_login(ravenstack: Company) -> None:
    subscriptions = original("subscriptions")[["subscription_id", "account_id"]]
    usage = original("feature_usage").merge(subscriptions, on="subscription_id")
    with psycopg2.connect(ravenstack.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from raw.product_events where event_type = 'login'")
        assert cursor.fetchone() == (len(usage[["account_id", "usage_date"]].drop_duplicates()),)
    connection.close()


@pytest.fixture(scope="module")
def base(ravenstack: Company) -> Iterator[str]:
    """The address of a running dashboard over the data set."""
    ravenstack.environment["APP_PORT"] = str(free_port())
    ravenstack.run("app", "start")
    yield f"http://127.0.0.1:{ravenstack.environment['APP_PORT']}"
    ravenstack.run("app", "stop")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser page for all."""
    with new_page() as page:
        yield page


@pytest.mark.skipif(chromium() is None, reason="needs Chromium")
@pytest.mark.parametrize("name", PATHS)
def test_every_page_is_whole_or_says_what_it_needs(base: str, page: Page, name: str) -> None:
    assert flaws(page, base, name) == []
    assert page.get_by_test_id("stCaptionContainer").get_by_text("As of 31 Dec 2024").count() == 1


@pytest.mark.parametrize("page", KEYS)
def test_every_page_opens(page: str) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    test = open_app(page, {})
    assert not test.exception
    assert not test.error
    assert "As of **31 Dec 2024**" in test.caption[0].value
