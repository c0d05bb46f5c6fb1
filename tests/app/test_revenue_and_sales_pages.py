"""The revenue and go-to-market pages say what the metrics say, whatever the selection."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metrics import query
from tests.app.test_pages import open_app

START, END = date(2026, 5, 1), date(2026, 10, 1)
SELECTIONS: list[dict[str, str]] = [{}, {"segment": "Mid-Market"}, {"region": "Europe", "channel": "LinkedIn"}]
NAMES = {"channel": "acquisition_channel"}
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.usefixtures("in_company"),
    pytest.mark.parametrize("selection", SELECTIONS, ids=str),
]


def opened(page: str, selection: dict[str, str], **own: str | list[str]) -> AppTest:
    """A page of the selection, with its own filters from the link."""
    test = open_app(page, selection)
    for key, text in own.items():
        test.query_params[key] = text
    return test.run() if own else test


def shown(test: AppTest, *columns: str) -> pd.DataFrame:
    """The first table that has the columns; empty when its panel says that there is nothing."""
    found = [frame.value for frame in test.dataframe if {*columns} <= {*frame.value.columns}]
    return found[0] if found else pd.DataFrame({name: pd.Series(dtype=float) for name in columns})


def metric(name: str, selection: dict[str, str], **only: Any) -> float:
    """What the metrics say; nothing is zero."""
    filters = {NAMES.get(key, key): [text] for key, text in selection.items()} | only
    value = query([name], filters=filters, start=START, end=END, ignore_inapplicable=True).iloc[0, 0]
    return 0.0 if pd.isna(value) else float(value)


@pytest.mark.parametrize("grain", ["months", "events"])
def test_the_movement_list_sums_to_net_new_mrr(selection: dict[str, str], grain: str) -> None:
    listed = shown(opened("movements", selection, list=grain), "movement", "change")
    assert listed["change"].sum() == pytest.approx(metric("net_new_mrr", selection), abs=0.01)


def test_the_movement_list_of_one_kind_sums_to_its_metric(selection: dict[str, str]) -> None:
    test = opened("movements", selection, movement=["churn"])
    listed = shown(test, "movement", "change")
    assert {*listed["movement"]} <= {"churn"}
    assert -listed["change"].sum() == pytest.approx(metric("churned_mrr", selection), abs=0.01)
    assert "Movement: Churn" in test.caption[0].value


def test_invoices_and_their_reconciliation_tie_to_the_metrics(selection: dict[str, str]) -> None:
    test = opened("movements", selection)
    due = shown(test, "outstanding_amount")
    assert due["outstanding_amount"].sum() == pytest.approx(metric("outstanding_amount", selection), abs=0.01)
    assert shown(test, "explanation", "mrr")["mrr"].sum() == pytest.approx(metric("mrr", selection), abs=0.01)


def test_trials_and_plan_changes_tie_to_the_metrics(selection: dict[str, str]) -> None:
    test = opened("conversion", selection)
    trials = shown(test, "trial_ended_at", "is_mature", "is_converted")
    assert len(trials) == metric("trials_ended", selection)
    paid = trials["is_mature"].astype(bool) & trials["is_converted"].astype(bool)
    assert paid.sum() == metric("converted_trials", selection)
    if not {"region", "channel"} & {*selection}:  # the marts of moves know segments only
        moves = metric("tier_upgrades", selection) + metric("tier_downgrades", selection)
        assert len(shown(test, "from_plan", "to_plan")) == moves > 0


def test_orders_by_product_and_one_by_one_give_the_same_value(selection: dict[str, str]) -> None:
    test = opened("orders", selection)
    value = pytest.approx(metric("order_value", selection), abs=0.01)
    assert shown(test, "product", "value")["value"].sum() == value
    orders = shown(test, "fulfilment_state", "value")
    kept = orders[orders["fulfilment_state"] != "cancelled"]
    assert kept["value"].sum() == value
    assert len(kept) == metric("orders", selection)
    only = shown(opened("orders", selection, state="cancelled"), "fulfilment_state", "value")
    assert len(only) == len(orders) - len(kept)


def test_open_and_slipped_deals_make_up_the_pipeline(selection: dict[str, str]) -> None:
    frames = [frame.value for frame in opened("forecast", selection).dataframe if "weighted_amount" in frame.value]
    late = sum(frame["amount"].sum() for frame in frames if "days_late" in frame)
    assert late == pytest.approx(metric("overdue_pipeline", selection), abs=0.01)
    for column, name in (("amount", "open_pipeline"), ("weighted_amount", "weighted_pipeline")):
        total = sum(float(frame[column].sum()) for frame in frames)
        assert total == pytest.approx(metric(name, selection), abs=0.01)


def test_the_forecast_of_a_quarter_that_the_data_half_know_says_why_it_is_empty(selection: dict[str, str]) -> None:
    test = opened("forecast", selection | {"from": "2025-05", "to": "2025-06"})
    assert sum("Q2 2025 has no forecast" in info.value for info in test.info) == 2


def test_the_leaderboard_adds_up_to_quota_attainment_and_answers_to_a_rep(selection: dict[str, str]) -> None:
    test = opened("reps", selection)
    reps = shown(test, "rep_name", "quota", "won_amount")
    assert reps["won_amount"].sum() / reps["quota"].sum() == pytest.approx(metric("quota_attainment", selection))
    chosen = test.multiselect(key="reps.rep").options[0]
    test.multiselect(key="reps.rep").select(chosen).run()
    assert shown(test, "rep_name", "quota")["rep_name"].tolist() == [chosen.split(" (")[0]]


@pytest.mark.parametrize("model", ["first_touch", "last_touch", "linear", "position"])
def test_every_attribution_model_shares_the_same_total(selection: dict[str, str], model: str) -> None:
    test = opened("marketing", selection, model=model)
    campaigns = shown(test, "campaign", "new_mrr", "won_amount")
    assert campaigns["new_mrr"].sum() == pytest.approx(metric("new_mrr", selection), abs=0.05)
    assert campaigns["won_amount"].sum() == pytest.approx(metric("won_amount", selection), abs=0.05)
    assert any("largest difference $0.00" in caption.value for caption in test.caption)


def test_spend_and_customers_by_channel_add_up(selection: dict[str, str]) -> None:
    channels = shown(opened("marketing", selection), "channel", "leads", "customers", "spend")
    assert channels["spend"].sum() == pytest.approx(metric("spend", selection), abs=0.01)
    assert channels["customers"].sum() == metric("acquired_customers", selection)
