"""The generator: the same seed gives the same bytes, the files meet the contract, figures lie in published ranges."""

from __future__ import annotations

import filecmp
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from company.contract import read_contract
from data_gen.clock import epoch
from data_gen.generate import generate
from data_gen.incidents import Scope, Surge
from data_gen.plan import Plan
from loader.load import load
from loader.loaded import Options
from warehouse.settings import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company large enough for its averages to mean something."""
    target = tmp_path_factory.mktemp("gen") / "data"
    generate(Plan(3000, 11, date(2025, 5, 1), date(2026, 10, 31)), target)
    return target


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = Plan(80, 5, date(2026, 1, 1), date(2026, 4, 30))
    for name in ("a", "b"):
        generate(plan, tmp_path / name)
    files = [p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.csv")]
    assert len(files) == 29
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", [str(f) for f in files], shallow=False)[1:] == ([], [])
    generate(Plan(80, 6, plan.start, plan.end), tmp_path / "c")
    assert not filecmp.cmp(tmp_path / "a/crm/accounts.csv", tmp_path / "c/crm/accounts.csv", shallow=False)


def test_every_file_meets_the_contract(folder: Path, tmp_path: Path) -> None:
    done = load(None, read_contract(ROOT / "dbt"), Options(folder, strict=True), tmp_path, lambda *_: None)
    assert [problem for outcome in done.outcomes for problem in outcome.problems] == []
    assert len(done.outcomes) == 24 and done.window.as_of == date(2026, 10, 31)


def test_nothing_happens_after_the_window(folder: Path) -> None:
    for name, column in [
        ("product/events", "occurred_at"),
        ("support/tickets", "created_at"),
        ("support/tickets", "resolved_at"),
        ("billing/payments", "attempted_at"),
        ("billing/subscription_changes", "effective_at"),
        ("crm/deals", "closed_at"),
        ("crm/activities", "occurred_at"),
    ]:
        assert pd.read_csv(folder / f"{name}.csv", usecols=[column], parse_dates=[column])[column].max() < pd.Timestamp(
            "2026-11-01"
        ), name


def test_figures_lie_in_published_ranges(folder: Path) -> None:
    truth = pd.read_csv(folder / "truth/account_months.csv").merge(
        pd.read_csv(folder / "crm/accounts.csv")[["account_id", "segment"]]
    )
    churn = truth.assign(s=truth["starting_mrr"] > 0, c=truth["churn"] > 0).groupby("segment")[["s", "c"]].sum()
    rate = churn["c"] / churn["s"]
    assert 0.014 <= rate["SMB"] <= 0.024
    assert 0.006 <= rate["Mid-Market"] <= 0.012
    assert 0.001 <= rate["Enterprise"] <= 0.007
    deals = pd.read_csv(folder / "crm/deals.csv", parse_dates=["created_at", "closed_at"])
    closed = deals[deals["closed_at"].notna()]
    wins = (closed["stage"] == "closed_won").groupby(closed["segment"]).mean()
    assert 0.30 <= wins["SMB"] <= 0.50 and 0.22 <= wins["Mid-Market"] <= 0.30 and 0.15 <= wins["Enterprise"] <= 0.20
    tickets = pd.read_csv(folder / "support/tickets.csv")
    assert 0.15 <= tickets["csat_score"].notna().mean() <= 0.30
    assert 0.85 <= (tickets["csat_score"].dropna() >= 4).mean() <= 0.92
    assert 0.4 <= len(tickets) / (truth["ending_mrr"] > 0).sum() <= 1.0
    firsts = pd.read_csv(folder / "billing/payments.csv").query(
        "payment_method == 'card' and attempt_number == 1 and status != 'refunded'"
    )
    assert 0.05 <= (firsts["status"] == "failed").mean() <= 0.10
    trials = pd.read_csv(folder / "billing/subscriptions.csv").dropna(subset=["trial_started_at"])
    over = trials[pd.to_datetime(trials["trial_ended_at"]) < pd.Timestamp("2026-10-01")]
    assert 0.08 <= (over["cancel_reason"] != "trial_not_converted").mean() <= 0.25


def test_trials_are_decided_within_days_and_not_all_alike(folder: Path) -> None:
    columns = ["trial_started_at", "trial_ended_at"]
    trials = pd.read_csv(folder / "billing/subscriptions.csv", parse_dates=columns).dropna(subset=columns)
    days = (trials["trial_ended_at"] - trials["trial_started_at"]) / pd.Timedelta(days=1)
    lost = trials["cancel_reason"] == "trial_not_converted"
    for some in (days[lost], days[~lost]):
        assert 0.4 < (some < 14).mean() < 0.6 and 0.2 < (some == 14).mean() < 0.4
        assert 0 < some.min() < 3 and 17 < some.max() <= 21
        assert some.round(4).nunique() > 0.6 * len(some)


def test_some_customers_move_up_and_fewer_down_in_tier(folder: Path) -> None:
    changes = pd.read_csv(folder / "billing/subscription_changes.csv")
    prices = pd.read_csv(folder / "billing/products.csv").set_index("product_id")["list_price"]
    price = changes["product_id"].map(prices)
    before = price.groupby(changes["subscription_id"]).shift()
    up, down = (price > before).sum(), (price < before).sum()
    assert 30 < down < up


def test_nobody_pays_for_more_seats_than_it_has_employees(folder: Path) -> None:
    subs = pd.read_csv(folder / "billing/subscriptions.csv").set_index("subscription_id")["account_id"]
    changes = pd.read_csv(folder / "billing/subscription_changes.csv")
    seats = changes["quantity"].groupby(changes["subscription_id"].map(subs)).max()
    employees = pd.read_csv(folder / "crm/accounts.csv").set_index("account_id")["employee_count"]
    assert (seats <= employees.reindex(seats.index)).all() and (seats > 0.2 * employees.reindex(seats.index)).any()


@pytest.fixture(scope="module")
def hazards(folder: Path) -> pd.DataFrame:
    """The maker's hazards, and whether the account left within the month and the two after it without notice before."""
    rows = pd.read_csv(folder / "truth/account_hazards.csv", parse_dates=["month"])
    truth = pd.read_csv(folder / "truth/account_months.csv", parse_dates=["month"])
    gone = truth.loc[truth["churn"] > 0, ["account_id", "month"]]
    ahead = pd.concat([gone.assign(month=gone["month"] - pd.DateOffset(months=k)) for k in (0, 1, 2)])
    subs = pd.read_csv(folder / "billing/subscriptions.csv", parse_dates=["cancelled_at", "ended_at"])
    given = rows.merge(subs.loc[subs["product_id"] != "P06", ["account_id", "cancelled_at", "ended_at"]])
    given = given[(given["cancelled_at"] < given["month"]) & (given["ended_at"] >= given["month"])]
    keys = ["account_id", "month"]
    rows = rows.merge(ahead.drop_duplicates().assign(leaves=True), "left", keys).merge(
        given[keys].drop_duplicates().assign(has_told=True), "left", keys
    )
    rows["leaves"] = rows["leaves"].notna()
    return rows[rows["has_told"].isna() & (rows["month"] <= "2026-08-01")]


