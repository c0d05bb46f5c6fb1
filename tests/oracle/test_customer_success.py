"""The marts of customer success equal what pandas makes of the files, and know what the maker knows."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from metrics import query
from tests.conftest import Company, empty_company
from tests.oracle.customer_success import DAY, CustomerSuccess, waiting_median
from tests.oracle.files import Slice
from tests.oracle.oracle import Oracle
from warehouse.reading import fetch

TERMS = {"weekly": 7, "monthly": 31, "quarterly": 92, "annual": 366, "every 2 years": 731}


@pytest.fixture(scope="module")
def known() -> dict[int, CustomerSuccess]:
    """Oracles made so far, by company."""
    return {}


@pytest.fixture
def success(oracle: Oracle, known: dict[int, CustomerSuccess]) -> CustomerSuccess:
    """The oracle of customer success."""
    if id(oracle) not in known:
        known[id(oracle)] = success_of(oracle)
    return known[id(oracle)]


def success_of(oracle: Oracle) -> CustomerSuccess:
    """The oracle of customer success beside the others of a company."""
    return CustomerSuccess(oracle.files, oracle.revenue, oracle.support)


def table(sql: str, *keys: str) -> pd.DataFrame:
    """A mart's rows by key."""
    return fetch(sql, {}).set_index(list(keys) or ["account_id"]).sort_index()


def test_every_health_score_of_every_month_equals_the_oracle(success: CustomerSuccess) -> None:
    marts = table("select * from marts.customer_health_scores", "snapshot_month", "account_id")
    for month in success.files.months:
        want, have = success.health(month), marts.loc[month.date()]
        assert sorted(want.index) == sorted(have.index), month
        assert have["mrr"].astype(float).eq(want["mrr"].reindex(have.index)).all()
        for part in ("usage", "support", "revenue", "engagement"):
            gap = (have[f"{part}_score"].astype(float) - want[part].reindex(have.index)).abs()
            assert gap.max() < 0.11, (month, part, gap.idxmax(), gap.max())  # a half may be rounded either way
            assert (gap > 0.001).mean() < 0.03, (month, part)
        assert (have["health_score"].astype(float) - want["score"].reindex(have.index)).abs().max() < 0.11


BUILD = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")


