"""A day later the company is the same: rows are added, what was open may be settled, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from data_gen.generate import generate
from data_gen.next_day import news_of, write_difference
from data_gen.plan import Plan
from warehouse.errors import TowerError

PLAN = Plan(300, 32, date(2026, 1, 1), date(2026, 3, 20))
NEWS = news_of(PLAN.shape)
BEGINS = {  # when a row came into being; tables that are not named never grow
    "crm/accounts": "created_at",
    "crm/contacts": "created_at",
    "crm/deals": "created_at",
    "crm/deal_stage_history": "entered_at",
    "crm/activities": "occurred_at",
    "billing/subscriptions": "started_at",
    "billing/subscription_changes": "effective_at",
    "billing/invoices": "invoice_date",
    "billing/payments": "attempted_at",
    "billing/orders": "ordered_at",
    "billing/order_items": "ordered_at",  # of the order
    "billing/churn_events": "churned_at",
    "marketing/spend": "spend_date",
    "marketing/touches": "touched_at",
    "product/users": "created_at",
    "product/features": "released_at",
    "product/releases": "released_at",
    "product/events": "occurred_at",
    "support/tickets": "created_at",
}
SETTLES = {  # what time may change in a row, moments first
    "crm/accounts": ["status"],
    "crm/deals": ["closed_at", "stage", "probability", "loss_reason"],
    "billing/subscriptions": ["ended_at", "cancelled_at", "status", "product_id", "cancel_reason"],
    "billing/invoices": ["paid_at", "status"],
    "billing/orders": ["shipped_at", "delivered_at", "status"],
    "support/tickets": ["first_response_at", "resolved_at", "status", "reopened_count", "csat_score"],
}


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Every file as text, by its key."""
    tables = {}
    for path in sorted(folder.glob("*/*.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        tables[path.relative_to(folder).with_suffix("").as_posix()] = frame.set_index(frame.columns[0])
    orders = tables["billing/orders"]["ordered_at"]
    items = tables["billing/order_items"]
    items["ordered_at"] = orders.reindex(items["order_id"]).to_numpy()
    return tables


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[date, dict[str, pd.DataFrame]]]:
    """The files of days from the window's last on, over a month's end and a release, and of the life's last days."""
    folder = tmp_path_factory.mktemp("days")
    some = [PLAN.end + timedelta(days=n) for n in (*range(13), *range(19, 24), 43, 44)]
    found = []
    for day in [*some, PLAN.horizon - timedelta(days=1), PLAN.horizon]:
        generate(replace(PLAN, until=day), folder / str(day))
        found.append((day, read(folder / str(day))))
    return found


def test_a_day_adds_rows_settles_what_was_open_and_moves_nothing_else(
    days: list[tuple[date, dict[str, pd.DataFrame]]],
) -> None:
    added, changed = set(), set()
    for (eve, before), (day, after) in pairwise(days):
        if day - eve > timedelta(days=1):
            continue
        for name in after:
            if name.startswith("truth/"):
                continue
            old, new = before[name], after[name]
            assert old.index.is_unique and new.index.is_unique
            assert old.index.difference(new.index).empty, f"{day} {name}: rows are gone"
            fresh = new.loc[new.index.difference(old.index)]
            born = fresh[BEGINS[name]].str[:10] if name in BEGINS else pd.Series(["never"] * len(fresh))
            assert (born == str(day)).all(), f"{day} {name}: rows of another day came"
            still, settles = new.loc[old.index], SETTLES.get(name, [])
            assert old.drop(columns=settles).equals(still.drop(columns=settles)), f"{day} {name}: what was told changed"
            for column in settles:
                moved = old[column] != still[column]
                if column.endswith("_at"):
                    assert (old.loc[moved, column] == "").all()
                    assert (still.loc[moved, column].str[:10] == str(day)).all()
                changed |= {(name, column)} if moved.any() else set()
            added |= {name} if len(fresh) else set()
    assert added == set(BEGINS)
    assert changed == {(name, column) for name, columns in SETTLES.items() for column in columns}


def test_what_the_maker_knows_of_past_months_stays(days: list[tuple[date, dict[str, pd.DataFrame]]]) -> None:
    last = days[-1][1]["truth/account_months"].reset_index()
    for day, tables in days:
        truth = tables["truth/account_months"].reset_index()
        assert truth["month"].max() == str(day.replace(day=1))
        past = str(day.replace(day=1))
        pd.testing.assert_frame_equal(
            truth[truth["month"] < past].reset_index(drop=True), last[last["month"] < past].reset_index(drop=True)
        )


def test_nothing_is_known_before_it_happens(days: list[tuple[date, dict[str, pd.DataFrame]]]) -> None:
    ahead = {"due_at", "due_date", "expected_close_date", "period_end", "trial_ended_at", "target_month", "hired_at"}
    for day, tables in days:
        for name, table in tables.items():
            if name.startswith("truth/"):
                continue
            for column in table.columns[table.columns.str.endswith(("_at", "_date", "_month"))].difference([*ahead]):
                assert table[column].max()[:10] <= str(day), (name, column)


def test_statuses_say_what_the_files_know(days: list[tuple[date, dict[str, pd.DataFrame]]]) -> None:
    for _, tables in days:
        deals, subscriptions = tables["crm/deals"], tables["billing/subscriptions"]
        history = tables["crm/deal_stage_history"].sort_values("entered_at", kind="stable")
        assert deals["stage"].equals(history.groupby("deal_id")["stage"].last().reindex(deals.index).rename("stage"))
        assert deals["stage"].str.startswith("closed").equals(deals["closed_at"] != "")
        assert (subscriptions["status"] == "cancelled").equals(subscriptions["ended_at"] != "")
        paying = subscriptions["status"].isin(["active", "past_due"])
        customers = set(tables["crm/accounts"].query("status == 'customer'").index)
        assert set(subscriptions.loc[paying, "account_id"]) == customers


@pytest.mark.parametrize("accounts", [20, 61, 700])
def test_the_window_shows_as_many_accounts_as_were_asked_for(accounts: int, tmp_path: Path) -> None:
    for number, window in enumerate([(date(2025, 5, 12), date(2026, 10, 20)), (date(2026, 2, 1), date(2026, 2, 9))]):
        generate(Plan(accounts, 4, *window), tmp_path / str(number))
        made = pd.read_csv(tmp_path / str(number) / "crm/accounts.csv", parse_dates=["created_at"])
        assert len(made) == accounts and made["created_at"].max() < pd.Timestamp(window[1]) + pd.Timedelta(days=1)


def test_the_life_ends_at_the_horizon() -> None:
    assert PLAN.horizon == date(2026, 6, 30)
    with pytest.raises(TowerError, match=r"drawn up to 2026-06-30.*DATA_END_DATE"):
        replace(PLAN, until=date(2026, 7, 1))


def test_a_drop_holds_what_differs_and_says_what_is_new(tmp_path: Path) -> None:
    for name, until in (("one", PLAN.end), ("two", PLAN.end + timedelta(days=4))):
        generate(replace(PLAN, until=until), tmp_path / name)
    assert not write_difference(tmp_path / "one", tmp_path / "one", tmp_path / "none", NEWS).total()
    said = write_difference(tmp_path / "one", tmp_path / "two", tmp_path / "drop", NEWS)
    before, after, drop = read(tmp_path / "one"), read(tmp_path / "two"), read(tmp_path / "drop")
    assert said["rows"] == sum(len(table) for table in drop.values())
    for name, table in drop.items():
        merged = pd.concat([before[name].drop(table.index, errors="ignore"), table]).sort_index()
        pd.testing.assert_frame_equal(merged, after[name].sort_index(), obj=name)
    for what, name, column in [("solved", "support/tickets", "resolved_at"), ("paid", "billing/invoices", "paid_at")]:
        assert said[what] == (after[name][column] != "").sum() - (before[name][column] != "").sum() > 0
    for what, name in [
        ("new accounts", "crm/accounts"),
        ("new deals", "crm/deals"),
        ("new tickets", "support/tickets"),
    ]:
        assert said[what] == len(after[name]) - len(before[name]) > 0