def test_who_leaves_is_as_foreseeable_as_in_real_companies(hazards: pd.DataFrame) -> None:
    ranks, leaves = hazards["monthly_churn_hazard_ppm"].rank(), hazards["leaves"]
    pairs = leaves.sum() * (~leaves).sum()  # Mann and Whitney: the share of pairs in the right order
    assert 0.75 <= (ranks[leaves].sum() - leaves.sum() * (leaves.sum() + 1) / 2) / pairs <= 0.85
    usual = leaves.mean()
    assert leaves[hazards["main_user_left"]].mean() > 1.5 * usual
    assert leaves[hazards["card_trouble"]].mean() > 2 * usual
    tenths = pd.qcut(hazards["health"], 10, labels=False)
    assert leaves[tenths == 0].mean() > 5 * leaves[tenths == 9].mean()


def test_use_falls_and_payments_fail_before_customers_go(folder: Path, hazards: pd.DataFrame) -> None:
    """What was so in the month before, of those who leave within the next ones and of the others."""
    events = pd.read_csv(
        folder / "product/events.csv", usecols=["account_id", "event_type", "occurred_at"], engine="pyarrow"
    )
    logins = events[events["event_type"] == "login"]
    month = logins["occurred_at"].to_numpy().astype("datetime64[M]").astype("datetime64[ns]")
    counts = logins.groupby([logins["account_id"], month]).size()
    eve, earlier = (hazards["month"] - pd.DateOffset(months=back) for back in (1, 4))
    now, then = (
        pd.Series(counts.reindex(list(zip(hazards["account_id"], when, strict=True))).to_numpy(), hazards.index)
        for when in (eve, earlier)
    )
    settled = hazards["month"] >= "2025-09-01"
    fell = (now.fillna(0) < 0.6 * then)[settled & (then >= 6)]
    leaves = hazards["leaves"]
    assert fell[leaves].mean() > 1.4 * fell[~leaves].mean()
    invoices = pd.read_csv(folder / "billing/invoices.csv", usecols=["invoice_id", "account_id"])
    payments = pd.read_csv(folder / "billing/payments.csv", parse_dates=["attempted_at"]).merge(invoices)
    failed = payments[(payments["status"] == "failed") & (payments["attempt_number"] >= 2)]
    when = failed["attempted_at"].dt.to_period("M").dt.to_timestamp()
    had = set(zip(failed["account_id"], when, strict=True))
    failing = pd.Series([pair in had for pair in zip(hazards["account_id"], eve, strict=True)], hazards.index)
    assert failing[leaves].mean() > 1.5 * failing[~leaves].mean()


