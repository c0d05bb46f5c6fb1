"""Small exports in the shape of other systems, mapped; every expected value was worked out by hand from the files."""

from __future__ import annotations

import csv
import gzip
import shutil
from pathlib import Path

import duckdb
import pytest

from loader.check.outcome import Status
from loader.mapping.matching import alias_of
from loader.mapping.reader import names, read_mapping
from loader.mapping.source import MappedSource
from tests.mappings.mapped import EXPORTS, TABLES, made, pick, run, whole
from warehouse.errors import TowerError


def test_every_ready_mapping_is_without_mistakes() -> None:
    assert [read_mapping(name, TABLES).name for name in names()] == names()


DASHBOARD = {  # what the same company's dashboard exports
    "customers.csv": "id,Description,Email,Name,Created (UTC),Delinquent,Card Address Country,Plan,Status\n"
    "cus_A,,a@alpha.test,Alpha Ltd,2026-01-05 09:00,false,GB,price_m,Active\n"
    "cus_B,,b@beta.test,Beta Inc,2026-01-20 10:00,false,US,,\n"
    "cus_C,Gamma trial,c@gamma.test,,2026-02-10 08:00,false,DE,,\n",
    "products.csv": "id,Name,Type,Description,Created (UTC)\nprod_1,Team,service,,2025-12-01 00:00\n",
    "prices.csv": "Price ID,Product ID,Product Name,Created (UTC),Amount,Currency,Interval,Interval Count,Usage Type\n"
    "price_m,prod_1,Team,2025-12-01 00:00,25.00,usd,month,1,licensed\n"
    "price_y,prod_1,Team,2025-12-01 00:00,240.00,usd,year,1,licensed\n",
    "subscriptions.csv": "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),"
    "Start Date (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC),Cancellation Reason\n"
    "sub_1,cus_A,a@alpha.test,price_m,4,usd,month,25.00,active,2026-01-05 09:00,2026-01-05 09:00,,,,,\n"
    "sub_2,cus_B,b@beta.test,price_y,10,usd,year,240.00,canceled,2026-01-20 10:00,2026-01-20 10:00,,,2026-03-10 12:00,"
    "2026-03-20 10:00,cancellation_requested\n"
    "sub_3,cus_C,c@gamma.test,price_m,3,usd,month,25.00,canceled,2026-02-10 08:00,2026-02-10 08:00,2026-02-10 08:00,"
    "2026-02-24 08:00,2026-02-20 08:00,2026-02-24 08:00,cancellation_requested\n",
    "invoices.csv": "id,Amount Due,Currency,Customer,Date (UTC),Due Date (UTC),Period Start (UTC),Period End (UTC),"
    "Paid At (UTC),Subscription,Subtotal,Tax,Total,Amount Paid,Status\n"
    "in_1,120.00,usd,cus_A,2026-01-05 09:00,,2026-01-05 09:00,2026-01-05 09:00,2026-01-06 09:30,sub_1,100.00,20.00,"
    "120.00,120.00,paid\n"
    "in_2,120.00,usd,cus_A,2026-02-05 09:00,2026-03-07 09:00,2026-01-05 09:00,2026-02-05 09:00,,sub_1,100.00,20.00,"
    "120.00,0.00,open\n"
    "in_3,2400.00,usd,cus_B,2026-01-20 10:00,,2026-01-20 10:00,2026-01-20 10:00,2026-01-20 10:00,sub_2,2400.00,0.00,"
    "2400.00,2400.00,paid\n"
    "in_5,120.00,usd,cus_A,2026-03-05 09:00,,2026-02-05 09:00,2026-03-05 09:00,,sub_1,100.00,20.00,120.00,0.00,open\n",
    "unified_payments.csv": "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Decline Reason,Status,"
    "Payment Source Type,Customer ID,Invoice ID\n"
    "ch_1,2026-01-05 09:30:00,120.00,0.00,usd,false,insufficient_funds,Failed,card,cus_A,in_1\n"
    "ch_2,2026-01-06 09:30:00,120.00,0.00,usd,true,,Paid,card,cus_A,in_1\n"
    "ch_3,2026-01-20 10:00:05,2400.00,2400.00,usd,true,,Refunded,sepa_debit,cus_B,in_3\n"
    "ch_4,2026-02-20 10:00:05,50.00,0.00,usd,true,,Paid,card,cus_B,\n",
}


@pytest.mark.parametrize("shape", ["tables", "dashboard"])
def test_stripe(tmp_path: Path, shape: str) -> None:
    folder = EXPORTS / "stripe" if shape == "tables" else made(tmp_path / "dashboard", DASHBOARD)
    rows = whole(folder, "stripe", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "region", "status") == [
        ("cus_A", "Alpha Ltd", "Europe", "customer"),
        ("cus_B", "Beta Inc", "North America", "churned"),
        ("cus_C", "Gamma trial", "Europe", "churned"),
    ]
    products = pick(rows["billing.products"], "product_id", "category", "list_price")
    assert products == [("prod_1", "plan", "20.000000000000")]
    assert pick(rows["billing.subscriptions"], "subscription_id", "status", "interval_unit", "cancel_reason") == [
        ("sub_1", "active", "month", None),
        ("sub_2", "cancelled", "year", "price" if shape == "tables" else None),  # the dashboard keeps no feedback
        ("sub_3", "cancelled", "month", "trial_not_converted"),
    ]
    assert pick(rows["billing.subscription_changes"], "change_id", "quantity", "unit_price", "interval_unit") == [
        ("sub_1", "4", "25.000000000000", "month"),  # 2,500 cents
        ("sub_2", "10", "240.000000000000", "year"),
        ("sub_3", "3", "25.000000000000", "month"),
    ]
    assert pick(rows["billing.invoices"], "invoice_id", "amount", "tax", "period_start", "period_end", "status") == [
        ("in_1", "100.00", "20.00", "2026-01-05", "2026-02-04", "paid"),
        ("in_2", "100.00", "20.00", "2026-02-05", "2026-03-04", "open"),
        ("in_3", "2400.00", "0.00", "2026-01-20", "2027-01-19", "refunded"),
        ("in_5", "100.00", "20.00", "2026-03-05", "2026-04-04", "open"),
    ]
    columns = ("payment_id", "attempt_number", "amount", "status", "failure_reason", "payment_method")
    assert pick(rows["billing.payments"], *columns) == [
        ("ch_1", "1", "120.00", "failed", "insufficient_funds", "card"),
        ("ch_2", "2", "120.00", "succeeded", None, "card"),
        ("ch_3", "1", "2400.00", "succeeded", None, "direct_debit"),
        ("ch_3-refund", "1", "-2400.00", "refunded", None, "direct_debit"),
    ]


