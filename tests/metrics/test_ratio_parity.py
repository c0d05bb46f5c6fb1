"""The summary marts that analysts read say of each ratio what the semantic layer says at their grain, in every row."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from metrics import query
from warehouse.reading import fetch
from warehouse.settings import Settings

ALL = "All"  # the value of a row that is not cut by a dimension


@dataclass(frozen=True)
class Summary:
    """A mart of ratios: its month, what else its rows are about (dimension: column), and each ratio's metric.

    Where no metric is the ratio, two metrics are: numerator and denominator.
    """

    month: str
    cuts: dict[str, str]
    ratios: dict[str, str | tuple[str, str]]


SUMMARIES = {
    "nrr_summary": Summary(
        "revenue_month",
        {"segment": "segment"},
        {name: name for name in ("nrr_monthly", "grr_monthly", "nrr_t12m", "grr_t12m")},
    ),
    "revenue_cohorts": Summary(
        "cohort_month",
        {"months_since_start": "months_since_start", "segment": "segment"},
        {"account_retention": "logo_retention", "revenue_retention": "revenue_retention"},
    ),
    "sla_adherence": Summary(
        "created_month",
        {"priority": "priority", "segment": "segment"},
        {
            "first_response_sla": "first_response_sla",
            "first_response_p50_hours": "first_response_median_hours",
            "first_response_p90_hours": "first_response_p90_hours",
            "resolution_sla": "resolution_sla",
            "resolution_p50_hours": "resolution_median_hours",
            "resolution_p90_hours": "resolution_p90_hours",
        },
    ),
    "top_root_causes": Summary(
        "created_month",
        {"root_cause_name": "root_cause_name", "category": "category"},
        {"satisfaction_rate": "csat", "resolution_median_hours": "resolution_median_hours"},
    ),
    "channel_performance": Summary(
        "acquisition_month",
        {"acquisition_channel": "acquisition_channel"},
        {"cac": "cac", "cac_payback_months": "cac_payback_months", "roas": "roas"},
    ),
    "monthly_churn_metrics": Summary(
        "churn_month",
        {name: name for name in ("segment", "region", "acquisition_channel")},
        {"logo_churn_rate": "logo_churn_rate", "revenue_churn_rate": ("churned_mrr", "starting_mrr")},
    ),
    "conversion_metrics": Summary("conversion_month", {"segment": "segment"}, {"trial_to_paid": "trial_to_paid"}),
    "sales_rep_performance": Summary(
        "performance_month",
        {"rep": "rep_id"},
        {name: name for name in ("quota_attainment", "win_rate", "activities_per_win")},
    ),
}
SHARES = {"ticket_share", "open_share", "main_release_share"}  # of top_root_causes: no metric is any of them
OTHERS = {"resolution_mean_hours", "ramp_share"}  # floats that are no ratios of counts or money


def asked(summary: Summary, by: list[str], metric: str | tuple[str, str]) -> pd.Series:
    """What the semantic layer says, by the month and the dimensions."""
    names = [metric] if isinstance(metric, str) else [*metric]
    found = query(names, by, grain="month").dropna(subset="period").set_index(["period", *by])
    return found[names[0]] if isinstance(metric, str) else found[names[0]] / found[names[1]].where(found[names[1]] != 0)


@pytest.mark.parametrize(("mart", "ratio"), [(m, r) for m, summary in SUMMARIES.items() for r in summary.ratios])
def test_a_summary_says_what_the_metric_says(in_company: Settings, mart: str, ratio: str) -> None:
    summary = SUMMARIES[mart]
    rows = fetch(f"select * from marts.{mart}", {})
    whole = rows["segment"] == ALL if "segment" in summary.cuts else pd.Series(False, rows.index)
    compared = 0
    for part, dropped in ((rows[~whole], set()), (rows[whole], {"segment"})):
        by = [name for name in summary.cuts if name not in dropped]
        if part.empty:
            continue
        said = part.set_index([summary.month, *(summary.cuts[name] for name in by)])[ratio].astype(float)
        assert said.index.is_unique
        expected = asked(summary, by, summary.ratios[ratio]).reindex(said.index)
        assert said.isna().equals(expected.isna()), (said[said.isna() != expected.isna()], by)
        assert said.dropna().tolist() == pytest.approx(expected.dropna().tolist(), rel=1e-9)
        compared += int(said.notna().sum())
    assert compared > 10


def test_the_shares_of_causes_are_shares_of_tickets(in_company: Settings) -> None:
    keys = ["created_month", "root_cause_name", "category"]
    tickets = fetch("select * from marts.fct_tickets", {}).assign(category=lambda frame: frame["category"].fillna(""))
    causes = fetch("select * from marts.top_root_causes", {}).fillna({"category": ""}).set_index(keys)
    groups = tickets.groupby(keys)
    counted = groups.size()
    assert causes["tickets"].to_dict() == counted.to_dict()
    months = counted.groupby("created_month").transform("sum")
    released = tickets[tickets["release_version"].notna()].groupby([*keys, "release_version"]).size()
    main = released.groupby(keys).max() / released.groupby(keys).sum()
    for share, expected in {
        "ticket_share": counted / months,
        "open_share": groups["open_tickets"].sum() / counted,
        "main_release_share": main.reindex(causes.index),
    }.items():
        found = causes[share].astype(float)
        assert found.to_dict() == pytest.approx(expected.reindex(found.index).to_dict(), nan_ok=True), share


def test_every_ratio_of_a_summary_is_compared(in_company: Settings) -> None:
    for mart, summary in SUMMARIES.items():
        columns = fetch(
            "select column_name from information_schema.columns where table_schema = 'marts' and table_name = %(mart)s"
            " and data_type = 'double precision'",
            {"mart": mart},
        )["column_name"]
        assert {*columns} - {*summary.ratios} <= SHARES | OTHERS, mart