def test_no_fixed_string_gives_the_topic_of_a_ticket_away(folder: Path) -> None:
    tickets = pd.read_csv(folder / "support/tickets.csv", keep_default_na=False)
    truth = pd.read_csv(folder / "truth/ticket_topics.csv", keep_default_na=False)
    assert tickets["ticket_id"].equals(truth["ticket_id"]) and truth["topic"].nunique() == 5
    texts = (tickets["subject"] + " . " + tickets["description"]).str.lower()
    assert texts.nunique() > 0.95 * len(texts) > 2_000
    assert 0.05 <= (~truth["has_clue"]).mean() <= 0.08
    assert 0.04 <= (truth["language"] != "en").mean() <= 0.06
    topics: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text, topic in zip(texts, truth["topic"], strict=True):
        words = re.findall(r"[^\W_]+", text)
        for string in {(word,) for word in words} | set(pairwise(words)):
            topics[string][topic] += 1
    often = {string: counts for string, counts in topics.items() if counts.total() >= 20}
    telling = [string for string, counts in often.items() if max(counts.values()) > 0.9 * counts.total()]
    assert len(often) > 3_000 and len(telling) < 0.005 * len(often), telling
    assert not [string for string in telling if topics[string].total() >= 80]


def test_the_window_opens_with_two_fifths_as_customers(folder: Path) -> None:
    truth = pd.read_csv(folder / "truth/account_months.csv", parse_dates=["month"])
    opening = truth[(truth["month"] == "2025-05-01") & (truth["starting_mrr"] > 0)]
    assert 0.38 <= len(opening) / 3000 <= 0.42


def test_sales_works_on_working_days(folder: Path) -> None:
    moments = {"crm/deals": "closed_at", "crm/activities": "occurred_at"}
    for name, column in moments.items():
        days = pd.read_csv(folder / f"{name}.csv", usecols=[column], parse_dates=[column])[column].dropna()
        assert set(days.dt.day_of_week) == {0, 1, 2, 3, 4}, name
    deals = pd.read_csv(folder / "crm/deals.csv").dropna(subset=["account_id"])
    accounts = pd.read_csv(folder / "crm/accounts.csv").set_index("account_id")
    assert (deals["created_at"] >= deals["account_id"].map(accounts["created_at"])).all()
    assert (deals["closed_at"].fillna("9") >= deals["created_at"]).all()


def test_customers_cost_people_and_tools_too_and_pay_them_back(folder: Path) -> None:
    """LTV : CAC of every channel lies in its published range, with all that sales and marketing cost."""
    spend = pd.read_csv(folder / "marketing/spend.csv", parse_dates=["spend_date"])
    costs = spend.groupby("cost_type")["amount"].sum()
    assert 0.25 <= costs["people"] / costs.sum() <= 0.45 and 0.02 <= costs["tools"] / costs.sum() <= 0.05
    staff = spend[spend["cost_type"] != "media"]
    assert staff["spend_date"].dt.is_month_end.all() and staff["clicks"].isna().all()
    assert staff["spend_date"].nunique() == 18
    truth = pd.read_csv(folder / "truth/account_months.csv")
    truth = truth.merge(pd.read_csv(folder / "crm/accounts.csv")[["account_id", "acquisition_channel"]])
    for channel, spent in spend.groupby("channel")["amount"].sum().items():
        rows = truth[truth["acquisition_channel"] == channel]
        life = min(60, (rows["starting_mrr"] > 0).sum() / (rows["churn"] > 0).sum())
        worth = 0.8 * rows["ending_mrr"].sum() / (rows["ending_mrr"] > 0).sum() * life
        assert 1.5 <= worth / (spent / (rows["new"] > 0).sum()) <= 6, channel


def test_a_drift_takes_three_per_cent_more_each_week() -> None:
    scope, start = Scope("events", "segment", "SMB", "down"), date(2026, 9, 7)
    drift = Surge(scope, -3, True, start, start + timedelta(days=55), "")
    days = np.array([epoch(start + timedelta(days=n)) for n in (-1, 0, 6, 7, 55, 56)])
    assert drift.times(days) == pytest.approx([1, 0.97, 0.97, 0.9409, 0.97**8, 1])
    surge = Surge(scope, 40, False, start, start + timedelta(days=13), "")
    assert surge.times(days) == pytest.approx([1, 1.4, 1.4, 1.4, 1, 1])