def test_hubspot(tmp_path: Path) -> None:
    rows = whole(EXPORTS / "hubspot", "hubspot", tmp_path)
    assert pick(rows["crm.sales_reps"], "rep_id") == [("Ada Berg",), ("Cleo Dahl",), ("Ida Juhl",), ("Unassigned",)]
    columns = ("account_id", "segment", "employee_count", "region", "acquisition_channel", "owner_id", "status")
    assert pick(rows["crm.accounts"], *columns) == [
        ("101", "Enterprise", "1200", "Europe", "Paid Search", "Ada Berg", "customer"),  # in their own words
        ("102", "SMB", "85", "North America", "Offline Sources", "Cleo Dahl", "prospect"),
        ("103", "Unknown", None, "Unknown", "Unknown", None, "prospect"),
    ]
    assert pick(rows["crm.contacts"], "contact_id", "account_id") == [("501", "101"), ("502", "102")]
    columns = ("deal_id", "amount", "stage", "deal_type", "segment", "owner_id", "closed_at", "loss_reason")
    assert pick(rows["crm.deals"], *columns) == [
        ("901", "12000.00", "Closed won", "new", "Enterprise", "Ada Berg", "2026-03-02 16:00:00", None),
        ("902", "3500.50", "Closed lost", "new", "SMB", "Ada Berg", "2026-02-27 12:00:00", "Price"),
        ("903", "0.00", "Qualified to buy", "new", "Unknown", "Unassigned", None, None),
    ]
    assert pick(rows["crm.deals"], "deal_id", "pipeline", "outcome") == [
        ("901", "Sales Pipeline", "won"),
        ("902", "Sales Pipeline", "lost"),
        ("903", "Sales Pipeline", "open"),
    ]
    assert pick(rows["crm.deals"], "deal_id", "probability") == [
        ("901", "100.00"),  # exported as a share
        ("902", "0.00"),
        ("903", "40.00"),
    ]
    history = pick(rows["crm.deal_stage_history"], "deal_id", "stage", "entered_at")
    assert len(history) == 10
    stages = ["Appointment scheduled", "Closed lost", "Qualified to buy"]
    assert [stage for deal, stage, _ in history if deal == "902"] == stages
    assert ("901", "Presentation scheduled", "2026-02-03 09:00:00") in history
    assert pick(rows["crm.deals"], "deal_id", "contact_id") == [("901", "501"), ("902", "502"), ("903", None)]
    columns = ("activity_type", "occurred_at", "completed_at", "duration_minutes", "outcome", "owner_id", "contact_id")
    assert pick(rows["crm.activities"], *columns) == [
        ("call", "2026-01-13 11:00:00", "2026-01-13 11:00:00", "20", "connected", "Ada Berg", "501"),
        ("email", "2026-01-16 08:00:00", "2026-01-16 08:00:00", None, None, "Ida Juhl", "502"),
        ("meeting", "2026-02-03 09:00:00", "2026-02-03 09:45:00", "45", None, "Ada Berg", "501"),
        ("task", "2026-02-19 15:30:00", "2026-02-19 15:30:00", None, None, "Cleo Dahl", None),
        ("task", "2026-06-01 12:00:00", None, None, None, "Cleo Dahl", None),
    ]


def test_salesforce(tmp_path: Path) -> None:
    rows = whole(EXPORTS / "salesforce", "salesforce", tmp_path)
    columns = ("account_id", "segment", "region", "acquisition_channel", "owner_id", "status", "created_at")
    assert pick(rows["crm.accounts"], *columns) == [
        ("001A", "Enterprise", "Europe", "Trade Show", "005X", "customer", "2026-01-02 09:00:00"),
        ("001B", "SMB", "North America", "Web", None, "prospect", "2026-01-07 10:30:00"),
    ]
    assert pick(rows["crm.sales_reps"], "rep_id", "role") == [("005X", "account_executive"), ("005Y", "sdr")]
    columns = ("deal_id", "stage", "amount", "probability", "deal_type", "closed_at", "loss_reason")
    assert pick(rows["crm.deals"], *columns) == [
        ("006A", "Closed Won", "84000.00", "100.00", "new", "2026-03-24 15:45:00", None),
        ("006B", "Closed Lost", "2400.00", "0.00", "new", "2026-02-26 11:00:00", None),
        ("006C", "Proposal/Price Quote", "9000.00", "75.00", "expansion", None, None),
    ]
    assert pick(rows["crm.deals"], "deal_id", "outcome") == [("006A", "won"), ("006B", "lost"), ("006C", "open")]
    assert pick(rows["crm.deal_stage_history"], "deal_id", "stage") == [
        ("006A", "Closed Won"),
        ("006A", "Needs Analysis"),
        ("006A", "Prospecting"),
        ("006B", "Closed Lost"),
        ("006B", "Prospecting"),
        ("006C", "Proposal/Price Quote"),
    ]
    columns = ("activity_id", "activity_type", "account_id", "deal_id", "duration_minutes", "completed_at")
    assert pick(rows["crm.activities"], *columns) == [
        ("00TA", "call", "001A", "006A", "16", "2026-01-09 10:30:00"),  # 930 seconds
        ("00UA", "meeting", "001B", "006B", "45", "2026-01-20 14:00:00"),
    ]


