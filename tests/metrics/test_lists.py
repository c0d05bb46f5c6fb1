"""The list behind a number: its rows make up the number, whatever the selection."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from metrics import MetricError, catalogue, query, supports
from metrics.catalogue import all_metrics
from metrics.definitions import definitions
from metrics.lists import behind
from warehouse.settings import Settings

SELECTION = {"segment": ["SMB", "Enterprise"]}
QUARTER = (date(2026, 7, 1), date(2026, 9, 1))
MONTHS = pytest.mark.parametrize("months", [(None, None), QUARTER], ids=["all", "quarter"])


def manifest() -> dict[str, Any]:
    """What dbt wrote."""
    found: dict[str, Any] = json.loads(definitions().text)
    return found


def additive() -> dict[tuple[str, ...], list[str]]:
    """Metrics that are sums, by the keys they know."""
    sums = {m["name"] for model in manifest()["semantic_models"] for m in model["measures"] if m["agg"] == "sum"}
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for metric in manifest()["metrics"]:
        known = catalogue().get(metric["name"])
        if known and metric["type"] == "simple" and metric["type_params"]["measure"]["name"] in sums:
            found[known.keys].append(metric["name"])
    return found


@MONTHS
def test_the_rows_of_a_list_add_up_to_the_number(in_company: Settings, months: tuple[Any, Any]) -> None:
    listed = 0
    for keys, names in additive().items():
        selection = SELECTION if supports(names[0], "segment") else {}
        names = [name for name in names if not selection or supports(name, "segment")]
        whole = query(names, (), selection, *months).iloc[0].fillna(0)
        for key in keys:
            found = behind(names, [key], selection, *months)
            assert found[key].is_unique, (key, names)
            assert found[names].sum().to_dict() == pytest.approx(whole.to_dict()), key
            assert found[names].fillna(0).ne(0).any(axis=1).all()
            listed += len(found)
    assert listed > 1000


@MONTHS
def test_the_parts_of_a_list_make_up_a_ratio(in_company: Settings, months: tuple[Any, Any]) -> None:
    listed = []
    for metric in manifest()["metrics"]:
        name, given = metric["name"], metric["type_params"]
        if metric["type"] != "ratio" or name not in catalogue() or "account" not in catalogue()[name].keys:
            continue
        above, below = given["numerator"]["name"], given["denominator"]["name"]
        found = behind([name], ["account"], SELECTION, *months)
        ratio = query([name], (), SELECTION, *months).iloc[0, 0]
        assert found[above].sum() / found[below].sum() == pytest.approx(ratio, nan_ok=True), name
        listed += [name] if len(found) else []
    assert {"win_rate", "nrr_t12m", "grr_monthly", "csat", "payment_recovery"} <= {*listed}


def test_a_sum_comes_before_what_it_sums(in_company: Settings) -> None:
    found = behind(["net_new_mrr"], ["account"], {}, *QUARTER)
    assert list(found) == [
        "account", "net_new_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr"
    ]  # fmt: skip
    assert found["net_new_mrr"].abs().is_monotonic_decreasing


def test_a_part_behaves_in_time_as_the_number_does(in_company: Settings) -> None:
    found = behind(["arpa"], ["account"], {}, *QUARTER)
    assert found["ending_customers"].eq(1).all()
    assert found["ending_mrr"].sum() == pytest.approx(query(["mrr"], (), {}, *QUARTER).iloc[0, 0])


def test_days_narrow_a_list_to_the_day(in_company: Settings) -> None:
    by_day = query(["tickets"], (), {}, *QUARTER, "day").set_index("period")["tickets"]
    first, last = date(2026, 8, 29), date(2026, 9, 2)
    found = behind(["tickets"], ["account"], {}, first, last, days=True)
    assert found["tickets"].sum() == by_day[first:last].sum() > 0


def test_a_list_narrows_by_a_key(in_company: Settings) -> None:
    reps = query(["won_amount"], ["rep"]).dropna().set_index("rep")["won_amount"]
    found = behind(["won_amount"], ["account", "deal"], rep=reps.index[0])
    assert found["won_amount"].sum() == pytest.approx(reps.iloc[0])


def test_what_has_no_list_is_refused_with_a_reason(in_company: Settings) -> None:
    with pytest.raises(MetricError, match="S&M spend is not recorded by account: no list is behind it"):
        behind(["spend"])
    with pytest.raises(MetricError, match="Tickets is not recorded by stage"):
        behind(["tickets"], stage="demo")
    with pytest.raises(MetricError, match="there is no metric 'ticket'"):
        behind(["ticket"])


def test_parts_stay_out_of_the_catalogue(in_company: Settings) -> None:
    parts = {*all_metrics()} - {*catalogue()}
    assert {"failed_attempts", "kept_mrr", "order_discount_amount"} <= parts
    assert catalogue()["nrr_monthly"].parts[:2] == ("kept_mrr", "starting_mrr")
    with pytest.raises(MetricError, match="there is no metric 'kept_mrr'"):
        query(["kept_mrr"])
