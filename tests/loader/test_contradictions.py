"""Rows that cannot be true as they stand are loaded, counted, said and kept with what is believed instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loader.box import Box, make_box

ACCOUNTS = (
    "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,created_at,status\n"
)
DEALS = (
    "deal_id,deal_name,account_id,owner_id,deal_type,segment,region,source_channel,amount,stage,probability,created_at,"
    "expected_close_date,closed_at\n"
)


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_contradictions")


def write(folder: Path, deals: list[str]) -> Path:
    """Two tables of the contract's own shape."""
    (folder / "crm").mkdir(parents=True)
    account = "A1,Acme,SMB,Software,10,Germany,Europe,Referral,2026-01-01 00:00:00,customer\n"
    (folder / "crm/accounts.csv").write_text(ACCOUNTS + account)
    (folder / "crm/sales_reps.csv").write_text(
        "rep_id,rep_name,team,region,role,hired_at,monthly_quota\nR1,Ann,SMB,Europe,account_executive,2025-01-01,1000\n"
    )
    (folder / "crm/deals.csv").write_text(DEALS + "".join(f"{deal}\n" for deal in deals))
    return folder


def deal(key: str, stage: str, closed: str) -> str:
    """A line of deals.csv."""
    return f"{key},{key},A1,R1,new,SMB,Europe,Referral,100,{stage},50,2026-02-01 00:00:00,2026-06-30,{closed}"


def test_a_reopened_deal_is_loaded_and_its_contradiction_said(box: Box, tmp_path: Path) -> None:
    lines = [
        deal("D1", "negotiation", "2026-02-10 00:00:00"),
        deal("D2", "demo", "2026-02-11 00:00:00"),
        deal("D3", "closed_won", "2026-03-01 00:00:00"),
        deal("D4", "closed_lost", "2026-01-20 00:00:00"),
    ]
    done = box.load(write(tmp_path / "data", lines))
    assert done.run and done.rejected == 0
    assert len(done.contradicted) == 2
    assert done.contradicted[0].startswith("crm.deals: open and dated as closed: 2 rows (D1 …): believed: the stage")
    assert done.contradicted[1].startswith("crm.deals: closed before it was created: 1 row (D4 …)")
    kept = box.rows("select load_run_id, source_table, rule, row_key from ops.contradictions order by row_key")
    assert kept == [
        (done.run, "crm.deals", "open and dated as closed", "D1"),
        (done.run, "crm.deals", "open and dated as closed", "D2"),
        (done.run, "crm.deals", "closed before it was created", "D4"),
    ]


def test_a_load_without_contradictions_forgets_those_of_the_one_before(box: Box, tmp_path: Path) -> None:
    done = box.load(write(tmp_path / "data", [deal("D3", "closed_won", "2026-03-01 00:00:00")]))
    assert done.run and done.contradicted == ()
    assert box.rows("select count(*) from ops.contradictions") == [(0,)]


def test_a_closed_deal_without_a_day_and_one_that_ended_twice_are_said(box: Box, tmp_path: Path) -> None:
    lines = [
        deal("D1", "Closed - Won", ""),
        deal("D2", "Signed", ""),
        deal("D3", "LOST", "2026-03-01 00:00:00"),
        deal("D4", "Signed", "2026-03-02 00:00:00"),
        deal("D5", "Gone", "2026-03-03 00:00:00"),
        deal("D6", "Handshake", ""),
    ]
    folder = write(tmp_path / "data", lines)
    (folder / "company.yml").write_text("pipelines: {Sales: {Intro: {open: pipeline}, Signed: won, Gone: lost}}\n")
    moves = ["D3,Signed", "D3,LOST", "D4,Gone", "D4,Signed", "D5,Intro", "D5,Gone", "D6,Signed", "D6,Handshake"]
    (folder / "crm/deal_stage_history.csv").write_text(
        "stage_history_id,deal_id,stage,entered_at\n"
        + "".join(f"H{number},{move},2026-02-{number:02}\n" for number, move in enumerate(moves, start=1))
    )
    done = box.load(folder)
    assert done.run and done.rejected == 0
    assert box.rows("select rule, row_key from ops.contradictions order by 1, 2") == [
        ("closed without a date", "D1"),
        ("closed without a date", "D2"),
        ("lost and later won", "D4"),
        ("won and later lost", "D3"),
    ]