def test_salesforce_leaves_out_what_is_in_the_recycle_bin(tmp_path: Path) -> None:
    data = shutil.copytree(EXPORTS / "salesforce", tmp_path / "data")
    for name in ("Contact", "Task"):
        header, row = (data / f"{name}.csv").read_text().splitlines()
        (data / f"{name}.csv").write_text(f'{header},"IsDeleted"\n{row},"true"\n')
    rows = whole(data, "salesforce", tmp_path)
    assert rows["crm.contacts"] == []
    assert pick(rows["crm.activities"], "activity_id") == [("00UA",)]
    assert pick(rows["crm.deals"], "deal_id", "contact_id")[0] == ("006A", None)


def test_zendesk(tmp_path: Path) -> None:
    rows = whole(EXPORTS / "zendesk", "zendesk", tmp_path)
    columns = ("ticket_id", "account_id", "channel", "category", "priority", "first_response_at", "resolved_at")
    assert pick(rows["support.tickets"], *columns) == [
        ("1", "9001", "email", "incident", "urgent", "2026-02-02 09:25:00", "2026-02-02 14:30:00"),
        ("2", "9002", "web", "question", "Unknown", "2026-02-10 11:30:00", "2026-02-11 10:00:00"),
        ("3", "9002", "voice", "Unknown", "low", None, None),
    ]
    assert pick(rows["support.tickets"], "ticket_id", "status", "reopened_count", "is_escalated", "csat_score") == [
        ("1", "resolved", "2", "true", "5.00"),  # rated bad, then good
        ("2", "closed", "0", "false", "1.00"),
        ("3", "open", "0", "false", None),
    ]


def test_the_full_ticket_export_of_zendesk_holds_its_metrics(tmp_path: Path) -> None:
    data = made(tmp_path / "data", {})
    shutil.copy(EXPORTS / "zendesk/organizations.csv", data)
    (data / "tickets.csv").write_text(
        "Id,Requester,Requester id,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Organization,Solved at,"
        "Satisfaction Score,Reopens,Replies,First reply time in minutes\n"
        "1,Sam,71,Cannot sign in,login escalated,Solved,Urgent,Mail,Incident,2026-02-02 09:00:00 +0000,Quail Co,"
        "2026-02-02 14:30:00 +0000,Good,2,3,25\n"
        "3,Tove,72,Colours,,Open,Low,Web Form,-,2026-03-01 12:00:00 +0000,Robin BV,,Not Offered,0,0,\n"
        "4,Walk-in,73,Spam,,New,Normal,Mail,-,2026-03-02 12:00:00 +0000,,,Offered,0,0,\n"
    )
    rows = whole(data, "zendesk", tmp_path)
    columns = ("ticket_id", "account_id", "channel", "priority", "status", "first_response_at", "resolved_at")
    assert pick(rows["support.tickets"], *columns, "csat_score", "reopened_count") == [
        ("1", "9001", "email", "urgent", "resolved", "2026-02-02 09:25:00", "2026-02-02 14:30:00", "5.00", "2"),
        ("3", "9002", "web", "low", "open", None, None, None, "0"),
    ]


def test_spend_sheet(tmp_path: Path) -> None:
    rows, _ = run(EXPORTS / "spend", "spend", tmp_path)
    columns = ("spend_date", "channel", "campaign", "amount", "impressions", "clicks")
    assert pick(rows["marketing.spend"], *columns) == [
        ("2026-02-01", "Google", "Brand", "1300.00", "10000", "320"),  # 1,200.50 + 99.50
        ("2026-02-13", "linkedin ads", "Launch", "500.00", "4500", "50"),  # in their own words
        ("2026-02-14", "Podcast", "(none)", "250.25", None, None),
    ]


def test_a_credit_of_an_ad_account_is_kept(tmp_path: Path) -> None:
    text = (
        "date,channel,amount\n2026-01-01,Google Ads,100.00\n2026-01-02,Google Ads,50.00\n2026-01-03,Google Ads,-20.00\n"
    )
    rows = whole(made(tmp_path / "data", {"ad_spend.csv": text}), "spend", tmp_path)
    assert sum(float(row["amount"]) for row in rows["marketing.spend"]) == 130


def test_the_stages_of_any_hubspot_pipeline_are_in_the_headers(tmp_path: Path) -> None:
    """Date entered "stage (pipeline)" names both, in the words of the deals; the standard stages are read once."""
    files = {
        "companies.csv": "Record ID,Company name,Create Date\n101,Tern,2026-01-03 09:15\n",
        "deals.csv": '"Record ID","Deal Name","Deal Stage","Close Date","Deal owner","Amount","Pipeline","Create Date",'
        '"Deal probability","Associated Company IDs (Primary)","Date entered ""Buyer\'s review (Partners)""",'
        '"Date entered ""SIGNED (Partners)""","Date entered ""Closed lost (Sales Pipeline)""",'
        '"Date entered current stage"\n'
        '"D1","A","Signed (Partners)","2026-03-15 12:00","Ada","7000","Partners","2026-01-12 09:00","1","101",'
        '"2026-02-01 09:00","2026-03-15 09:00","","2026-03-15 09:00"\n'
        '"D2","B","Closed lost (Sales Pipeline)","2026-06-02 12:00","Ada","500","Sales Pipeline","2026-01-12 09:00",'
        '"0","101","","","2026-06-02 10:00","2026-06-02 10:00"\n',
    }
    rows = whole(made(made(tmp_path / "data", files), files), "hubspot", tmp_path)
    assert sorted(pick(rows["crm.deal_stage_history"], "deal_id", "pipeline", "stage", "entered_at"), key=str) == [
        ("D1", "Partners", "Buyer's review", "2026-02-01 09:00:00"),
        ("D1", "Partners", "SIGNED", "2026-03-15 09:00:00"),
        ("D2", None, "Closed lost", "2026-06-02 10:00:00"),
    ]


