"""Churn risk in the warehouse: its features by another hand, from files cut at a day, and what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import psycopg2
import pytest

from data_gen.generate import generate
from metrics import query
from scoring.churn.backtest import learn
from scoring.churn.features import FEATURES, panel_of
from scoring.churn.files import features_of
from tests.conftest import PLANS, Company
from warehouse.connections import owner_connection
from warehouse.settings import Settings

KEYS = ["account_id", "snapshot_date", "is_leaving", "segment", "region", "mrr", "has_churned_90d"]
COLUMNS = KEYS + [feature.column for feature in FEATURES]
CUT = date(2026, 3, 31)
METRICS = ("expected_loss", "average_churn_probability", "churn_scored_customers", "leaving_customers", "leaving_mrr")


def built(settings: Settings, until: date) -> pd.DataFrame:
    """The features that the warehouse has of the month ends up to a day."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"select {', '.join(COLUMNS)} from intermediate.int_churn_features where snapshot_date <= %s "
            "order by account_id, snapshot_date",
            (until,),
        )
        return shaped(pd.DataFrame(cursor.fetchall(), columns=COLUMNS))


def shaped(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns in types that can be compared."""
    numbers = {name: float for name in COLUMNS if name not in KEYS} | {"mrr": float, "has_churned_90d": "boolean"}
    return frame[COLUMNS].astype(numbers).assign(snapshot_date=pd.to_datetime(frame["snapshot_date"]).astype(str))


def test_the_features_are_those_that_the_files_give_by_another_hand(company: Company, in_company: Settings) -> None:
    end = PLANS["seed42"].end
    have, want = built(in_company, end), shaped(features_of(company.data, end))
    assert len(want) > 3000 and want["has_churned_90d"].sum() > 50 and want["is_leaving"].sum() > 5
    pd.testing.assert_frame_equal(have, want, rtol=1e-6, atol=1e-6)


def test_files_cut_at_a_day_give_the_same_features_of_that_day(in_company: Settings, tmp_path: Path) -> None:
    generate(replace(PLANS["seed42"], until=CUT), tmp_path / "cut")
    have, want = built(in_company, CUT), shaped(features_of(tmp_path / "cut", CUT))
    known = [name for name in COLUMNS if name != "has_churned_90d"]
    assert len(want) > 2000
    pd.testing.assert_frame_equal(have[known], want[known], rtol=1e-6, atol=1e-6)


def test_its_metrics_are_what_the_scorer_says_of_the_files(company: Company, in_company: Settings) -> None:
    panel = panel_of(features_of(company.data, PLANS["seed42"].end))
    today = panel.day == panel.day.max()
    scored, leaving = today & ~panel.is_leaving, today & panel.is_leaving
    chances = learn(panel).probability(panel, scored).round(4)
    want = {
        "expected_loss": float((panel.mrr[scored] * chances).sum()),
        "average_churn_probability": float(chances.mean()),
        "churn_scored_customers": float(scored.sum()),
        "leaving_customers": float(leaving.sum()),
        "leaving_mrr": float(panel.mrr[leaving].sum()),
    }
    assert set(want) == set(METRICS) and want["leaving_customers"] > 0
    found = query(list(want), start=date(2026, 10, 1), end=date(2026, 10, 1)).iloc[0]
    assert {name: float(found[name]) for name in want} == pytest.approx(want, rel=1e-3)


@pytest.mark.parametrize("name", ["company", "nordic"])
def test_every_paying_account_is_scored_or_leaving_and_its_loss_adds_up(
    name: str, request: pytest.FixtureRequest
) -> None:
    company: Company = request.getfixturevalue(name)
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*), sum(customers), sum(scored_customers + leaving_customers), "
            "count(*) filter (where churn_probability not between 0.0001 and 0.9), "
            "max(abs(expected_loss - risk.mrr * churn_probability)), "
            "count(*) filter (where scores.state is distinct from churn_state), "
            "count(*) filter (where (risk.churn_basis = 'model') < (risk.reason_1 is not null)) "
            "from marts.fct_churn_risk as risk full join marts.churn_risk using (account_id) "
            "full join scores.churn_risk as scores using (account_id)"
        )
        accounts, paying, told, odd, gap, differing, unfounded = cursor.fetchone()
        assert accounts == paying == told > 40 and odd == differing == unfounded == 0 and gap < 0.01
        cursor.execute(
            "select count(*), count(*) filter (where has_churned is distinct from has_churned_90d), "
            "count(*) filter (where is_leaving) from scores.churn_backtest as tested "
            "left join intermediate.int_churn_features as features using (account_id, snapshot_date)"
        )
        assert cursor.fetchone()[1:] == (0, 0)
