"""Every metric of the pages equals the oracle, for three companies and all single-filter slices."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from metrics import catalogue, query
from tests.conftest import Company
from tests.oracle import compare
from tests.oracle.files import Slice
from tests.oracle.oracle import Oracle
from tests.scoring.test_churn_in_companies import METRICS as CHURN
from warehouse.reading import fetch
from warehouse.settings import ROOT

FAMILIES = ["revenue", "acquisition", "targets", "pipeline", "coverage", "activation", "support"]
BRIDGE = ["starting_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_month_of_every_slice_equals_the_oracle(oracle: Oracle, family: str) -> None:
    wrong = [line for part in oracle.files.slices() for line in compare.monthly(oracle, oracle.families[family], part)]
    assert not wrong, compare.report(wrong)


@pytest.mark.parametrize("family", FAMILIES)
def test_figures_over_several_months_equal_the_oracle(oracle: Oracle, family: str) -> None:
    wrong = [
        line for part in oracle.files.slices() for line in compare.over_ranges(oracle, oracle.families[family], part)
    ]
    assert not wrong, compare.report(wrong)


def test_the_open_pipeline_of_every_slice_equals_the_oracle(oracle: Oracle) -> None:
    wrong = []
    for part in oracle.files.slices():
        want = oracle.sales.open_pipeline(part)
        wrong += compare.differing(str(part), want, query(list(want), filters=part.filters).iloc[0])
    assert not wrong, compare.report(wrong)


def test_the_funnel_of_every_slice_equals_the_oracle(oracle: Oracle) -> None:
    wrong = []
    for part in oracle.files.slices():
        for first, last in compare.ranges(oracle.files.months):
            want = oracle.sales.funnel(part, first, last)
            have = query(list(want.columns), ["stage"], part.filters, first.date(), last.date()).set_index("stage")
            for stage in want.index.union(have.index):
                expected = want.loc[stage].to_dict() if stage in want.index else {"entered_deals": 0.0}
                found = have.loc[stage] if stage in have.index else pd.Series(dtype=float)
                wrong += compare.differing(f"{part} {first:%Y-%m} to {last:%Y-%m} {stage}", expected, found)
    assert not wrong, compare.report(wrong)


def test_every_cohort_cell_equals_the_oracle_and_no_cell_is_too_many(oracle: Oracle) -> None:
    for part in oracle.files.slices():
        where = f"where {part.dimension} = %(value)s" if part.dimension else ""
        rows = fetch(
            "select cohort_month, months_since_start, sum(cohort_accounts), sum(retained_accounts), sum(cohort_mrr), "
            f"sum(retained_mrr) from marts.fct_retention {where} group by 1, 2",
            {"value": part.value},
        )
        have = {(pd.Timestamp(r[0]), int(r[1])): tuple(float(v) for v in r[2:]) for r in rows.itertuples(index=False)}
        want = oracle.revenue.cohorts(part)
        assert have.keys() == want.keys(), part
        wrong = [
            f"{part} {cell}: {want[cell]} {have[cell]}" for cell in want if have[cell] != pytest.approx(want[cell])
        ]
        assert not wrong, compare.report(wrong)


def test_the_average_retention_after_k_months_uses_mature_cells_weighted_by_size(oracle: Oracle) -> None:
    names = ["cohort_accounts", "logo_retention", "revenue_retention"]
    wrong = []
    for part in oracle.files.slices():
        cells = pd.DataFrame(oracle.revenue.cohorts(part), index=["n", "kept", "mrr", "left"]).T
        sums = cells.groupby(level=1).sum()
        want = pd.DataFrame(
            {names[0]: sums["n"], names[1]: sums["kept"] / sums["n"], names[2]: sums["left"] / sums["mrr"]}
        )
        have = query(names, ["months_since_start"], part.filters)
        have = have.set_index(have["months_since_start"].astype(int))
        assert list(have.index) == list(want.index), part
        for k in want.index:
            wrong += compare.differing(f"{part} month {k}", want.loc[k].to_dict(), have.loc[k])
    assert not wrong, compare.report(wrong)


def test_groups_are_the_same_as_filters(oracle: Oracle) -> None:
    month = oracle.files.months[0]
    names = [*oracle.support.metrics(Slice(), month, month), "mrr", "nrr_t12m"]
    first, last = oracle.files.months[0].date(), oracle.files.months[-1].date()
    for dimension in ("segment", "region", "acquisition_channel"):
        grouped = query(names, [dimension], start=first, end=last).set_index(dimension)
        for part in (part for part in oracle.files.slices() if part.dimension == dimension):
            alone = query(names, filters=part.filters, start=first, end=last).iloc[0]
            wrong = compare.differing(str(part), alone.fillna(0).to_dict(), grouped.loc[part.value].fillna(0))
            assert not wrong, compare.report(wrong)


def test_the_bridge_ties_for_every_slice_and_month(oracle: Oracle) -> None:
    for part in oracle.files.slices():
        rows = (query(BRIDGE, filters=part.filters, grain="month")[BRIDGE] * 100).round()
        gained = rows["new_mrr"] + rows["reactivation_mrr"] + rows["expansion_mrr"]
        gap = rows["starting_mrr"] + gained - rows["contraction_mrr"] - rows["churned_mrr"] - rows["mrr"]
        assert len(rows) and (gap == 0).all(), part


def test_the_first_month_of_movements_is_whole_and_opens_with_a_balance(oracle: Oracle) -> None:
    rates = ["nrr_monthly", "grr_monthly", "nrr_t12m", "grr_t12m"]
    rows = query([*BRIDGE, "churned_customers", "logo_churn_rate", *rates], grain="month")
    first, usage = rows.iloc[0], oracle.files.events["occurred_at"].min()
    whole = usage.normalize() if usage.day == 1 else usage.normalize() + pd.offsets.MonthBegin()
    assert pd.Timestamp(first["period"]) == whole  # nothing moves in a month within which the data begin
    assert round(first["starting_mrr"] * 100) == oracle.revenue.cents[0].sum() > 0  # the opening balance, nothing new
    assert pd.notna(first["nrr_monthly"]) and 0 < first["grr_monthly"] <= 1
    assert rows["nrr_t12m"].notna().to_list().index(True) == 11


def test_the_comparison_can_fail(oracle: Oracle) -> None:
    def shifted(part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        return {"mrr": oracle.revenue.metrics(part, first, last)["mrr"] + 0.01}

    assert len(compare.monthly(oracle, shifted, Slice())) == len(oracle.files.months)


def test_mrr_and_movements_equal_the_makers_truth_to_the_cent(oracle: Oracle, any_company: Company) -> None:
    path = any_company.data / "truth/account_months.csv"
    truth = pd.read_csv(path, parse_dates=["month"]).loc[lambda rows: rows["month"] >= oracle.files.months[0]]
    truth = truth.set_index(["account_id", "month"]).sort_index()
    marts = fetch(
        "select account_id, revenue_month as month, starting_mrr, new_mrr as new, reactivation_mrr as reactivation, "
        "expansion_mrr as expansion, contraction_mrr as contraction, churned_mrr as churn, ending_mrr "
        "from marts.fct_revenue_monthly where starting_mrr > 0 or ending_mrr > 0",
        {},
    )
    marts["month"] = pd.to_datetime(marts["month"])
    marts = marts.set_index(["account_id", "month"]).astype(float).sort_index()
    wanted = truth[marts.columns].astype(float)
    pd.testing.assert_frame_equal(marts, wanted, check_dtype=False, rtol=0, atol=0.001, check_index_type=False)


def test_the_oracle_agrees_with_the_makers_truth(oracle: Oracle, any_company: Company) -> None:
    path = any_company.data / "truth/account_months.csv"
    truth = pd.read_csv(path, parse_dates=["month"]).loc[lambda rows: rows["month"] >= oracle.files.months[0]]
    moves = oracle.revenue.movements
    rows = moves[(moves["s"] > 0) | (moves["e"] > 0)]
    merged = truth.merge(rows, on=["account_id", "month"], how="outer", indicator=True)
    assert (merged["_merge"] == "both").all()
    assert (merged["ending_mrr"] * 100).round().eq(merged["e"]).all()


def marts_of_metrics(company: Company) -> dict[str, set[str]]:
    """Metric to the marts whose columns it adds up."""
    path = Path(company.environment["DBT_TARGET_PATH"]) / "semantic_manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    models = manifest["semantic_models"]
    home = {measure["name"]: model["node_relation"]["alias"] for model in models for measure in model["measures"]}
    return {
        metric["name"]: {home[measure["name"]] for measure in metric["type_params"]["input_measures"] or []}
        for metric in manifest["metrics"]
    }


def test_no_metric_of_the_pages_is_left_unproven(oracle: Oracle, any_company: Company) -> None:
    """A metric is computed by the oracle, or adds up marts that an oracle test compares row by row."""
    month = oracle.files.months[0]
    proven = {name for family in oracle.families.values() for name in family(Slice(), month, month)}
    proven |= {
        "cohort_accounts",
        "logo_retention",
        "revenue_retention",
        "anomalies",
        "fx_mrr",
    }  # the last two: tests/anomalies, tests/dbt
    proven |= set(oracle.sales.open_pipeline(Slice())) | set(oracle.sales.funnel(Slice(), month, month).columns)
    proven |= set(CHURN)
    proven |= {"eligible_users", "feature_churned_accounts"}  # in activation_rate and feature_usage_gap, both proven
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    proven |= set(re.findall(r"[a-z_0-9]+", tests))  # what another oracle test asks for by name
    compared = set(re.findall(r"from marts\.([a-z_0-9]+)", tests))
    proven |= {name for name, marts in marts_of_metrics(any_company).items() if marts and marts <= compared}
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py")]
    texts = [text for page in pages for text in re.findall(r'"([a-z_0-9 ]+)"', page)]
    named = {word for text in texts for word in text.split()} & set(catalogue())
    assert len(named) > 30
    assert named <= proven, sorted(named - proven)