def test_salesforce_reads_objects_without_flags_and_with_the_names_of_labels(tmp_path: Path) -> None:
    """A stage called Closed says that a deal is over where IsClosed is not exported, and its day is the close date."""
    files = {
        "sf_users.csv": "User ID,Full Name,Created Date\n0051,Ann,2025-01-05T10:00:00Z\n",
        "sf_accounts.csv": "Account ID,Account Name,Owner ID,Created Date\n0011,Alfa,0051,2026-01-05\n",
        "sf_opportunities.csv": "Opportunity ID,Account ID,Opportunity Name,Amount,Stage,Close Date,"
        "Created Date,Owner ID\n"
        "1,0011,Won,1000,Closed Won,2026-03-01,2026-01-05,0051\n2,0011,Open,2000,Proposal,2026-08-01,2026-02-05,0051\n",
    }
    rows = whole(made(made(tmp_path / "data", files), files), "salesforce", tmp_path)
    assert pick(rows["crm.deals"], "deal_id", "account_id", "stage", "closed_at") == [
        ("1", "0011", "Closed Won", "2026-03-01 00:00:00"),
        ("2", "0011", "Proposal", None),
    ]


def test_hubspot_reads_the_api_names_of_properties(tmp_path: Path) -> None:
    """A probability of 1 is a won deal; the lists of who belongs to whom and of properties are not deals."""
    files = {
        "companies.csv": "id,name,createdate\n101,Tern,2026-01-03T09:15:00Z\n",
        "deals_to_companies.csv": "deal_id,company_id\nD1,101\n",
        "deal_property_history.csv": "id,property,value\nD9,amount,7\n",
        "deals.csv": "id,dealname,dealstage,closedate,amount,pipeline,createdate,hs_deal_stage_probability,"
        "hs_is_closed_won\n"
        "D1,A,closedwon,2026-03-15T12:00:00Z,7000,default,2026-01-12T09:00:00Z,1,true\n",
    }
    rows = whole(made(made(tmp_path / "data", files), files), "hubspot", tmp_path)
    assert pick(rows["crm.deals"], "deal_id", "account_id", "outcome", "probability", "closed_at") == [
        ("D1", "101", "won", "100.00", "2026-03-15 12:00:00")
    ]


def test_spend_is_in_the_currency_that_a_column_or_a_header_names(tmp_path: Path) -> None:
    """Cost (EUR) is in euros, and so is what stands beside EUR; the same day in two currencies is not added up."""
    files = {
        "meta_ads.csv": "Day,Campaign name,Amount spent (EUR)\n2026-01-01,Spring,25.50\n",
        "google_ads.csv": "Day,Campaign,Currency code,Cost\n2026-01-01,Brand,USD,10.00\n2026-01-01,Brand,sek,7.00\n",
        "spend.csv": "date,channel,amount\n2026-01-01,Podcast,5.00\n",
    }
    rows = whole(made(tmp_path / "data", files), "spend", tmp_path)
    assert sorted(pick(rows["marketing.spend"], "channel", "amount", "currency"), key=str) == [
        ("Google Ads", "10.00", "USD"),
        ("Google Ads", "7.00", "SEK"),
        ("Meta", "25.50", "EUR"),
        ("Podcast", "5.00", None),
    ]


def test_a_negative_invoice_is_a_credit(tmp_path: Path) -> None:
    data = shutil.copytree(EXPORTS / "stripe", tmp_path / "data")
    credit = "in_9,cus_A,sub_1,paid,2026-02-10 09:00:00,,2026-01-05 09:00:00,2026-02-05 09:00:00,-1250,0,-1250,0,\n"
    with (data / "invoices.csv").open("a") as invoices:
        invoices.write(credit)
    rows = whole(data, "stripe", tmp_path)
    assert ("in_9", "-12.50") in pick(rows["billing.invoices"], "invoice_id", "amount")


def test_a_key_file_joins_two_systems(tmp_path: Path) -> None:
    for name in ("stripe", "hubspot"):
        shutil.copytree(EXPORTS / name, tmp_path / "data" / name)
    (tmp_path / "data/stripe/account_keys.csv").write_text("key,account_id\ncus_A,101\ncus_B,102\n")
    rows = whole(tmp_path / "data", "hubspot,stripe", tmp_path)
    assert pick(rows["crm.accounts"], "account_id") == [("101",), ("102",), ("103",), ("cus_C",)]
    assert pick(rows["billing.subscriptions"], "account_id") == [("101",), ("102",), ("cus_C",)]