def test_small_incidents_are_planted_apart_from_the_large_ones(folder: Path) -> None:
    large, small = (
        pd.read_csv(folder / f"truth/{name}.csv", parse_dates=["start_date", "end_date"])
        for name in ("incidents", "small_incidents")
    )
    assert len(small) == 11 and (small["start_date"].dt.day_of_week == 0).all()
    for one in small.itertuples():
        assert not ((large["start_date"] <= one.end_date) & (large["end_date"] >= one.start_date)).any(), one
    assert small.loc[small["incident"] == "drift", "percent"].eq(-3).all()
    assert small.loc[small["incident"] == "surge", "percent"].abs().between(25, 60).all()
    spend = pd.read_csv(folder / "marketing/spend.csv", parse_dates=["spend_date"])
    media = spend[(spend["channel"] == "Outbound") & (spend["cost_type"] == "media")].set_index("spend_date")["amount"]
    usual = media["2026-01-26":"2026-02-08"].sum() + media["2026-02-23":"2026-03-08"].sum()
    assert 1.2 <= 2 * media["2026-02-09":"2026-02-22"].sum() / usual <= 1.4


def test_tight_promises_are_the_hardest_to_keep(folder: Path) -> None:
    moments = ["created_at", "first_response_at", "resolved_at"]
    tickets = pd.read_csv(folder / "support/tickets.csv", parse_dates=moments)
    policies = pd.read_csv(folder / "support/sla_policies.csv").set_index("priority")
    for moment, hours in [("first_response_at", "first_response_hours"), ("resolved_at", "resolution_hours")]:
        took = (tickets[moment].fillna(pd.Timestamp("2026-11-01")) - tickets["created_at"]).dt.total_seconds() / 3600
        promise = tickets["priority"].map(policies[hours])
        judged = tickets[moment].notna() | (took > promise)
        met = (took <= promise)[judged].groupby(tickets["priority"]).mean()
        assert 0.85 <= (took <= promise)[judged].mean() <= 0.95
        assert met["urgent"] + 0.05 <= met["low"] and met["urgent"] < met["normal"] < met["low"], met


def test_channels_releases_and_services_are_not_all_alike(folder: Path) -> None:
    spend = pd.read_csv(folder / "marketing/spend.csv").groupby("channel")[["clicks", "impressions"]].sum()
    rates = spend["clicks"] / spend["impressions"]
    assert rates.between(0.004, 0.08).all() and rates.max() >= 5 * rates.min()
    releases = pd.read_csv(folder / "product/releases.csv", parse_dates=["released_at"])["released_at"]
    days = releases.diff().dropna().dt.days
    assert days.between(36, 92).all() and days.nunique() >= 5
    orders = pd.read_csv(folder / "billing/orders.csv").set_index("order_id")
    lines = pd.read_csv(folder / "billing/order_items.csv")
    segment = pd.read_csv(folder / "crm/accounts.csv").set_index("account_id")["segment"]
    sold = (lines["quantity"] * lines["unit_price"]).groupby(lines["order_id"].map(orders["account_id"]).map(segment))
    truth = pd.read_csv(folder / "truth/account_months.csv")
    share = sold.sum() / truth["ending_mrr"].groupby(truth["account_id"].map(segment)).sum()
    assert share.between(0.03, 0.15).all(), share
    stocked = pd.read_csv(folder / "billing/products.csv").query("inventory_on_hand.notna()")["product_id"]
    things = set(lines.loc[lines["product_id"].isin(stocked), "order_id"])
    assert set(orders.index[orders["shipped_at"].notna()]) <= things
    assert orders.loc[~orders.index.isin(things), "delivered_at"].notna().mean() > 0.9


def test_people_are_named_without_titles(folder: Path) -> None:
    for name, column in [("crm/sales_reps", "rep_name"), ("support/tickets", "agent_name")]:
        names = pd.read_csv(folder / f"{name}.csv", usecols=[column])[column]
        assert (names.str.count(" ") == 1).all() and not names.str.contains("[.]| DDS| MD| PhD").any(), name


def test_a_failed_run_keeps_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "data"
    generate(Plan(60, 1, date(2026, 1, 1), date(2026, 3, 31)), target)
    before = (target / "crm/accounts.csv").read_bytes()
    monkeypatch.setattr("data_gen.support.tables.write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        generate(Plan(70, 2, date(2026, 1, 1), date(2026, 3, 31)), target)
    assert (target / "crm/accounts.csv").read_bytes() == before
    assert not list(tmp_path.glob(".data*"))


def test_impossible_settings_are_one_line(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "data_gen",
        "--start",
        "2026-05-01",
        "--end",
        "2026-01-01",
        "--out",
        str(tmp_path / "x"),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert result.returncode == 1
    assert "must come after" in " ".join(result.stderr.split()) and "Traceback" not in result.stderr
