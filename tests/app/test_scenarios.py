"""What a scenario makes of the forecast, by hand, to the cent."""

from __future__ import annotations

import pandas as pd
import pytest

from app.views.forecast.scenario import Scenario, bookings_under, mrr_under

MONTHS = pd.DataFrame(
    {
        "starting_mrr": [1000.0, 1100.0],
        "new_mrr": [150.0, 150.0],
        "reactivation_mrr": [0.0, 0.0],
        "expansion_mrr": [50.0, 55.0],
        "contraction_mrr": [0.0, 0.0],
        "churned_mrr": [100.0, 110.0],
        "mrr": [1100.0, 1195.0],
        "low_95": [880.0, 956.0],
        "low_80": [990.0, 1075.5],
        "high_80": [1210.0, 1314.5],
        "high_95": [1320.0, 1434.0],
    }
)
QUARTER = pd.Series(
    {"won": 40.0, "from_open": 60.0, "from_new": 20.0, "forecast": 120.0, "low_80": 90.0, "high_80": 160.0}
)


def test_nothing_changed_is_the_forecast_itself() -> None:
    assert mrr_under(MONTHS, Scenario()) is MONTHS
    assert bookings_under(QUARTER, Scenario()).to_dict() == QUARTER.to_dict()


def test_more_churn_leaves_less_to_grow_from() -> None:
    moved = mrr_under(MONTHS, Scenario(churn=50))
    assert moved["churned_mrr"].tolist() == [150.0, 157.5]  # 10 % and a half of 1,000, then of 1,050
    assert moved["mrr"].tolist() == [1050.0, 1095.0]
    assert moved["starting_mrr"].tolist() == [1000.0, 1050.0]
    assert moved["low_80"].tolist() == [945.0, 985.5]  # nine tenths, as before


def test_win_rate_and_new_business_multiply_and_leave_customers_alone() -> None:
    moved = mrr_under(MONTHS, Scenario(win_rate=20, business=-10))
    assert moved["new_mrr"].tolist() == [162.0, 162.0]
    assert moved["churned_mrr"].iloc[0] == 100 and moved["mrr"].iloc[0] == 1112


@pytest.mark.parametrize("price", [12, -12])
def test_a_price_reaches_new_customers_at_once_and_a_twelfth_of_the_others_each_month(price: int) -> None:
    first = mrr_under(MONTHS, Scenario(price=price)).iloc[0]
    assert first["new_mrr"] == (168 if price > 0 else 132)
    assert first["expansion_mrr"] == (60 if price > 0 else 50) and first["contraction_mrr"] == (0 if price > 0 else 10)


def test_parts_add_up_under_every_scenario() -> None:
    moved = mrr_under(MONTHS, Scenario(win_rate=-15, business=5, churn=35, price=7))
    sums = moved["starting_mrr"] + moved["new_mrr"] + moved["expansion_mrr"] - moved["churned_mrr"]
    assert (sums.round(2) == moved["mrr"]).all()


def test_open_deals_follow_the_win_rate_alone_and_what_is_won_stays() -> None:
    moved = bookings_under(QUARTER, Scenario(win_rate=50, business=-50))
    assert moved[["won", "from_open", "from_new", "forecast"]].tolist() == [40, 90, 15, 145]
    assert moved["high_80"] == 145 + 40 * 105 / 80 and moved["low_80"] == 145 - 30 * 105 / 80
    assert bookings_under(QUARTER, Scenario(win_rate=-30))["low_80"] >= 40