def test_what_cannot_be_read_is_rejected_with_its_line(tmp_path: Path) -> None:
    """An unreadable date, a short row and an unknown value: none is lost, none is taken for empty."""
    data = shutil.copytree(EXPORTS / "stripe", tmp_path / "data")
    text = (data / "subscriptions.csv").read_text().replace("2026-03-20 10:00:00,too", "2026-03-32 10:00:00,too")
    (data / "subscriptions.csv").write_text(
        text.replace("sub_3,cus_C,canceled", "sub_3,cus_C,dormant") + "sub_5,cus_A\n"
    )
    rows, outcomes = run(data, "stripe", tmp_path)
    mine = next(outcome for outcome in outcomes if outcome.table.key == "billing.subscriptions")
    assert (mine.rows, mine.rejected) == (4, 3)
    said = {problem.line: (problem.column, problem.value, problem.message) for problem in mine.problems}
    assert said[3] == ("ended_at", "2026-03-32 10:00:00", "not a time")
    assert said[4][:2] == ("status", "dormant") and said[4][2].startswith("not one of trialing")
    assert said[6][0] == "" and "too few columns" in said[6][2]
    assert pick(rows["billing.subscriptions"], "subscription_id") == [("sub_1",)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("  crm.accounts:", "  crm.acounts:"),
            "m.yml:7: the contract has no table 'crm.acounts'; did you mean crm.accounts?",
        ),
        (
            ("      industry:", "      industri:"),
            "m.yml:13: crm.accounts has no column 'industri'; did you mean industry?",
        ),
        (("from: a", "from: b"), "m.yml:8: crm.accounts: from must name one of the files"),
        (("id: id", "id: (select 1)"), "m.yml:10: (select 1): only scalar expressions are allowed, not subquery"),
        (("id: id", "id: read_text('x')"), "m.yml:10: read_text('x'): read_text: no such scalar function"),
        (("id: id", "id: max(id)"), "m.yml:10: max(id): max: an aggregate stands only in a lookup"),
        (("id: id", "id: row_number() over ()"), "not window"),
        (("id: id", "id: created + id"), "m.yml:10: Binder Error"),
        (("id: id", "id: x.id"), "m.yml:"),
        (("created: date", "created: dat"), "m.yml:5: created: no type 'dat'"),
        (("title:", "titel:"), "m.yml:1: a mapping has no key 'titel'; did you mean title?"),
        (("      status: {constant: customer}\n", ""), "m.yml:7: crm.accounts: status is required"),
        (("{constant: customer}", "{constant: customer, sql: id}"), "m.yml:19: status: give either sql or constant"),
        (("      country:", "      industry:"), "m.yml:14: 'industry' stands twice"),
        (("title: T", "title: [T"), "m.yml:"),
    ],
)
def test_a_mapping_is_checked_itself(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    good = """title: T
files:
  a:
    match: a*
    types: {created: date}
tables:
  crm.accounts:
    from: a
    columns:
      account_id: id
      account_name: name
      segment: {constant: SMB}
      industry: {sql: industry, default: Unknown}
      country: {constant: Unknown}
      region: {constant: Europe}
      acquisition_channel:
        constant: Unknown
      created_at: created
      status: {constant: customer}
"""
    path = tmp_path / "m.yml"
    path.write_text(good)
    assert read_mapping(str(path), TABLES).tables["crm.accounts"][0].fields["industry"].default == "Unknown"
    path.write_text(good.replace(*change, 1))
    with pytest.raises(TowerError) as raised:
        read_mapping(str(path), TABLES)
    assert message in str(raised.value)


def test_a_file_counts_as_new_when_what_it_is_joined_to_has_changed(tmp_path: Path) -> None:
    shutil.copytree(EXPORTS / "zendesk", tmp_path / "data")
    tickets = next(table for table in TABLES if table.key == "support.tickets")

    def fingerprint() -> str:
        source = MappedSource(tmp_path / "data", TABLES, tmp_path, [read_mapping("zendesk", TABLES)])
        return source.facts(tickets, tmp_path / "data/tickets.csv").content_hash()

    before = fingerprint()
    assert fingerprint() == before
    ratings = tmp_path / "data/satisfaction_ratings.csv"
    ratings.write_text(ratings.read_text() + "63,2,good,2026-02-12T10:00:00Z,\n")
    assert fingerprint() != before
    rows, _ = run(tmp_path / "data", "zendesk", tmp_path)
    assert [row["csat_score"] for row in rows["support.tickets"] if row["ticket_id"] == "2"] == ["5.00"]


def test_files_in_pieces_and_other_forms_map_the_same(tmp_path: Path) -> None:
    """Half of the tickets in UTF-16 with semicolons, packed; the metrics as Parquet; equal rows come out."""
    expected, _ = run(EXPORTS / "zendesk", "zendesk", tmp_path)
    data, scratch = tmp_path / "data", tmp_path / "scratch"
    scratch.mkdir()
    shutil.copytree(EXPORTS / "zendesk", data)
    with (data / "tickets.csv").open(newline="") as stream:
        header, *rows = list(csv.reader(stream))
    (data / "tickets.csv").unlink()
    with (data / "tickets-1.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows[:2]])
    with gzip.open(data / "tickets-2.csv.gz", "wt", encoding="utf-16", newline="") as packed:
        csv.writer(packed, delimiter=";").writerows([header, *rows[2:]])
    with duckdb.connect() as db:
        db.execute(
            f"copy (select * from read_csv('{data}/ticket_metrics.csv', all_varchar = true)) "
            f"to '{data}/ticket_metrics.parquet' (format parquet)"
        )
    (data / "ticket_metrics.csv").unlink()
    found, outcomes = run(data, "zendesk", scratch)
    assert sum(outcome.rejected for outcome in outcomes) == 0
    assert len([outcome for outcome in outcomes if outcome.table.key == "support.tickets"]) == 2
    columns = tuple(expected["support.tickets"][0])
    assert pick(found["support.tickets"], *columns) == pick(expected["support.tickets"], *columns)


PEOPLE = "id,acc,role,joined\n" + "".join(f"U-{n},A-1,admin,2026-01-{n:02} 10:00:00\n" for n in range(1, 10))
SURPRISES = {  # a late line: rows read, rejected
    "U-10,A-1,admin,the day before\n": (10, 1),
    "U-10,A-1,admin,31/01/2026\n": (10, 0),
    "U-10,A-1,admin,N/A\n": (10, 1),
    "U-10,A-1,ADMIN,2026-01-10 10:00:00\n": (10, 0),
    'U-10,"A-\n1",admin,2026-01-10 10:00:00\n': (10, 0),
    'U-10,"A-\n1",admin,never\n': (10, 1),
    "\nU-10,A-1,admin,2026-01-10 10:00:00\n": (10, 0),
    "U-10,A-1\nU-11,A-1,admin,2026-01-11 10:00:00\n": (11, 1),
    'U-10,A-1,"admin,2026-01-10 10:00:00\n': (10, 1),
    "U-3,A-1,admin,2026-01-10 10:00:00\n": (10, 1),
}


@pytest.mark.parametrize("late", SURPRISES)
@pytest.mark.parametrize("types", ["types: {joined: time}", "types: {joined: '%Y-%m-%d %H:%M:%S'}", ""])
def test_a_late_surprise_is_read_as_if_it_had_been_known(
    late: str, types: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is read once, and looked at only where it begins; what comes later must not be read otherwise for that."""
    data = made(tmp_path / "data", {"people.csv": PEOPLE + late})
    columns = "columns: {user_id: id, account_id: acc, role: role, created_at: joined}"
    mapping = tmp_path / "theirs.yml"
    mapping.write_text(
        f"title: Theirs\nfiles:\n  people:\n    match: people*\n    {types}\n"
        f"tables:\n  product.users:\n    from: people\n    {columns}\n"
    )
    monkeypatch.setattr("loader.files.notation.BEGINNING", 2)
    found = []
    for is_once in (True, False):
        if not is_once:
            monkeypatch.setattr(MappedSource, "_is_seen_once", lambda *_: False)
        scratch = tmp_path / str(is_once)
        scratch.mkdir()
        rows, (outcome,) = run(data, str(mapping), scratch)
        assert (outcome.rows, outcome.rejected) == ((10, 1) if "%" in types and "31/01" in late else SURPRISES[late])
        found.append((rows, outcome))
    assert found[0] == found[1]


SPEND = {  # by file: its text, and the rows by hand
    "google_ads_campaign_report.csv": (
        'Campaign report\n"March 1, 2026 - March 31, 2026"\nDay,Campaign,Currency code,Cost,Impr.,Clicks,Conversions\n'
        "2026-03-01,Brand,USD,100.00,1000,5,1.4\n2026-03-02,Brand,USD,20.00,0,0,0.4\n"
        "Total: Account, --,USD,120.00,1000,5,1.8\n",
        [("2026-03-01", "Google Ads", "Brand", "100.00", "1"), ("2026-03-02", "Google Ads", "Brand", "20.00", "0")],
    ),
    "google_ads_api.csv": (
        "segments.date,campaign.id,campaign.name,metrics.cost_micros,metrics.clicks\n2026-01-01,1,Brand,12500000,45\n",
        [("2026-01-01", "Google Ads", "Brand", "12.50", None)],
    ),
    "linkedin_ads.csv": (
        "Start Date (in UTC),Campaign Name,Total Spent,Impressions,Clicks\n1/22/2026,Leads,12.00,300,4\n",
        [("2026-01-22", "LinkedIn", "Leads", "12.00", None)],
    ),
    "facebook_ads.csv": (  # its first line is the sum
        "Campaign name,Reporting starts,Reporting ends,Amount spent (EUR),Results\n"
        ",2026-03-01,2026-03-02,150.50,3\nSpring,2026-03-01,2026-03-01,100.25,1\nSpring,2026-03-02,2026-03-02,50.25,2\n",
        [("2026-03-01", "Meta", "Spring", "100.25", "1"), ("2026-03-02", "Meta", "Spring", "50.25", "2")],
    ),
    "meta_ads.csv": (  # a line without a campaign that is no sum
        "Campaign name,Reporting starts,Reporting ends,Amount spent (EUR)\n"
        ",2026-03-01,2026-03-01,10\nSpring,2026-03-01,2026-03-01,10\n",
        [("2026-03-01", "Meta", "(none)", "10.00", None), ("2026-03-01", "Meta", "Spring", "10.00", None)],
    ),
    "tiktok_ads.csv": (
        "Campaign name,By Day,Cost,Currency\nA,2026-03-01,12.5,USD\nTotal of 1 results,-,12.5,USD\n",
        [("2026-03-01", "TikTok", "A", "12.50", None)],
    ),
    "spend.csv": (
        'Month,Channel,Cost\n2026-03,Podcast,"1.200,-"\n2026-04,Podcast,"-500,-"\n',
        [("2026-03-01", "Podcast", "(none)", "1200.00", None), ("2026-04-01", "Podcast", "(none)", "-500.00", None)],
    ),
    "ad-spend.csv": (
        "Date,Platform,Campaign,Amount spent (EUR)\n2026-01-01,LinkedIn,Spring,25.5\n2026-01-01,LinkedIn,Spring,40.2\n",
        [("2026-01-01", "LinkedIn", "Spring", "65.70", None)],
    ),
}


@pytest.mark.parametrize("name", SPEND)
def test_spend_is_found_under_the_names_of_its_system(name: str, tmp_path: Path) -> None:
    text, expected = SPEND[name]
    rows = whole(made(tmp_path / "data", {name: text}), "spend", tmp_path)
    assert pick(rows["marketing.spend"], "spend_date", "channel", "campaign", "amount", "leads") == expected


def test_a_ledger_of_costs_says_what_went_to_people(tmp_path: Path) -> None:
    text = (
        "date,channel,cost category,amount\n2026-01-31,Events,Salaries & commissions,900\n2026-01-31,Events,Ads,100\n"
        "2026-01-31,Events,CRM software,50\n2026-01-31,Events,Travel,25\n2026-01-31,Events,,10\n"
    )
    rows = whole(made(tmp_path / "data", {"costs.csv": text}), "spend", tmp_path)
    kinds = {row["cost_type"]: row["amount"] for row in rows["marketing.spend"]}
    assert kinds == {"people": "900.00", "media": "100.00", "tools": "50.00", "other": "25.00", None: "10.00"}


def test_a_spend_sheet_without_a_known_amount_is_asked_for_it(tmp_path: Path) -> None:
    files = {
        "ad_spend.csv": "date,channel,outlay\n2026-01-01,LinkedIn,12\n",
    }
    _, (report,) = run(made(tmp_path / "data", files), "spend", tmp_path)
    (problem,) = report.problems
    assert report.status is Status.REFUSED and (problem.column, problem.rule) == ("amount", "question")
    assert "outlay" in problem.message and "spend" in problem.message


PIPELINES = {  # the same three objects as pipelines and people write them
    "Fivetran": {
        "account.csv": "_fivetran_deleted,_fivetran_synced,id,name,number_of_employees,created_date,is_deleted\n"
        "false,2026-04-01T00:00:00Z,0011,Alpha,10,2026-01-05T10:00:00Z,false\n",
        "opportunity.csv": "_fivetran_synced,stage_name,amount,id,account_id,name,close_date,created_date,is_won,"
        "is_closed,owner_id\n2026-04-01T00:00:00Z,Closed Won,1000,0061,0011,Deal,2026-03-01,"
        "2026-01-05T10:00:00Z,true,true,0051\n",
        "opportunity_history.csv": "id,opportunity_id,stage_name,created_date\n"
        "0082,0061,Closed Won,2026-03-01T10:00:00Z\n",
    },
    "Airbyte": {
        "Account.csv": "_airbyte_raw_id,_airbyte_meta,Id,Name,NumberOfEmployees,CreatedDate,IsDeleted\n"
        "x1,{},0011,Alpha,10,2026-01-05T10:00:00Z,false\n",
        "Opportunity.csv": "_airbyte_raw_id,Id,AccountId,Name,Amount,StageName,CloseDate,CreatedDate,IsWon,IsClosed,"
        "OwnerId\nx2,0061,0011,Deal,1000,Closed Won,2026-03-01,2026-01-05T10:00:00Z,true,true,0051\n",
        "OpportunityHistory.csv": "Id,OpportunityId,StageName,CreatedDate\n0082,0061,Closed Won,2026-03-01T10:00:00Z\n",
        "OpportunityContactRole.csv": "Id,OpportunityId,ContactId\n00K1,0061,0031\n",
    },
    "labels": {
        "Account.csv": "Id,Name,Number Of Employees,Created Date,Is Deleted\n"
        "0011,Alpha,10,2026-01-05T10:00:00Z,false\n",
        "Opportunity (1).csv": "Id,Account Id,Name,Amount,Stage Name,Close Date,Created Date,Is Won,Is Closed,"
        "Owner Id\n0061,0011,Deal,1000,Closed Won,2026-03-01,2026-01-05T10:00:00Z,true,true,0051\n",
        "Opportunity History.csv": "Id,Opportunity Id,Stage Name,Created Date\n"
        "0082,0061,Closed Won,2026-03-01T10:00:00Z\n",
    },
}


@pytest.mark.parametrize("name", PIPELINES)
def test_salesforce_is_read_as_pipelines_land_it(name: str, tmp_path: Path) -> None:
    rows = whole(made(tmp_path / "data", PIPELINES[name]), "salesforce", tmp_path)
    assert {*rows} == {"crm.accounts", "crm.deals", "crm.deal_stage_history"}
    assert pick(rows["crm.accounts"], "account_id", "employee_count") == [("0011", "10")]
    assert pick(rows["crm.deals"], "deal_id", "amount", "closed_at") == [("0061", "1000.00", "2026-03-01 10:00:00")]


HUBSPOT = {"companies": ["*companies*", "*company*"], "contacts": ["*contacts*"], "deals": ["*deals*", "deal"]}


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("hubspot-crm-exports-all-deals-2026-01-05", "deals"),
        ("Deals (1)", "deals"),
        ("hubspot_deal", "deals"),
        ("hubspot/deal", "deals"),
        ("deals_to_contacts", None),
        ("companies_contacts", None),
        ("deal_company", None),
        ("deal_pipeline_stage", None),
        ("deals_property_history", None),
        ("company_property_history", None),
        ("contact_list_member", None),
        ("_airbyte_raw_deals", None),
    ],
)
def test_a_list_beside_an_entity_is_not_taken_for_it(name: str, alias: str | None) -> None:
    assert alias_of(name, "hubspot", HUBSPOT) == alias


def test_a_name_that_is_spelled_out_may_say_history() -> None:
    files = {"deals": ["*opportunity*"], "history": ["opportunity_history"], "mine": ["*history*"]}
    assert alias_of("OpportunityHistory", "salesforce", files) == "history"
    assert alias_of("old_history", "salesforce", files) == "mine"
    assert alias_of("leads", "spend", {"sheet": ["ads*", "*[-_. ]ads*"]}) is None


HUBSPOT_TABLES = {
    "Fivetran": {
        "company": "_fivetran_synced,id,is_deleted,property_name,property_createdate,property_numberofemployees,"
        "property_hubspot_owner_id\n,101,false,Northwind,2026-01-02 09:00:00,150,77\n"
        ",102,true,Gone,2026-01-02 09:00:00,,\n",
        "contact": "id,property_email,property_firstname,property_createdate,property_associatedcompanyid\n"
        "501,eva@x.test,Eva,2026-01-03 09:00:00,101\n",
        "deal": "deal_id,is_deleted,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,"
        "property_closedate,property_createdate\n"
        "901,false,9001,77,Rollout,12000,2026-03-31 00:00:00,2026-01-12 09:00:00\n"
        "902,true,9001,77,Deleted,1,2026-03-31 00:00:00,2026-01-12 09:00:00\n",
        "deal_company": "deal_id,company_id,type_id\n901,101,5\n",
        "deal_contact": "deal_id,contact_id\n901,501\n",
        "deal_pipeline": "pipeline_id,label\ndefault,Sales\n",
        "deal_pipeline_stage": "stage_id,label\n9001,Closed Won\nappointmentscheduled,Appointment Scheduled\n",
        "deal_property_history": "deal_id,name,value\n901,amount,1\n",
        "deal_stage": "deal_id,value,date_entered\n901,appointmentscheduled,2026-01-12 09:00:00\n"
        "901,9001,2026-03-02 16:00:00\n902,9001,2026-03-02 16:00:00\n",
        "owner": "owner_id,email,first_name,last_name\n77,ada@x.test,Ada,Berg\n",
    },
    "Airbyte": {
        "companies": "_airbyte_raw_id,id,createdAt,properties_name,properties_createdate,properties_numberofemployees,"
        "properties_hubspot_owner_id\nx,101,2026-01-02T09:00:00Z,Northwind,2026-01-02T09:00:00Z,150,77\n",
        "contacts": "id,properties_email,properties_firstname,properties_createdate,companies\n"
        '501,eva@x.test,Eva,2026-01-03T09:00:00Z,"[""101""]"\n',
        "deals": "id,properties_dealname,properties_amount,properties_dealstage,properties_createdate,"
        "properties_closedate,properties_hubspot_owner_id,properties_hs_date_entered_closedwon,"
        "properties_hs_date_entered_appointmentscheduled,companies,contacts\n"
        "901,Rollout,12000,closedwon,2026-01-12T09:00:00Z,2026-03-31T00:00:00Z,77,2026-03-02T16:00:00Z,"
        '2026-01-12T09:00:00Z,"[""101""]","[""501""]"\n',
        "owners": "id,email,firstName,lastName\n77,ada@x.test,Ada,Berg\n",
        "_airbyte_raw_deals": "_airbyte_ab_id,_airbyte_data\nx,{}\n",
        "contacts_property_history": "vid,name\n501,email\n",
    },
}


@pytest.mark.parametrize("name", HUBSPOT_TABLES)
def test_hubspot_is_read_as_pipelines_land_it(name: str, tmp_path: Path) -> None:
    files = {f"{table}.csv": text for table, text in HUBSPOT_TABLES[name].items()}
    rows = whole(made(tmp_path / "data", files), "hubspot", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "employee_count", "owner_id") == [("101", "150", "77")]
    assert pick(rows["crm.contacts"], "contact_id", "account_id") == [("501", "101")]
    assert pick(rows["crm.sales_reps"], "rep_id", "rep_name") == [("77", "Ada Berg")]
    columns = ("deal_id", "account_id", "contact_id", "owner_id", "amount", "stage", "closed_at")
    assert pick(rows["crm.deals"], *columns) == [
        ("901", "101", "501", "77", "12000.00", "Closed won", "2026-03-02 16:00:00")
    ]
    assert pick(rows["crm.deal_stage_history"], "deal_id", "stage", "entered_at") == [
        ("901", "Appointment scheduled", "2026-01-12 09:00:00"),
        ("901", "Closed won", "2026-03-02 16:00:00"),
    ]


def test_zendesk_is_read_as_airbyte_lands_it(tmp_path: Path) -> None:
    files = {
        "organizations.csv": "id,name,created_at\n9001,Quail Co,2026-01-02T08:00:00Z\n",
        "tickets.csv": "_airbyte_raw_id,id,organization_id,subject,status,priority,type,via,created_at,"
        "satisfaction_rating\n"
        'x,1,9001,Help,solved,urgent,incident,"{""channel"":""email""}",2026-02-02T09:00:00Z,"{""score"":""good""}"\n',
        "ticket_metrics.csv": "id,ticket_id,reopens,reply_time_in_minutes,solved_at\n"
        '801,1,2,"{""calendar"":25,""business"":5}",2026-02-02T14:30:00Z\n',
        "ticket_comments.csv": "id,body\n1,x\n",
    }
    rows = whole(made(tmp_path / "data", files), "zendesk", tmp_path)
    columns = ("ticket_id", "channel", "first_response_at", "resolved_at", "csat_score", "reopened_count")
    assert pick(rows["support.tickets"], *columns) == [
        ("1", "email", "2026-02-02 09:25:00", "2026-02-02 14:30:00", "5.00", "2")
    ]


def test_of_versions_the_newest_counts_and_where_judges_it(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "files:\n  a: {match: feature_history, types: {seen: time, gone: flag}}\ntables:\n  product.features:\n"
        "    from: a\n    one_per: id\n    newest: seen\n    where: not gone\n    columns:\n      feature_id: id\n"
        "      feature_name: name\n      module: name\n      is_beta: {constant: false}\n      released_at: seen\n"
    )
    files = {
        "feature_history.csv": "id,name,seen,gone\nF1,new,2026-02-01 00:00,false\nF1,old,2026-01-01 00:00,false\n"
        "F2,kept,2026-01-01 00:00,false\nF2,gone,2026-03-01 00:00,true\n",
    }
    rows, _ = run(made(made(tmp_path / "data", files), files), str(tmp_path / "own.yml"), tmp_path)
    assert pick(rows["product.features"], "feature_id", "feature_name") == [("F1", "new")]


def test_a_lookup_is_not_called_like_a_column(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "files:\n  a: {match: a}\nlookups:\n  plan: {from: a, per: id, columns: {name: name}}\ntables:\n"
        "  product.releases:\n    from: a\n    join: {plan: plan}\n    columns: {version: id, released_at: plan.name}\n"
    )
    with pytest.raises(TowerError, match="the lookup plan is called like a column of the file"):
        read_mapping(str(tmp_path / "own.yml"), TABLES)
