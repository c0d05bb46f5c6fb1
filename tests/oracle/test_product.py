"""The marts of product equal the oracle, for three companies and all single-filter slices."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics import query
from tests.conftest import Company
from tests.oracle.compare import report
from tests.oracle.files import Slice
from tests.oracle.oracle import Oracle
from tests.oracle.usage import DAY, KINDS, Usage
from warehouse.reading import fetch


@pytest.fixture
def usage(oracle: Oracle, usages: dict[int, Usage]) -> Usage:
    """The oracle's usage, kept between the tests of a company."""
    return usages.setdefault(id(oracle), Usage(oracle.files, oracle.revenue))


@pytest.fixture(scope="module")
def usages() -> dict[int, Usage]:
    """Usage by oracle."""
    return {}


def where(part: Slice) -> str:
    """A slice as a condition."""
    return f"{part.dimension} = %(value)s" if part.dimension else "true"


def close(a: float, b: float) -> bool:
    """Equal but for the last digits, or both unknown."""
    return (pd.isna(a) and pd.isna(b)) or a == pytest.approx(b)


def test_usage_holds_every_account_and_day(usage: Usage) -> None:
    names = ["active_users", "features_used", "events", *KINDS]
    have = fetch(f"select account_id, activity_date as day, {', '.join(names)} from marts.fct_usage", {})
    have = have.assign(day=pd.to_datetime(have["day"])).set_index(["account_id", "day"]).sort_index()
    want = usage.account_days()[names].sort_index()
    pd.testing.assert_frame_equal(have, want, check_dtype=False, check_index_type=False)


def test_active_users_of_every_slice_are_different_users(usage: Usage) -> None:
    wrong = []
    days = [*pd.date_range(usage.files.begin, usage.files.now - DAY, freq="17D"), usage.files.now - DAY]
    for part in usage.files.slices():
        have = fetch(
            "select activity_date, sum(dau), sum(wau), sum(mau) from marts.active_users "
            f"where {where(part)} group by 1",
            {"value": part.value},
        ).set_index("activity_date")
        for day in days:
            want = [usage.users_between(part, day - back * DAY, day + DAY) for back in (0, 6, 27)]
            found = [int(value) for value in have.loc[day.date()]] if day.date() in have.index else [0, 0, 0]
            wrong += [f"{part} {day:%F}: {want} {found}"] if want != found else []
    assert not wrong, report(wrong)


def test_stickiness_of_every_slice_and_month_equals_the_oracle(usage: Usage) -> None:
    wrong = []
    for part in usage.files.slices():
        have = query(["stickiness", "monthly_active_users"], filters=part.filters, grain="month").set_index("period")
        for month in usage.files.months:
            users = usage.users_of(part, month)
            if not users:
                continue
            row = have.loc[month.date()]
            if row["monthly_active_users"] != users or not close(usage.stickiness(part, month), row["stickiness"]):
                wrong.append(f"{part} {month:%Y-%m}: {usage.stickiness(part, month)} {dict(row)}")
    assert not wrong, report(wrong)


def test_adoption_of_every_slice_equals_the_oracle(usage: Usage) -> None:
    wrong = []
    for part in usage.files.slices():
        have = fetch(
            "select usage_month, feature_id, sum(eligible_accounts) as could, sum(using_accounts) as did "
            f"from marts.feature_adoption where {where(part)} group by 1, 2",
            {"value": part.value},
        )
        for month in usage.files.months[::4]:
            want = usage.adoption(part, month)
            found = have[have["usage_month"] == month.date()].set_index("feature_id")[["could", "did"]].astype(int)
            if not want.sort_index().equals(found.sort_index().rename_axis(None)):
                wrong.append(f"{part} {month:%Y-%m}: {want.compare(found.reindex(want.index))}")
    assert not wrong, report(wrong)


def test_popularity_stickiness_and_gap_of_features_equal_the_oracle(usage: Usage) -> None:
    wrong = []
    names = ["feature_users", "feature_popularity", "feature_stickiness", "feature_usage_gap"]
    for part in usage.files.slices():
        for month in usage.files.months[3::5]:
            want = usage.four_weeks(part, month).rename(index=usage.features["feature_name"])
            have = query(names, ["feature_name"], part.filters, month.date(), month.date()).set_index("feature_name")
            assert set(want.index) == set(have.index), (part, month)
            for feature, row in want.iterrows():
                expected = [row["users"], row["popularity"], row["weekly"] / row["users"], row["stayed"] - row["left"]]
                expected[0] = 0 if pd.isna(expected[0]) else expected[0]
                expected[1] = 0 if pd.isna(expected[1]) else expected[1]
                found = list(have.loc[feature])
                if not all(map(close, expected, found)):
                    wrong.append(f"{part} {month:%Y-%m} {feature}: {expected} {found}")
    assert not wrong, report(wrong)


def test_releases_equal_the_oracle(usage: Usage, oracle: Oracle) -> None:
    want = usage.releases(oracle.support.tickets)
    have = fetch("select * from marts.release_impact", {}).set_index(["version", "segment"])
    seen = want[[name for name in want if name != "is_complete"]].sum(axis=1) > 0
    assert set(have.index) == {key for key in want.index[seen] if want.loc[key, "events_after"] > 0}
    pd.testing.assert_frame_equal(have[want.columns], want.loc[have.index], check_dtype=False)
    rate = {side: want[f"technical_tickets_{side}"] / want[f"active_accounts_{side}"] for side in ("before", "after")}
    growth = (rate["after"] / rate["before"] - 1).where(want["is_complete"] & (want["technical_tickets_before"] > 0))
    for key, row in have.iterrows():
        assert close(row["technical_tickets_change"], growth.loc[key]), key


def test_the_planted_bad_release_is_the_worst(usage: Usage, any_company: Company) -> None:
    incidents = pd.read_csv(any_company.data / "truth/incidents.csv", parse_dates=["start_date"])
    planted = incidents.query("incident == 'bad_release'")["start_date"]
    worst = fetch(
        "select released_date, technical_tickets_change, errors_change from marts.release_impact "
        "where segment = 'All' and harm_rank = 1",
        {},
    ).iloc[0]
    assert pd.Timestamp(worst["released_date"]) == planted.iloc[0]
    assert worst["technical_tickets_change"] > 1 and worst["errors_change"] > 1