@pytest.fixture(scope="module")
def partial(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company of whose data much is lacking.

    Users are known of every other account, and their events from 15 January on; no feature, activation, ticket or
    payment is recorded.
    """
    folder = tmp_path_factory.mktemp("partial")
    generate(Plan(120, 5, date(2025, 9, 1), date(2026, 6, 30)), folder / "data")
    for name in ("product/features", "support/tickets", "billing/payments"):
        path = folder / f"data/{name}.csv"
        path.write_text(path.read_text().splitlines(keepends=True)[0])
    users = pd.read_csv(folder / "data/product/users.csv", dtype=str)
    users = users[users["account_id"].isin(users["account_id"].drop_duplicates()[::2])]
    users.to_csv(folder / "data/product/users.csv", index=False)
    events = pd.read_csv(folder / "data/product/events.csv", dtype=str)
    kept = events["user_id"].isin(users["user_id"]) & (events["occurred_at"] >= "2026-01-15")
    events = events[kept & (events["event_type"] != "activation")].assign(feature_id=None)
    events.to_csv(folder / "data/product/events.csv", index=False)
    company = empty_company(server, "tower_partial", folder / "data", folder / "target")
    company.run("loader")
    marts = (f"+{mart}" for mart in ("customer_health_scores", "churn_risk", "churned_customers"))
    company.run("warehouse.dbt", "--quiet", "build", *BUILD, "--select", *marts)
    company.show()
    return company


def test_what_is_absent_is_no_zero_and_no_flag(partial: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in partial.environment.items():
        monkeypatch.setenv(key, value)
    success = success_of(Oracle(partial.data))
    marts = table("select * from marts.customer_health_scores", "snapshot_month", "account_id")
    rested = set()
    for month in success.files.months:
        want, have = success.health(month), marts.loc[month.date()]
        assert sorted(want.index) == sorted(have.index), month
        rested |= {*have["rests_on"].dropna()}
        for part in ("usage", "support", "revenue", "engagement"):
            mine, theirs = have[f"{part}_score"].astype(float), want[part].reindex(have.index)
            assert (mine.isna() == theirs.isna()).all(), (month, part)
            assert (mine - theirs).abs().fillna(0).max() < 0.11, (month, part)
        gap = have["health_score"].astype(float) - want["score"].reindex(have.index)
        assert gap.abs().max() < 0.11
        assert (have["health_score"].isna() == have["rests_on"].isna()).all()
    assert rested == {"revenue", "usage, revenue, engagement"}
    risk = table("select * from marts.churn_risk")
    known, unknown = success.risk().reindex(risk.index), success.unknown_flags().reindex(risk.index)
    for flag in unknown:
        assert (risk[flag].isna() == unknown[flag]).all(), flag
        assert (risk[flag].eq(True) == known[flag].eq(True)).all(), flag
    assert unknown["has_no_login_30d"].any() and not unknown["has_no_login_30d"].all()
    assert (risk["risk_score"].astype(float) - known["score"]).abs().max() < 0.11
    silent = table("select * from marts.churned_customers where is_active_customer")
    users = success.users["account_id"].unique()
    assert (silent["days_since_login"].isna() == ~silent.index.isin(users)).all()
    assert silent["open_tickets"].isna().all()


def test_a_tier_and_its_reasons_follow_from_the_score(success: CustomerSuccess) -> None:
    rows = fetch("select * from marts.customer_health_scores", {})
    score = rows["health_score"].astype(float)
    wanted = np.select([score >= 70, score < 40], ["healthy", "at_risk"], "watch")
    assert (rows["health_tier"] == wanted).all()
    silent = rows["usage_reason"] == "No use in four weeks"
    assert (rows.loc[silent, "usage_score"].astype(float) == 0).all()


def test_risk_flags_score_and_money_equal_the_oracle(success: CustomerSuccess) -> None:
    want, have = success.risk(), table("select * from marts.churn_risk")
    want = want.reindex(have.index)
    for flag in [name for name in want if name.startswith("has_")]:
        assert (have[flag] == want[flag]).all(), flag
    assert (have["risk_score"].astype(float) - want["score"]).abs().max() < 0.11
    level = pd.cut(
        have["risk_score"].astype(float), [-1, 29.99, 39.99, 49.99, 100], labels=["low", "medium", "high", "critical"]
    )
    assert (have["risk_level"] == level.astype(str)).all()
    at_risk = have["risk_score"].astype(float) >= 40
    assert have["mrr_at_risk"].astype(float).sum() == pytest.approx(want.loc[at_risk, "mrr"].sum())


def test_scores_know_the_makers_hazard(any_company: Company, success: CustomerSuccess) -> None:
    truth = pd.read_csv(any_company.data / "truth/account_hazards.csv", parse_dates=["month"])
    recent = truth[truth["month"] >= success.files.months[-6]]
    hazards = recent.groupby("account_id")["monthly_churn_hazard_ppm"].mean()
    scores = fetch("select account_id, snapshot_month, health_score from marts.customer_health_scores", {})
    recent = scores[scores["snapshot_month"] >= success.files.months[-6].date()]
    health = recent.assign(score=recent["health_score"].astype(float)).groupby("account_id")["score"].mean()
    assert hazards.reindex(health.index).rank().corr(health.rank()) < -0.2
    risk = table("select account_id, risk_score from marts.churn_risk")["risk_score"].astype(float)
    assert hazards.reindex(risk.index).rank().corr(risk.rank()) > 0.1


def test_lift_counts_the_churn_of_the_three_months_after(success: CustomerSuccess, oracle: Oracle) -> None:
    moves = oracle.revenue.movements
    churned = {(row.account_id, row.month) for row in moves[moves["kind"] == "churn"].itertuples()}
    complete = [month for month in success.files.months if month + pd.DateOffset(months=1) <= success.files.now]
    counts: dict[str, list[int]] = {}
    for month in complete[:-3]:
        for row in moves[(moves["month"] == month) & (moves["e"] > 0)].itertuples():
            total = counts.setdefault(row.segment, [0, 0])
            total[0] += 1
            total[1] += any((row.account_id, month + pd.DateOffset(months=k)) in churned for k in (1, 2, 3))
    have = (
        fetch("select * from marts.health_lift", {})
        .groupby("segment")[["customer_months", "churned_within_3_months"]]
        .sum()
    )
    assert {segment: list(row) for segment, row in have.T.items()} == counts


def test_the_worst_tenth_of_health_leaves_far_more_than_the_best(success: CustomerSuccess) -> None:
    tenths = fetch("select * from marts.health_lift", {}).groupby("score_decile")
    rate = tenths["churned_within_3_months"].sum() / tenths["customer_months"].sum()
    worst, best = rate.iloc[0], rate.iloc[-1]
    assert worst > 3 * best, rate


def test_churned_episodes_equal_the_oracle(success: CustomerSuccess) -> None:
    want = success.episodes
    want = want[want["ended"] >= success.files.begin].set_index(["account_id", "number"]).sort_index()
    have = table("select * from marts.customer_churn_analysis", "account_id", "episode_number")
    assert list(have.index) == list(want.index)
    assert (pd.to_datetime(have["started_at"]) - want["began"]).abs().max() < DAY / 86400
    assert (pd.to_datetime(have["ended_at"]) - want["ended"]).abs().max() < DAY / 86400
    tickets, events = success.support.tickets, success.files.events
    reasons = success.reasons()
    for (account, number), row in want.iterrows():
        mine = tickets[tickets["account_id"] == account]["created_at"]
        assert (
            have.loc[(account, number), "tickets_90d"]
            == mine.between(row["ended"] - 90 * DAY, row["ended"], "left").sum()
        )
        days = events[events["account_id"] == account]["occurred_at"].dt.normalize()
        last = row["ended"].normalize()
        assert have.loc[(account, number), "events_90d"] == days.between(last - 90 * DAY, last, "left").sum()
        assert have.loc[(account, number), "reason"] == reasons.get((account, last.replace(day=1)), "not said")


def test_churn_by_will_and_reason_equals_the_oracle(success: CustomerSuccess, oracle: Oracle) -> None:
    reasons = success.reasons()
    for part in oracle.files.slices():
        churned = part.of(oracle.revenue.movements.query("kind == 'churn'"))
        why = pd.Series(
            [reasons.get((row.account_id, row.month), "not said") for row in churned.itertuples()], churned.index
        )
        unwilling = why.isin(oracle.files.words("churn_reasons", "involuntary"))
        want = {
            "voluntary_churned_mrr": churned.loc[~unwilling, "size"].sum() / 100,
            "involuntary_churned_mrr": churned.loc[unwilling, "size"].sum() / 100,
            "voluntary_churned_customers": (~unwilling).sum(),
            "involuntary_churned_customers": unwilling.sum(),
        }
        have = query(list(want), filters=part.filters).iloc[0]
        for name, value in want.items():
            assert (0 if math.isnan(have[name]) else have[name]) == pytest.approx(float(value)), (part, name)


def test_inactivity_equals_the_oracle(success: CustomerSuccess, oracle: Oracle) -> None:
    have = table("select * from marts.churned_customers")
    users = success.users[success.users["created_at"] < success.files.now]
    everyone = sorted(set(oracle.revenue.first_paid.index) | set(users["account_id"]))
    assert list(have.index) == everyone
    begin = users.groupby("account_id")["created_at"].min().reindex(everyone)
    begin = begin.fillna(oracle.revenue.first_paid.reindex(everyone)).clip(lower=success.files.begin)
    silent = (success.files.now - success.last_logins().reindex(everyone).fillna(begin)) / DAY
    assert (have["is_inactive_30d"] == (silent >= 30)).all()
    assert (have["is_inactive_90d"] == (silent >= 90)).all()
    mrr = (oracle.revenue.cents.iloc[:, -1] / 100).reindex(everyone, fill_value=0)
    assert have["mrr"].astype(float).eq(mrr).all()
    for part in oracle.files.slices():
        rows = part.of(success.files.with_account(pd.DataFrame({"account_id": everyone})))["account_id"]
        for days in (30, 90):
            want = ((silent >= days) & (mrr > 0)).reindex(rows).sum()
            found = query([f"inactive_customers_{days}d"], filters=part.filters).iloc[0, 0]
            assert (0 if math.isnan(found) else found) == want, (part, days)


def test_lifetime_value_is_margin_times_expected_months_of_the_segment(
    success: CustomerSuccess, oracle: Oracle
) -> None:
    moves = oracle.revenue.movements
    complete = [month for month in success.files.months if month + pd.DateOffset(months=1) <= success.files.now][-12:]
    have = table("select * from marts.churned_customers where is_active_customer")
    for segment, rows in have.groupby("segment"):
        year = moves[(moves["segment"] == segment) & moves["month"].isin(complete)]
        gone = (year["kind"] == "churn").sum()
        months = min(60.0, (year["s"] > 0).sum() / gone) if gone else 60.0
        worth = rows["mrr"].astype(float) * oracle.revenue.margin * months
        assert (rows["estimated_clv"].astype(float) - worth).abs().max() < 0.011


def test_the_page_of_an_account_equals_the_oracle(success: CustomerSuccess, oracle: Oracle) -> None:
    now, have = success.files.now, table("select * from marts.customer_360")
    assert list(have.index) == sorted(success.files.accounts.index)
    tickets = oracle.support.tickets
    deals = success.files.read("crm/deals", ["created_at", "closed_at"])
    opened = deals[(deals["created_at"] < now) & ~(deals["closed_at"] < now)].groupby("account_id")
    invoices = success.invoices[success.invoices["invoice_date"] < now]
    kept = invoices[(invoices["paid_at"] < now) & (invoices["status"] == "paid")].groupby("account_id")["amount"].sum()
    talks = success.talks[success.talks["occurred_at"] < now].groupby("account_id")["occurred_at"].max()
    wanted = {
        "mrr": oracle.revenue.cents.iloc[:, -1] / 100,
        "arr": oracle.revenue.cents.iloc[:, -1] * 12 / 100,
        "tickets": tickets.groupby("account_id").size(),
        "open_tickets": tickets[tickets["resolved_at"].isna()].groupby("account_id").size(),
        "open_deals": opened.size(),
        "open_deal_amount": opened["amount"].sum(),
        "lifetime_revenue": kept,
    }
    for name, values in wanted.items():
        gap = (have[name].astype(float) - values.reindex(have.index).fillna(0)).abs()
        assert gap.max() < 0.001, (name, gap.idxmax())
    for name, times in (("last_login_at", success.last_logins()), ("last_activity_at", talks)):
        pd.testing.assert_series_equal(
            pd.to_datetime(have[name]), times.reindex(have.index), check_names=False, check_dtype=False
        )


def test_a_renewal_lies_within_one_term_of_the_as_of_date(success: CustomerSuccess) -> None:
    rows = fetch("select billing_interval, renewal_date from marts.customer_360 where is_active_customer", {})
    today = success.files.now - DAY
    ahead = pd.to_datetime(rows["renewal_date"]) - today
    longest = rows["billing_interval"].map(TERMS) * DAY
    assert (ahead > 0 * DAY).all() and (ahead <= longest).all()


def test_the_timeline_holds_everything_that_happened(success: CustomerSuccess, oracle: Oracle) -> None:
    now = success.files.now
    have = fetch("select kind, count(*) as n, sum(amount) as amount from marts.account_timeline group by kind", {})
    have = have.set_index("kind")
    tickets = oracle.support.tickets
    moves = success.files.read("crm/deal_stage_history", ["entered_at"])
    deals = success.files.read("crm/deals", []).dropna(subset="account_id")
    ended = success.episodes["ended"].notna().sum()
    began = success.episodes["number"]
    wanted = {
        "ticket_opened": len(tickets),
        "ticket_resolved": tickets["resolved_at"].notna().sum(),
        "deal_moved": (moves["deal_id"].isin(deals["deal_id"]) & (moves["entered_at"] < now)).sum(),
        "payment_failed": (success.failures["attempted_at"] < now).sum(),
        "activity": (success.talks["occurred_at"] < now).sum(),
        "signed": (began == 1).sum(),
        "reactivation": (began > 1).sum(),
        "churn": ended,
    }
    assert {kind: int(have["n"].get(kind, 0)) for kind in wanted} == {kind: int(n) for kind, n in wanted.items()}
    moved = (
        have["amount"]
        .astype(float)
        .reindex(["signed", "plan_change", "expansion", "contraction", "churn", "reactivation"])
    )
    assert moved.sum() == pytest.approx(oracle.revenue.cents.iloc[:, -1].sum() / 100)


def test_time_to_value_is_the_kaplan_meier_median(oracle: Oracle) -> None:
    have = table("select * from marts.time_to_value", "level", "dimension", "dimension_value")
    for level, everyone in (("users", oracle.product.users), ("accounts", oracle.product.accounts)):
        for part in oracle.files.slices():
            rows = part.of(everyone)
            if rows.empty:
                continue
            days = (rows["activated_at"].fillna(oracle.files.now) - rows["created_at"]).dt.total_seconds() / 86400
            want = waiting_median(days, rows["activated_at"].notna())
            found = have.loc[(level, part.dimension or "total", part.value or "All")]
            assert found["observed"] == len(rows)
            assert found["activated"] == rows["activated_at"].notna().sum()
            assert float(found["median_days"] if found["median_days"] is not None else math.nan) == pytest.approx(
                want, nan_ok=True
            ), part
        total = float(query([f"time_to_value_{level}"]).iloc[0, 0])
        alone = have.loc[(level, "total", "All"), "median_days"]
        assert total == pytest.approx(float(alone if alone is not None else math.nan), nan_ok=True)


def test_the_average_health_of_every_slice_and_month_equals_the_oracle(
    success: CustomerSuccess, oracle: Oracle
) -> None:
    scores = pd.concat([success.health(month).assign(month=month) for month in success.files.months]).reset_index()
    scores = success.files.with_account(scores.rename(columns={"index": "account_id"}))
    for part in oracle.files.slices():
        want = part.of(scores).groupby("month")["score"].agg(["mean", "size"])
        have = query(["average_health_score", "scored_customers"], filters=part.filters, grain="month").set_index(
            "period"
        )
        have.index = pd.DatetimeIndex(have.index)
        assert list(have.index) == list(want.index)
        assert (have["average_health_score"] - want["mean"]).abs().max() < 0.1
        assert (have["scored_customers"] == want["size"]).all()


def test_risk_metrics_equal_their_mart_in_every_slice(oracle: Oracle) -> None:
    rows = fetch("select * from marts.churn_risk where risk_level in ('high', 'critical')", {})
    for part in [Slice(), *oracle.files.slices()]:
        have = query(["at_risk_mrr", "at_risk_customers"], filters=part.filters).fillna(0).iloc[0]
        assert have["at_risk_customers"] == len(part.of(rows))
        assert have["at_risk_mrr"] == pytest.approx(part.of(rows)["mrr"].astype(float).sum())
