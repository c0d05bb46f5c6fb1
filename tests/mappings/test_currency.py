"""Amounts of every system's export keep their currency, and minor units are those of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mappings.mapped import made, pick, run, whole

HUBSPOT = "Deal Name,Record ID,Amount,Deal Stage,Pipeline,Create Date,Close Date,Is Closed Won,Is closed (numeric)"
HUBSPOT_ROWS = ("Big,1,1000,Contract sent,Sales Pipeline,2026-01-05 09:00,2026-03-01 09:00,false,0",)
SALESFORCE = "Id,AccountId,Name,Amount,StageName,IsClosed,IsWon,CreatedDate,CloseDate,OwnerId"
SALESFORCE_ROW = "006,001,Big,1000,Proposal,false,false,2026-01-05T09:00:00Z,2026-03-01,005"
ACCOUNTS = "Id,Name,CreatedDate\n001,Alfa,2026-01-03T09:00:00Z\n"


@pytest.mark.parametrize("header", ["Currency", "deal_currency_code", "property_deal_currency_code"])
def test_a_hubspot_deal_has_its_currency(tmp_path: Path, header: str) -> None:
    files = {"deals.csv": f"{HUBSPOT},{header}\n{HUBSPOT_ROWS[0]},SEK\n"}
    rows, _ = run(made(tmp_path / "data", files), "hubspot", tmp_path)
    assert pick(rows["crm.deals"], "deal_id", "amount", "currency") == [("1", "1000.00", "SEK")]


@pytest.mark.parametrize("header", ["CurrencyIsoCode", "currency_iso_code", "Currency"])
def test_a_salesforce_opportunity_has_its_currency(tmp_path: Path, header: str) -> None:
    files = {"Account.csv": ACCOUNTS, "Opportunity.csv": f"{SALESFORCE},{header}\n{SALESFORCE_ROW},SEK\n"}
    rows, _ = run(made(tmp_path / "data", files), "salesforce", tmp_path)
    assert pick(rows["crm.deals"], "deal_id", "amount", "currency") == [("006", "1000.00", "SEK")]


CHARGEBEE = {  # in its minor units: none of yen, hundredths of all others, dinars too
    "customer.csv": "id,company,created_at\nc,Alfa,2026-01-03 09:00:00\n",
    "subscription.csv": "id,customer_id,plan_id,plan_quantity,plan_unit_price,status,currency_code,billing_period,"
    "billing_period_unit,started_at,created_at\n"
    "s-jpy,c,p-jpy,1,5000,active,JPY,1,month,2026-01-05 09:00:00,2026-01-05 09:00:00\n"
    "s-kwd,c,p-kwd,1,5000,active,KWD,1,month,2026-01-05 09:00:00,2026-01-05 09:00:00\n"
    "s-eur,c,p-eur,1,,active,EUR,1,month,2026-01-05 09:00:00,2026-01-05 09:00:00\n",
    "plan.csv": "id,name,price,period,period_unit,currency_code\np-jpy,Yen,5000,1,month,JPY\n"
    "p-kwd,Dinar,5000,1,month,KWD\np-eur,Euro,5000,1,month,EUR\n",
    "invoice.csv": "id,customer_id,subscription_id,status,date,total,tax,currency_code\n"
    "i-jpy,c,s-jpy,paid,2026-01-05 09:00:00,5500,500,JPY\ni-kwd,c,s-kwd,paid,2026-01-05 09:00:00,5500,500,KWD\n",
    "transaction.csv": "id,customer_id,type,status,payment_method,amount,date,currency_code\n"
    "t-jpy,c,payment,success,card,5500,2026-01-05 09:01:00,JPY\n"
    "t-back,c,refund,success,card,5500,2026-01-06 09:01:00,JPY\n",
    "invoice_linked_payment.csv": "invoice_id,txn_id\ni-jpy,t-jpy\ni-jpy,t-back\n",
}
CHARGED = [("s-eur", 50, "EUR"), ("s-jpy", 5000, "JPY"), ("s-kwd", 50, "KWD")]


def without(file: str) -> dict[str, str]:
    """The same, but a file that does not say the currency."""
    lines = [line.rpartition(",")[0] for line in CHARGEBEE[file].splitlines()]
    return CHARGEBEE | {file: "\n".join(lines) + "\n"}


@pytest.mark.parametrize("files", [CHARGEBEE, without("invoice.csv"), without("transaction.csv")])
def test_five_thousand_yen_are_five_thousand_in_chargebee(tmp_path: Path, files: dict[str, str]) -> None:
    rows = whole(made(tmp_path / "data", files), "chargebee", tmp_path)
    changes = pick(rows["billing.subscription_changes"], "subscription_id", "unit_price", "currency")
    assert [(key, float(price), code) for key, price, code in changes] == CHARGED
    prices = pick(rows["billing.products"], "product_id", "list_price", "currency")
    assert [(key.replace("p-", "s-"), float(price), code) for key, price, code in prices] == CHARGED
    assert pick(rows["billing.invoices"], "invoice_id", "amount", "tax", "currency") == [
        ("i-jpy", "5000.00", "500.00", "JPY"),
        ("i-kwd", "50.00", "5.00", "KWD"),
    ]
    assert pick(rows["billing.payments"], "payment_id", "amount", "currency") == [
        ("t-back", "-5500.00", "JPY"),
        ("t-jpy", "5500.00", "JPY"),
    ]


def test_prices_in_several_currencies_have_no_least_one(tmp_path: Path) -> None:
    files = {
        "item.csv": "id,name,type,status\nteam,Team,plan,active\nextra,Extra,addon,active\n",
        "item_price.csv": "id,item_id,name,price,period,period_unit,currency_code\nt1,team,T,5000,1,month,JPY\n"
        "t2,team,T,3000,1,month,EUR\ne1,extra,E,5000,1,month,JPY\ne2,extra,E,48000,1,year,JPY\n",
    }
    rows, _ = run(made(tmp_path / "data", files), "chargebee", tmp_path)
    found = pick(rows["billing.products"], "product_id", "list_price", "currency")
    assert [(key, price and float(price), code) for key, price, code in found] == [
        ("extra", 4000, "JPY"),
        ("team", None, None),
    ]


def test_recurly_says_the_currency_of_each_amount(tmp_path: Path) -> None:
    files = {
        "accounts.csv": "account_code,company_name,created_at\nc,Alfa,2026-01-03 09:00:00\n",
        "plans.csv": "plan_code,plan_name,plan_interval_length,plan_interval_unit,currencies.0.unit_amount,"
        "currencies.0.currency\nteam,Team,1,months,5000,JPY\n",
        "subscriptions.csv": "uuid,account_code,plan_code,state,quantity,unit_amount,currency,activated_at\n"
        "s,c,team,active,1,5000,JPY,2026-01-05 09:00:00\n",
        "invoices.csv": "invoice_number,subscription_uuid,status,invoice_date,total,tax\n"
        "1,s,paid,2026-01-05,5500,500\n",
        "transactions.csv": "transaction_id,invoice_number,type,status,amount,date,currency\n"
        "t,1,purchase,success,5500,2026-01-05 09:01:00,JPY\n",
    }
    rows = whole(made(tmp_path / "data", files), "recurly", tmp_path)
    amounts = {
        "billing.products": ("list_price", 5000),
        "billing.subscription_changes": ("unit_price", 5000),
        "billing.invoices": ("amount", 5000),
        "billing.payments": ("amount", 5500),
    }
    for table, (column, amount) in amounts.items():
        assert [(float(a), code) for a, code in pick(rows[table], column, "currency")] == [(amount, "JPY")], table
