"""The marts and metrics of core and billing equal what pandas finds in the files, for three companies."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from metrics import query
from tests.oracle import compare
from tests.oracle.billing import Billing
from tests.oracle.files import Slice, month_of, ratio, within
from tests.oracle.oracle import Oracle
from warehouse.reading import fetch

FAMILIES = ["trial_metrics", "invoice_metrics", "usage_metrics", "order_metrics", "arr_metrics"]
SENIORITY = {
    "CEO": "C-Level",
    "CFO": "C-Level",
    "VP Sales": "VP",
    "VP Operations": "VP",
    "Director of IT": "Director",
    "Head of RevOps": "Director",
    "IT Manager": "Manager",
    "Sales Manager": "Manager",
    "Operations Manager": "Manager",
    "Analyst": "Individual contributor",
    "Engineer": "Individual contributor",
    "Office Administrator": "Individual contributor",
    "Accountant": "Individual contributor",
    "Bookkeeper": "Individual contributor",
    "Controller": "Individual contributor",
    "Office Manager": "Manager",
    "Payroll Manager": "Manager",
}


def segment(value: str) -> Slice:
    """The slice that a row of a summary stands for."""
    return Slice() if value == "All" else Slice("segment", value)


def segments(oracle: Oracle) -> list[str]:
    """The rows that a summary has."""
    return ["All", *oracle.files.words("segment")]


def close(want: float, have: float | None) -> bool:
    """Equal but for the last digits of a float; nothing is nothing."""
    if have is None or math.isnan(have):
        return math.isnan(want)
    return math.isclose(want, float(have), rel_tol=1e-9, abs_tol=1e-6)


@pytest.fixture
def billing(oracle: Oracle) -> Billing:
    """The oracle of what is billed."""
    return Billing(oracle.files, oracle.revenue)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_month_and_range_of_every_slice_equals_the_oracle(oracle: Oracle, billing: Billing, family: str) -> None:
    metrics = getattr(billing, family)
    wrong = [line for part in oracle.files.slices() for line in compare.monthly(oracle, metrics, part)]
    wrong += [line for part in oracle.files.slices() for line in compare.over_ranges(oracle, metrics, part)]
    assert not wrong, compare.report(wrong)


def test_the_magic_number_of_whole_quarters(billing: Billing) -> None:
    want, grain = billing.magic_numbers(), "quarter" if billing.files.year_begins == 1 else "fiscal_quarter"
    rows = query(["magic_number", "quarterly_net_new_arr", "previous_quarter_spend"], grain=grain)
    have = rows.assign(period=pd.to_datetime(rows["period"])).set_index("period")
    assert len(want) >= 3 and list(have.index) == sorted(want)
    for quarter, (growth, spend) in want.items():
        row = have.loc[quarter]
        assert close(growth, row["quarterly_net_new_arr"]) and close(spend, row["previous_quarter_spend"]), quarter
        assert close(ratio(growth, spend), row["magic_number"]), quarter


def test_the_waterfall_and_retention_of_every_segment_and_month(oracle: Oracle) -> None:
    columns = ["starting_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr"]
    columns += ["nrr_monthly", "grr_monthly", "nrr_t12m", "grr_t12m", "starting_customers", "churned_customers"]
    rows = fetch("select *, ending_mrr as mrr, ending_customers as active_customers from marts.nrr_summary", {})
    rows["revenue_month"] = pd.to_datetime(rows["revenue_month"])
    assert len(rows) == len(segments(oracle)) * len(oracle.files.months)
    for row in rows.to_dict("records"):
        want = oracle.revenue.metrics(segment(row["segment"]), row["revenue_month"], row["revenue_month"])
        for name in [*columns, "mrr", "active_customers"]:
            assert close(want[name], row[name]), (row["segment"], row["revenue_month"], name)


def test_every_cohort_cell_of_every_segment(oracle: Oracle) -> None:
    rows = fetch("select * from marts.revenue_cohorts", {})
    for value in segments(oracle):
        want = oracle.revenue.cohorts(segment(value))
        mine = rows[rows["segment"] == value]
        have = {(pd.Timestamp(r.cohort_month), int(r.months_since_start)): r for r in mine.itertuples()}
        assert have.keys() == want.keys(), value
        for cell, (accounts, kept, mrr, left) in want.items():
            row = have[cell]
            assert (row.cohort_accounts, row.retained_accounts) == (accounts, kept), (value, cell)
            assert close(kept / accounts, row.account_retention), (value, cell)
            assert close(left / mrr, row.revenue_retention), (value, cell)


def test_trials_and_tier_moves_of_every_segment_and_month(oracle: Oracle, billing: Billing) -> None:
    rows = fetch("select * from marts.conversion_metrics", {})
    assert rows["ended_trials"].sum() > 0 and rows["tier_upgrades"].sum() > 0
    for row in rows.to_dict("records"):
        month, part = pd.Timestamp(row["conversion_month"]), segment(row["segment"])
        want = billing.trial_metrics(part, month, month)
        names = {
            "ended_trials": "trials_ended",
            "mature_trials": "mature_trials",
            "converted_trials": "converted_trials",
        }
        assert all(close(want[name], row[column]) for column, name in names.items()), row
        assert close(want["trial_to_paid"], row["trial_to_paid"]), row
        moves = part.of(billing.plan_moves)
        moves = moves[within(moves["moment"], month, month)]
        assert (row["tier_upgrades"], row["tier_downgrades"]) == ((moves["rise"] > 0).sum(), (moves["rise"] < 0).sum())
    assert rows.loc[rows["segment"] == "All", "ended_trials"].sum() == len(billing.trials)


def test_every_cell_of_the_migration_matrix(billing: Billing) -> None:
    keys = ["change_month", "from_product_id", "to_product_id", "segment"]
    moves = billing.plan_moves.assign(change_month=month_of(billing.plan_moves["moment"]))
    want = moves.groupby(keys)["mrr_change"].agg(["size", "sum"])
    rows = fetch("select * from marts.plan_migrations", {})
    have = rows.assign(change_month=pd.to_datetime(rows["change_month"])).set_index(keys)
    assert len(want) > 0 and set(want.index) == set(have.index)
    for key, cell in want.iterrows():
        assert have.loc[key, "migrations"] == cell["size"] and close(cell["sum"], have.loc[key, "mrr_change"]), key


def test_every_step_of_every_account(billing: Billing) -> None:
    rows = fetch(
        "select account_id, occurred_at as moment, max(account_mrr_before) as before, max(account_mrr_after) as after, "
        "min(account_mrr_after) as low, count(distinct movement_type) as kinds, min(movement_type) as kind, "
        "sum(mrr_change) as change from marts.fct_subscription_changes group by 1, 2",
        {},
    )
    assert (rows["kinds"] == 1).all() and (rows["low"] == rows["after"]).all()
    moved = rows[rows["before"] != rows["after"]].set_index(["account_id", "moment"]).sort_index()
    want = billing.steps.set_index(["account_id", "moment"]).sort_index()
    assert list(moved.index) == list(want.index)
    for column in ("before", "after"):
        assert ((moved[column].astype(float) * 100).round().astype(int) == want[column]).all(), column
    first = billing.revenue.first_paid
    for (account, moment), row in want.iterrows():
        s, e = row["before"], row["after"]
        kind = "churn" if e == 0 else "expansion" if e > s else "contraction"
        if s == 0:
            kind = "new" if first[account] == moment else "reactivation"
        assert moved.loc[(account, moment), "kind"] == kind, (account, moment)


def test_invoices_spread_over_their_months_and_nothing_is_unexplained(oracle: Oracle, billing: Billing) -> None:
    rows = fetch("select * from marts.invoice_reconciliation", {})
    assert rows["unexplained_mrr"].astype(float).abs().max() <= 0.02
    assert {"equal", "changed after the invoice", "service ended", "refunded"} <= set(rows["explanation"])
    moves = oracle.revenue.movements
    by_month = rows.assign(month=pd.to_datetime(rows["revenue_month"])).groupby("month")
    mrr, invoiced, refunded = (by_month[name].sum() for name in ("mrr", "invoiced_mrr", "refunded_mrr"))
    live = billing.invoices[billing.invoices["status"] != "void"]
    begins, ends = live["period_start"], live["period_end"] + pd.Timedelta(days=1)
    months = ((ends.dt.year - begins.dt.year) * 12 + ends.dt.month - begins.dt.month).clip(lower=1)
    months = months.where((ends - begins).dt.days > 7, 12 / 52)
    for month in oracle.files.months:
        day = oracle.files.end_of(month) - pd.Timedelta(days=1)
        covering = (live["period_start"] <= day) & (live["period_end"] >= day)
        net = live["refunded"] * live["amount"] / (live["amount"] + live["tax"])
        assert close(moves.loc[moves["month"] == month, "e"].sum() / 100, mrr[month]), month
        assert math.isclose((live["amount"] / months)[covering].sum(), invoiced[month], abs_tol=0.5), month
        assert math.isclose((net / months)[covering].sum(), refunded[month], abs_tol=0.5), month


def test_lines_of_orders_and_products(billing: Billing) -> None:
    rows = fetch("select * from marts.fct_order_lines where not is_cancelled", {})
    by_order = rows.groupby("order_id")[["sold_value", "sold_cost", "gross_profit"]].sum().astype(float)
    want = billing.orders
    assert set(by_order.index) == set(want.index)
    joined = want.join(by_order)
    assert ((joined["net"] - joined["sold_value"]).abs() < 1e-6).all()
    assert ((joined["cost"] - joined["sold_cost"]).abs() < 1e-6).all()
    assert rows["product_id"].str.startswith("P-").all()


def bands_of(oracle: Oracle) -> tuple[list[float], float]:
    """The bounds of bands of ARR and of key accounts: as the company says, else quantiles to two digits."""
    said = oracle.files.said.get("bands")
    if said:
        return said["arr"], said["key_account_arr"]
    cents = oracle.revenue.cents[len(oracle.files.months)]
    paid = cents[cents > 0] * 12 / 100
    half, most, nearly_all = (float(f"{np.quantile(paid, share):.1e}") for share in (0.5, 0.8, 0.95))
    return [half, most, nearly_all], most


def test_accounts_are_classed_by_employees_and_revenue(oracle: Oracle) -> None:
    rows = fetch("select * from marts.dim_account", {}).set_index("account_id")
    arr = oracle.revenue.cents[len(oracle.files.months)].reindex(rows.index).fillna(0) * 12 / 100
    people = oracle.files.accounts["employee_count"].reindex(rows.index)
    size = (people >= 100).astype(int) + (people >= 1000).astype(int)
    bounds, key = bands_of(oracle)
    worth = (arr >= bounds[0]).astype(int) + (arr >= bounds[2]).astype(int)
    want = pd.concat([size, worth], axis=1).max(axis=1).map({0: "small", 1: "medium", 2: "large"})
    assert (rows["size_class"] == want).all()
    paid = pd.Series(rows.index.isin(oracle.revenue.first_paid.index), rows.index)
    category = pd.Series("potential", rows.index).mask(paid, "former").mask(arr > 0, "standard")
    category = category.mask(arr >= key, "key").mask(arr >= bounds[2], "strategic")
    assert (rows["account_category"] == category).all()
    bands = pd.cut(arr, [-1, 0, *(bound - 0.005 for bound in bounds), math.inf], labels=False).astype(str)
    assert (rows["revenue_band"].str[0] == bands).all()


def test_people_are_masked_and_ranked(oracle: Oracle) -> None:
    raw = oracle.files.read("crm/contacts", []).set_index("contact_id")
    rows = fetch("select * from marts.dim_contact", {}).set_index("contact_id")
    assert (rows["seniority"] == raw["job_title"].map(SENIORITY).reindex(rows.index)).all()
    shown = set(rows.astype(str).to_numpy().ravel())
    for column in ("first_name", "last_name", "email"):
        assert not shown & set(raw[column].dropna()), column


def test_campaigns_hold_all_spend_and_touches(oracle: Oracle) -> None:
    rows = fetch("select * from marts.dim_campaign", {}).set_index(["acquisition_channel", "campaign_name"])
    spend = oracle.revenue.spend.groupby(["acquisition_channel", "campaign"])["amount"].sum()
    touches = oracle.files.read("marketing/touches", ["touched_at"])
    touches = touches[touches["touched_at"] < oracle.files.now].groupby(["channel", "campaign"]).size()
    assert set(rows.index) == set(spend.index) | set(touches.index)
    for key, row in rows.iterrows():
        assert close(float(spend.get(key, 0)), row["spend"]) and row["touches"] == touches.get(key, 0), key