def test_what_the_crm_says_of_a_deal_goes_before_its_stage(box: Box, tmp_path: Path) -> None:
    lines = [
        deal("D1", "negotiation", "2026-02-10 00:00:00") + ",won",
        deal("D2", "closed_won", "2026-02-11") + ",open",
    ]
    folder = write(tmp_path / "data", lines)
    path = folder / "crm/deals.csv"
    path.write_text(path.read_text().replace("closed_at\n", "closed_at,outcome\n"))
    box.load(folder)
    assert box.rows("select rule, row_key from ops.contradictions") == [("open and dated as closed", "D2")]


SUBSCRIPTIONS = "subscription_id,account_id,product_id,status,started_at\nS1,A1,P1,cancelled,2026-01-01\n"
PRODUCTS = (
    "product_id,product_name,category,tier,list_price,billing_unit,unit_cost,is_active\nP1,Pro,plan,P,9,seat,1,true\n"
)
INVOICES = (
    "invoice_id,subscription_id,account_id,period_start,period_end,invoice_date,due_date,amount,tax,status,paid_at\n"
)
PAYMENTS = "payment_id,invoice_id,attempt_number,attempted_at,payment_method,status,failure_reason,amount\n"


def test_a_paid_invoice_without_a_payment_is_said_where_others_have_one(box: Box, tmp_path: Path) -> None:
    folder = write(tmp_path / "data", [])
    (folder / "billing").mkdir()
    days = "2026-01-01,2026-01-31,2026-01-01,2026-01-31"
    paid = {"paid": 100, "by_hand": 100, "failed": 100, "credit": -5, "free": 0}
    lines = [f"{key},S1,A1,{days},{amount},0,paid,2026-01-09" for key, amount in paid.items()]
    lines.append(f"owed,S1,A1,{days},100,0,open,")
    for name, text in {"subscriptions": SUBSCRIPTIONS, "products": PRODUCTS}.items():
        (folder / f"billing/{name}.csv").write_text(text)
    (folder / "billing/invoices.csv").write_text(INVOICES + "".join(f"{line}\n" for line in lines))
    assert box.load(folder).run
    assert ("paid without a payment",) not in box.rows("select rule from ops.contradictions")
    payments = "1,paid,1,2026-01-09,card,succeeded,,100\n2,failed,1,2026-01-09,card,failed,,100\n"
    (folder / "billing/payments.csv").write_text(PAYMENTS + payments)
    assert box.load(folder).run
    found = box.rows("select row_key from ops.contradictions where rule = 'paid without a payment' order by 1")
    assert found == [("by_hand",), ("failed",)]


def test_a_closed_ticket_without_a_day_is_said(box: Box, tmp_path: Path) -> None:
    folder = write(tmp_path / "data", [])
    (folder / "support").mkdir()
    header = (
        "ticket_id,account_id,channel,category,priority,created_at,resolved_at,status,reopened_count,is_escalated\n"
    )
    tickets = ["T1,,closed", "T2,,resolved", "T3,2026-02-03,closed", "T4,,open", "T5,,pending"]
    rows = [
        f"{key},A1,email,bug,high,2026-02-01,{day},{status},0,false\n"
        for key, day, status in (t.split(",") for t in tickets)
    ]
    (folder / "support/tickets.csv").write_text(header + "".join(rows))
    assert box.load(folder).run
    assert box.rows("select rule, row_key from ops.contradictions order by 2") == [
        ("closed without a date", "T1"),
        ("closed without a date", "T2"),
    ]
