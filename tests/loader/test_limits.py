"""What no accepted row may be: an interval said twice or not at all, an amount that no sum of the models could hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from company.contract import read_contract
from loader.check.check import Check
from loader.check.outcome import Outcome
from loader.duck import open_scratch
from loader.files.folder import FolderSource
from warehouse.settings import ROOT

TABLES = read_contract(ROOT / "dbt")
CHANGE = "change_id,subscription_id,effective_at,product_id,quantity,discount_pct,change_type"


def check(folder: Path, scratch: Path) -> dict[str, Outcome]:
    """What became of each file, by its table."""
    source = FolderSource(folder, TABLES, scratch, strict=False)
    with open_scratch(scratch, source.paths()) as db:
        checked = Check(db, TABLES, source)
        return {table.key: file.outcome for table in TABLES for file in checked.table(table)}


def write(folder: Path, name: str, header: str, *lines: str) -> Path:
    """One file of the contract."""
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n")
    return folder


def ledger(folder: Path, more: str, *values: str) -> Path:
    """Changes with further columns, a line for each of `values`."""
    lines = [f"C{n},S1,2026-01-05 10:00:00,P1,10,0,start,{value}" for n, value in enumerate(values, start=1)]
    return write(folder, "billing/subscription_changes", f"{CHANGE},{more}", *lines)


def test_an_interval_is_said_in_exactly_one_way(tmp_path: Path) -> None:
    data = ledger(
        tmp_path / "data",
        "unit_price,billing_interval,interval_count,interval_unit",
        *("10,monthly,,", "10,,2,week", "10,,,", "10,,2,", "10,monthly,1,month", "10,,0,day", "10,,1,fortnight"),
    )
    outcome = check(data, tmp_path)["billing.subscription_changes"]
    assert (outcome.rows, outcome.rejected) == (7, 5)
    assert {problem.line: (problem.column, problem.message) for problem in outcome.problems} == {
        4: ("billing_interval", "no interval; give billing_interval, or interval_count and interval_unit"),
        5: ("billing_interval", "no interval; give billing_interval, or interval_count and interval_unit"),
        6: ("billing_interval", "two intervals; give either billing_interval, or interval_count and interval_unit"),
        7: ("interval_count", "below 1"),
        8: ("interval_unit", "not one of day, week, month, year"),
    }


@pytest.mark.parametrize("word", ["yearly", "annually", "semi-annual", "biweekly"])
def test_an_interval_of_another_name_is_refused_with_what_to_write(tmp_path: Path, word: str) -> None:
    changes = ledger(tmp_path / "changes", "unit_price,billing_interval", f"10,{word}", "10,annual")
    head = "subscription_id,account_id,product_id,status,started_at,billing_interval"
    line = f"S1,A1,P1,active,2026-01-05 10:00:00,{word}"
    subscriptions = write(tmp_path / "subscriptions", "billing/subscriptions", head, line)
    said = (
        "not one of monthly, quarterly, annual; yearly and annually are annual; any other is interval_count and "
        "interval_unit with this column empty: 6 month for semi-annual, 2 week for biweekly"
    )
    for data, table in ((changes, "billing.subscription_changes"), (subscriptions, "billing.subscriptions")):
        problems = check(data, tmp_path)[table].problems
        assert [(p.line, p.column, p.message) for p in problems] == [(2, "billing_interval", said)]


def test_a_file_without_the_short_name_says_its_interval_in_units(tmp_path: Path) -> None:
    data = ledger(tmp_path / "data", "unit_price,interval_count,interval_unit", "10,1,week", "10,,week")
    outcome = check(data, tmp_path)["billing.subscription_changes"]
    assert (outcome.rows, outcome.rejected) == (2, 1)
    assert (outcome.problems[0].line, outcome.problems[0].rule) == (3, "interval")


def test_a_price_keeps_its_precision_and_may_be_unknown(tmp_path: Path) -> None:
    more = "unit_price,recurring_amount,billing_interval"
    data = ledger(tmp_path / "data", more, "0.004,,monthly", "10.995,,annual", ",12.345,monthly", ",,monthly")
    outcome = check(data, tmp_path)["billing.subscription_changes"]
    assert (outcome.rows, outcome.rejected) == (4, 0)
    assert outcome.notes == ()  # the columns that few companies have are not missed


@pytest.mark.parametrize(
    ("name", "header", "line", "column", "message"),
    [
        (
            "billing/subscription_changes",
            f"{CHANGE},unit_price,billing_interval",
            "C1,S1,2026-01-05 10:00:00,P1,2000000000,0,start,10000000000,monthly",
            "quantity",
            "worth more than 1,000,000,000,000 at its unit_price",
        ),
        (
            "billing/subscription_changes",
            f"{CHANGE},unit_price,billing_interval",
            "C1,S1,2026-01-05 10:00:00,P1,1,0,start,10000000000000,monthly",
            "unit_price",
            "beyond 1,000,000,000,000",
        ),
        (
            "billing/subscription_changes",
            f"{CHANGE},unit_price,billing_interval",
            "C1,S1,2026-01-05 10:00:00,P1,1,101,start,10,monthly",
            "discount_pct",
            "beyond 100",
        ),
        (
            "billing/invoices",
            "invoice_id,subscription_id,account_id,period_start,period_end,amount,tax,invoice_date,due_date,status",
            "I1,S1,A1,2026-01-05,2026-02-04,-9000000000000000,0,2026-01-05,2026-01-05,paid",
            "amount",
            "beyond 1,000,000,000,000",
        ),
        (
            "billing/order_items",
            "order_item_id,order_id,product_id,quantity,unit_price,unit_cost",
            "L1,O1,P1,2000000000,10,900000000000",
            "quantity",
            "worth more than 1,000,000,000,000 at its unit_price or unit_cost",
        ),
    ],
)
def test_what_would_overflow_is_rejected_by_name(
    tmp_path: Path, name: str, header: str, line: str, column: str, message: str
) -> None:
    (outcome,) = check(write(tmp_path / "data", name, header, line), tmp_path).values()
    assert [(problem.column, problem.message) for problem in outcome.problems] == [(column, message)]


def test_every_amount_of_the_contract_has_a_limit() -> None:
    amounts = [(t.key, c) for t in TABLES for c in t.columns if c.data_type.startswith("numeric")]
    assert [f"{key}.{c.name}" for key, c in amounts if c.maximum is None] == []
