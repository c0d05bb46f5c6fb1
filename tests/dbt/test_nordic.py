"""A company of another shape from files to marts: three currencies, weeks and two years, Stockholm, service hours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import psycopg2

from tests.conftest import Company


def frame(company: Company, query: str) -> pd.DataFrame:
    """What the owner reads."""
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])


def truth(company: Company, name: str) -> pd.DataFrame:
    """What only the generator knows."""
    return pd.read_csv(Path(company.data) / "truth" / f"{name}.csv", dtype={"ending_mrr": str})


def test_mrr_in_euro_is_the_truth_to_the_cent(nordic: Company) -> None:
    known = truth(nordic, "account_months").assign(mrr=lambda rows: rows["ending_mrr"].map(Decimal))
    found = frame(nordic, "select account_id, revenue_month::text as month, ending_mrr from marts.fct_revenue_monthly")
    both = known.merge(found, on=["account_id", "month"], how="outer", suffixes=("_true", ""))
    assert len(both) > 1000
    wrong = both[both["mrr"].fillna(Decimal(0)) != both["ending_mrr"].fillna(Decimal(0))]
    assert wrong.empty, wrong.head()


def test_sla_clocks_are_the_truth_to_the_second(nordic: Company) -> None:
    hours = "first_response_hours * 3600 as first_response, resolution_hours * 3600 as resolution"
    found = frame(nordic, f"select ticket_id, {hours} from marts.fct_tickets")
    both = truth(nordic, "ticket_clocks").merge(found, on="ticket_id", how="outer")
    assert len(both) > 500
    for clock in ("first_response", "resolution"):
        seconds = both[clock].astype(float).round()
        pd.testing.assert_series_equal(seconds, both[f"{clock}_seconds"].astype(float), check_names=False)


def test_words_and_stages_are_the_company_s_in_its_order(nordic: Company) -> None:
    segments = frame(nordic, "select segment from marts.dim_segment order by position")["segment"]
    assert segments.tolist() == ["Self-serve", "Scale", "Strategic"]
    stages = frame(nordic, "select pipeline, stage, outcome from marts.dim_stage order by pipeline_position, position")
    assert [tuple(row) for row in stages.to_numpy()] == [
        ("New business", "Intro", "open"),
        ("New business", "Trial", "open"),
        ("New business", "Signed", "won"),
        ("New business", "Lost", "lost"),
        ("Renewals", "Due", "open"),
        ("Renewals", "Renewed", "won"),
        ("Renewals", "Ended", "lost"),
    ]


def test_amounts_of_deals_are_in_euro(nordic: Company) -> None:
    rates = {"EUR": Decimal(1), "SEK": Decimal("0.088"), "GBP": Decimal("1.17")}
    raw = frame(nordic, "select deal_id, amount, currency from raw.crm_deals").set_index("deal_id")
    found = frame(nordic, "select deal_id, amount from marts.fct_deals").set_index("deal_id")["amount"]
    assert set(raw["currency"]) == set(rates)
    worth = [(row.amount * rates[row.currency]).quantize(Decimal("0.01"), "ROUND_HALF_UP") for row in raw.itertuples()]
    assert found.reindex(raw.index).tolist() == worth
