"""Every metric of the pages equals the oracle, for three companies, all single-filter slices, and every month."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from metrics import get_metric, query
from metrics.engine import fetch
from tests.conftest import Company
from tests.oracle.oracle import Oracle, Slice

FAMILIES = ["revenue", "acquisition", "pipeline", "activation", "support"]


@pytest.fixture(scope="module")
def oracle(any_company: Company) -> Oracle:
    """The oracle of the company."""
    return Oracle(any_company.data)


@pytest.fixture(autouse=True)
def here(any_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point this process to the company."""
    for key, value in any_company.environment.items():
        monkeypatch.setenv(key, value)


def differences(names: list[str], part: Slice, months: list[pd.Timestamp], expected: Callable[[Slice, pd.Timestamp], dict[str, float]]) -> list[str]:
    """Where the metrics of a slice, month by month, differ from what is expected."""
    filters = {part.dimension: [str(part.value)]} if part.dimension else {}
    found = query(names, filters=filters, grain="month", start=months[0].date(), end=months[-1].date(), ignore_inapplicable=True)
    by_month = {row["period"]: row for row in found.to_dict("records")}
    wrong = []
    for month in months:
        want, have = expected(part, month), by_month.get(month.date(), {})
        for name in names:
            a, b = float(want[name]), float(have.get(name, math.nan))
            if math.isnan(b) and a == 0 and get_metric(name).format in ("money", "count"):
                continue  # no row, nothing counted
            if not (math.isnan(a) and math.isnan(b)) and not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6):
                wrong.append(f"{name} {part} {month:%Y-%m}: oracle {a}, metrics {b}")
    return wrong


@pytest.mark.parametrize("family", FAMILIES)
def test_every_month_of_every_slice_equals_the_oracle(oracle: Oracle, family: str) -> None:
    expected = getattr(oracle, family)
    names = list(expected(Slice(), oracle.months[-1]))
    wrong = [line for part in oracle.slices() for line in differences(names, part, oracle.months, expected)]
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:40])


def test_the_comparison_can_fail(oracle: Oracle) -> None:
    shifted = lambda part, month: {"mrr": oracle.revenue(part, month)["mrr"] + 0.01}  # noqa: E731
    assert len(differences(["mrr"], Slice(), oracle.months, shifted)) == len(oracle.months)


def test_the_open_pipeline_of_every_slice_equals_the_oracle(oracle: Oracle) -> None:
    for part in oracle.slices():
        want = oracle.open_pipeline(part)
        have = query(list(want), filters={part.dimension: [str(part.value)]} if part.dimension else {}).iloc[0].fillna(0)
        assert have.to_dict() == pytest.approx(want), part


def test_stage_conversion_and_days_equal_the_oracle(oracle: Oracle) -> None:
    for part in oracle.slices()[:4]:
        want = oracle.stages(part)
        filters = {part.dimension: [str(part.value)]} if part.dimension else {}
        have = query(list(want.columns), ["stage"], filters).set_index("stage").loc[want.index, want.columns]
        pd.testing.assert_frame_equal(have.astype(float), want.astype(float), check_names=False)


def test_every_cohort_cell_equals_the_oracle_and_no_cell_is_too_many(oracle: Oracle) -> None:
    for part in oracle.slices():
        where = f"where {part.dimension} = %(value)s" if part.dimension else ""
        rows = fetch(
            "select cohort_month, months_since_start, sum(cohort_accounts), sum(retained_accounts), sum(cohort_mrr), sum(retained_mrr) "
            f"from marts.fct_retention {where} group by 1, 2", {"value": part.value},
        )  # fmt: skip
        have = {(pd.Timestamp(r[0]), int(r[1])): tuple(float(v) for v in r[2:]) for r in rows.itertuples(index=False)}
        want = oracle.cohorts(part)
        assert have.keys() == want.keys(), part
        assert all(have[cell] == pytest.approx(want[cell]) for cell in want), part


def test_mrr_and_movements_equal_the_makers_truth_to_the_cent(any_company: Company) -> None:
    truth = pd.read_csv(any_company.data / "truth/account_months.csv", parse_dates=["month"]).set_index(["account_id", "month"]).sort_index()
    marts = fetch(
        "select account_id, revenue_month as month, starting_mrr, new_mrr as new, reactivation_mrr as reactivation, expansion_mrr as expansion, "
        "contraction_mrr as contraction, churned_mrr as churn, ending_mrr from marts.fct_revenue_monthly where starting_mrr > 0 or ending_mrr > 0", {},
    )  # fmt: skip
    marts["month"] = pd.to_datetime(marts["month"])
    marts = marts.set_index(["account_id", "month"]).astype(float).sort_index()
    pd.testing.assert_frame_equal(marts, truth[marts.columns].astype(float), check_dtype=False, rtol=0, atol=0.001, check_index_type=False)


def test_the_oracle_agrees_with_the_makers_truth(oracle: Oracle, any_company: Company) -> None:
    truth = pd.read_csv(any_company.data / "truth/account_months.csv", parse_dates=["month"])
    rows = oracle.movements[(oracle.movements["s"] > 0) | (oracle.movements["e"] > 0)]
    merged = truth.merge(rows, on=["account_id", "month"], how="outer", indicator=True)
    assert (merged["_merge"] == "both").all()
    assert (merged["ending_mrr"] * 100).round().eq(merged["e"]).all()


def test_the_bridge_ties_for_every_slice_and_month(oracle: Oracle) -> None:
    steps = ["starting_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr"]
    for part in oracle.slices():
        rows = query(steps, filters={part.dimension: [str(part.value)]} if part.dimension else {}, grain="month")
        gap = rows["starting_mrr"] + rows["new_mrr"] + rows["reactivation_mrr"] + rows["expansion_mrr"] - rows["contraction_mrr"] - rows["churned_mrr"] - rows["mrr"]
        assert gap.abs().max() < 0.005, part
