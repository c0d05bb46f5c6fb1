"""Further systems, each in the shape of its own export and as pipelines land its tables; values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mappings.mapped import made, pick, whole

PIPEDRIVE_EXPORT = {
    "organizations-123-1.csv": '"Organization - ID","Organization - Name","Organization - Owner",'
    '"Organization - Organization created","Organization - Country of Address"\n'
    "11,Tern Logistics,Ada Berg,2026-01-03 09:15:00,Sweden\n12,Wren Foods,Ada Berg,2026-01-04 10:00:00,Norway\n",
    "deals-123-2.csv": '"Deal - ID","Deal - Title","Deal - Organization","Deal - Value","Deal - Currency of Value",'
    '"Deal - Stage","Deal - Pipeline","Deal - Status","Deal - Owner","Deal - Deal created","Deal - Won time",'
    '"Deal - Lost time","Deal - Lost reason","Deal - Expected close date","Deal - Probability"\n'
    "1,Won in March,Tern Logistics,12000,EUR,Contract,New business,Won,Ada Berg,2026-01-12 09:00:00,"
    "2026-03-02 16:00:00,,,2026-03-31,100\n"
    "2,Lost,Wren Foods,3500.5,EUR,Trial,New business,Lost,Cleo Dahl,2026-01-14 09:00:00,,2026-02-27 12:00:00,"
    "Too dear,,\n"
    "3,Open,Wren Foods,,EUR,Intro,New business,Open,Ada Berg,2026-02-01 08:00:00,,,,2026-06-30,20\n",
}
PIPEDRIVE_TABLES = {  # as Airbyte lands them: nested values in JSON; dealt is what stands beside the deals
    "organizations.csv": "id,name,owner_id,add_time,address_country,_airbyte_extracted_at\n"
    '11,Tern Logistics,"{""id"":7,""name"":""Ada Berg"",""value"":7}",2026-01-03T09:15:00Z,Sweden,2026-07-01\n'
    '12,Wren Foods,"{""id"":7,""name"":""Ada Berg"",""value"":7}",2026-01-04T10:00:00Z,Norway,2026-07-01\n',
    "deals.csv": "id,title,org_id,user_id,value,currency,stage_id,pipeline_id,status,add_time,stage_change_time,"
    "won_time,lost_time,lost_reason,expected_close_date,probability\n"
    '1,Won in March,"{""name"":""Tern Logistics"",""value"":11}","{""id"":7,""value"":7}",12000,EUR,33,3,won,'
    "2026-01-12T09:00:00Z,2026-02-20T09:00:00Z,2026-03-02T16:00:00Z,,,2026-03-31,100\n"
    '2,Lost,"{""name"":""Wren Foods"",""value"":12}","{""id"":8,""value"":8}",3500.5,EUR,32,3,lost,'
    "2026-01-14T09:00:00Z,,,2026-02-27T12:00:00Z,Too dear,,\n"
    '3,Open,"{""name"":""Wren Foods"",""value"":12}","{""id"":7,""value"":7}",,EUR,31,3,open,'
    "2026-02-01T08:00:00Z,,,,,2026-06-30,20\n"
    '4,Thrown away,"{""name"":""Wren Foods"",""value"":12}","{""id"":7,""value"":7}",1,EUR,31,3,deleted,'
    "2026-02-01T08:00:00Z,,,,,,\n",
    "stages.csv": "id,name,pipeline_id,order_nr\n31,Intro,3,1\n32,Trial,3,2\n33,Contract,3,3\n",
    "pipelines.csv": "id,name\n3,New business\n",
    "users.csv": "id,name,email,created\n7,Ada Berg,ada@x.test,2025-05-01T00:00:00Z\n"
    "8,Cleo Dahl,cleo@x.test,2025-06-01T00:00:00Z\n",
    "deal_products.csv": "id,deal_id,product_id\n1,1,5\n",
}


@pytest.mark.parametrize("files", [PIPEDRIVE_EXPORT, PIPEDRIVE_TABLES], ids=["export", "tables"])
def test_pipedrive(tmp_path: Path, files: dict[str, str]) -> None:
    rows = whole(made(tmp_path / "data", files), "pipedrive", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "country", "status") == [
        ("11", "Tern Logistics", "Sweden", "customer"),
        ("12", "Wren Foods", "Norway", "prospect"),
    ]
    columns = ("deal_id", "account_id", "amount", "pipeline", "stage", "outcome", "closed_at", "loss_reason")
    assert pick(rows["crm.deals"], *columns) == [
        ("1", "11", "12000.00", "New business", "Contract", "won", "2026-03-02 16:00:00", None),
        ("2", "12", "3500.50", "New business", "Trial", "lost", "2026-02-27 12:00:00", "Too dear"),
        ("3", "12", "0.00", "New business", "Intro", "open", None, None),
    ]
    assert pick(rows["crm.deals"], "deal_id", "probability", "expected_close_date") == [
        ("1", "100.00", "2026-03-31"),
        ("2", None, None),
        ("3", "20.00", "2026-06-30"),
    ]
    named = {row["rep_id"]: row["rep_name"] for row in rows["crm.sales_reps"]}
    assert [named[row["owner_id"]] for row in rows["crm.deals"]] == ["Ada Berg", "Cleo Dahl", "Ada Berg"]
    entered = "2026-02-20 09:00:00" if files is PIPEDRIVE_TABLES else "2026-01-12 09:00:00"
    assert pick(rows["crm.deal_stage_history"], "deal_id", "stage", "entered_at")[0] == ("1", "Contract", entered)


INTERCOM_API = {  # objects of the API, nested names joined
    "companies.csv": "id,company_id,name,created_at,industry,size\nc1,acme,Acme,1767603600,Retail,120\n",
    "contacts.csv": "id,name,email,created_at,companies\n"
    'p1,Ada Berg,a@x.test,1767603600,"{""type"":""list"",""data"":[{""id"":""c1"",""type"":""company""}]}"\n'
    "p2,Lone Wolf,l@x.test,1767603600,\n",
    "conversations.csv": "id,created_at,updated_at,state,priority,source.type,source.subject,source.body,"
    "source.author.id,statistics.first_admin_reply_at,statistics.last_close_at,statistics.count_reopens,"
    "conversation_rating.rating,admin_assignee_id\n"
    "1,1772359200,1772452800,closed,priority,email,Invoice wrong,<p>Hello</p>,p1,1772362800,1772445600,1,4,9\n"
    "2,1772359200,1772359200,snoozed,not_priority,conversation,,<p>Hi</p>,p1,,,0,,\n"
    "3,1772359200,1772359200,open,not_priority,conversation,,Of no company,p2,,,0,,\n",
    "admins.csv": "id,name\n9,Cleo Dahl\n",
}
INTERCOM_HISTORY = {  # as Fivetran lands them: every version of everything
    "company_history.csv": "id,updated_at,_fivetran_deleted,company_id,created_at,industry,name,size\n"
    "c1,2026-01-06 09:00:00,false,acme,2026-01-05 09:00:00,Retail,Acme Old,100\n"
    "c1,2026-02-06 09:00:00,false,acme,2026-01-05 09:00:00,Retail,Acme,120\n"
    "c2,2026-01-06 09:00:00,true,gone,2026-01-05 09:00:00,,Gone,\n",
    "contact_history.csv": "id,updated_at,_fivetran_deleted,created_at,email,name\n"
    "p1,2026-01-06 09:00:00,false,2026-01-05 09:00:00,a@x.test,Ada Berg\n"
    "p2,2026-01-06 09:00:00,false,2026-01-05 09:00:00,l@x.test,Lone Wolf\n",
    "contact_company_history.csv": "company_id,contact_id,contact_updated_at\nc1,p1,2026-01-06 09:00:00\n",
    "conversation_contact_history.csv": "contact_id,conversation_id,conversation_updated_at\n"
    "p1,1,2026-03-01 10:00:00\np1,2,2026-03-01 10:00:00\np2,3,2026-03-01 10:00:00\n",
    "conversation_part_history.csv": "id,conversation_id,body\n77,1,x\n",
    "conversation_history.csv": "id,updated_at,created_at,state,priority,source_type,source_subject,source_body,"
    "source_author_id,conversation_rating_value,assignee_id,statistics_first_admin_reply_at,statistics_count_reopens\n"
    "1,2026-03-01 12:00:00,2026-03-01 10:00:00,closed,priority,email,Invoice wrong,<p>Hello</p>,p1,,9,"
    "2026-03-01 11:00:00,0\n"
    "1,2026-03-02 12:00:00,2026-03-01 10:00:00,closed,priority,email,Invoice wrong,<p>Hello</p>,p1,4,9,"
    "2026-03-01 11:00:00,1\n"
    "1,2026-03-02 10:00:00,2026-03-01 10:00:00,closed,priority,email,Invoice wrong,<p>Hello</p>,p1,,9,"
    "2026-03-01 11:00:00,1\n"
    "1,2026-03-02 08:00:00,2026-03-01 10:00:00,open,priority,email,Invoice wrong,<p>Hello</p>,p1,,9,"
    "2026-03-01 11:00:00,1\n"
    "2,2026-03-01 10:00:00,2026-03-01 10:00:00,snoozed,not_priority,conversation,,<p>Hi</p>,p1,,,,0\n"
    "3,2026-03-01 10:00:00,2026-03-01 10:00:00,open,not_priority,conversation,,Of no company,p2,,,,0\n",
    "admin.csv": "id,name\n9,Cleo Dahl\n",
}


@pytest.mark.parametrize("files", [INTERCOM_API, INTERCOM_HISTORY], ids=["objects", "history"])
def test_intercom(tmp_path: Path, files: dict[str, str]) -> None:
    rows = whole(made(tmp_path / "data", files), "intercom", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "employee_count") == [("c1", "Acme", "120")]
    assert pick(rows["crm.contacts"], "contact_id", "account_id", "first_name", "last_name") == [
        ("p1", "c1", "Ada", "Berg")
    ]
    columns = (
        "ticket_id",
        "account_id",
        "channel",
        "priority",
        "status",
        "reopened_count",
        "agent_name",
        "description",
    )
    assert pick(rows["support.tickets"], *columns) == [
        ("1", "c1", "email", "priority", "closed", "1", "Cleo Dahl", "Hello"),
        ("2", "c1", "conversation", "not_priority", "pending", "0", None, "Hi"),
    ]
    # answered after an hour; closed for the last time at ten the next day
    columns = ("ticket_id", "created_at", "first_response_at", "resolved_at")
    assert pick(rows["support.tickets"], *columns) == [
        ("1", "2026-03-01 10:00:00", "2026-03-01 11:00:00", "2026-03-02 10:00:00"),
        ("2", "2026-03-01 10:00:00", None, None),
    ]
    scores = {row["ticket_id"]: row["csat_score"] and float(row["csat_score"]) for row in rows["support.tickets"]}
    assert scores == {"1": 4.0, "2": None}


CHARGEBEE_TABLES = {  # as Fivetran lands them, of the second catalog
    "customer.csv": "id,company,first_name,last_name,email,created_at,billing_country,_fivetran_deleted\n"
    "cu1,Alfa,Ada,Berg,a@x.test,2026-01-02 09:00:00,SE,false\ncu2,,Bo,Dahl,b@x.test,2026-01-03 09:00:00,JP,false\n"
    "cu3,Gone,,,g@x.test,2026-01-03 09:00:00,SE,true\n",
    "subscription.csv": "id,customer_id,status,currency_code,billing_period,billing_period_unit,started_at,"
    "activated_at,"
    "created_at,trial_start,trial_end,cancelled_at,cancel_reason,pause_date\n"
    "s1,cu1,non_renewing,EUR,1,month,2026-01-05 09:00:00,,2026-01-05 09:00:00,,,2026-09-05 09:00:00,,\n"
    "s2,cu2,cancelled,JPY,1,year,2026-01-06 09:00:00,,2026-01-06 09:00:00,,,2026-03-06 09:00:00,not_paid,\n"
    "s3,cu1,paused,EUR,1,week,2026-02-05 09:00:00,,2026-02-05 09:00:00,,,,,2026-04-05 09:00:00\n"
    "s4,cu1,future,EUR,1,month,,,2026-02-05 09:00:00,,,,,\n",
    "subscription_item.csv": "subscription_id,item_price_id,item_type,quantity,unit_price,amount\n"
    "s1,team-EUR-monthly,plan,5,2500,12500\ns1,extra-EUR-monthly,addon,1,990,990\ns1,setup-EUR,charge,1,50000,50000\n"
    "s2,team-JPY-yearly,plan,1,60000,60000\ns3,team-EUR-weekly,plan,2,1000,2000\n",
    "item_price.csv": "id,item_id,name,price,period,period_unit,currency_code\n"
    "team-EUR-monthly,team,Team,2500,1,month,EUR\nextra-EUR-monthly,extra,Extra,990,1,month,EUR\n"
    "team-JPY-yearly,team,Team,60000,1,year,JPY\nteam-EUR-weekly,team,Team,1000,1,week,EUR\n",
    "item.csv": "id,name,type,status\nteam,Team,plan,active\nextra,Extra,addon,active\nsetup,Setup,charge,archived\n",
    "invoice.csv": "id,customer_id,subscription_id,status,date,due_date,paid_at,total,tax,currency_code\n"
    "i1,cu1,s1,paid,2026-01-05 09:00:00,2026-01-05 09:00:00,2026-01-05 09:01:00,16863,3373,EUR\n"
    "i2,cu2,s2,not_paid,2026-01-06 09:00:00,,,60000,0,JPY\ni3,cu1,s1,pending,2026-02-05 09:00:00,,,16863,3373,EUR\n",
    "transaction.csv": "id,customer_id,type,status,payment_method,amount,date,error_code\n"
    "t1,cu1,payment,success,card,16863,2026-01-05 09:01:00,\nt2,cu2,payment,failure,card,60000,"
    "2026-01-06 09:01:00,nsf\n",
    "invoice_linked_payment.csv": "invoice_id,txn_id\ni1,t1\ni2,t2\n",
}


def test_chargebee(tmp_path: Path) -> None:
    rows = whole(made(tmp_path / "data", CHARGEBEE_TABLES), "chargebee", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "country", "status") == [
        ("cu1", "Alfa", "SE", "customer"),
        ("cu2", "Bo Dahl", "JP", "churned"),
    ]
    columns = ("subscription_id", "product_id", "status", "interval_count", "interval_unit", "ended_at", "paused_at")
    assert pick(rows["billing.subscriptions"], *columns) == [
        ("s1", "team", "active", "1", "month", "2026-09-05 09:00:00", None),  # runs until then
        ("s2", "team", "cancelled", "1", "year", "2026-03-06 09:00:00", None),
        ("s3", "team", "paused", "1", "week", None, "2026-04-05 09:00:00"),
    ]
    columns = ("subscription_id", "item_id", "product_id", "quantity", "recurring_amount", "interval_unit")
    changes = pick(rows["billing.subscription_changes"], *columns)
    assert [(s, i, p, q, float(a), u) for s, i, p, q, a, u in changes] == [
        ("s1", "extra-EUR-monthly", "extra", "1", 9.9, "month"),
        ("s1", "team-EUR-monthly", "team", "5", 125.0, "month"),  # what is charged once is not in it
        ("s2", "team-JPY-yearly", "team", "1", 60000.0, "year"),  # yen have no hundredths
        ("s3", "team-EUR-weekly", "team", "2", 20.0, "week"),
    ]
    assert pick(rows["billing.invoices"], "invoice_id", "amount", "tax", "period_end", "status") == [
        ("i1", "134.90", "33.73", "2026-02-04", "paid"),
        ("i2", "60000.00", "0.00", "2027-01-05", "uncollectible"),
    ]
    assert pick(rows["billing.payments"], "payment_id", "invoice_id", "status", "failure_reason") == [
        ("t1", "i1", "succeeded", None),
        ("t2", "i2", "failed", "nsf"),
    ]


def test_a_credit_note_of_chargebee_is_a_negative_invoice(tmp_path: Path) -> None:
    notes = (
        "id,customer_id,subscription_id,reference_invoice_id,type,status,date,refunded_at,total,tax,currency_code,deleted\n"
        "n1,cu1,s1,i1,refundable,refunded,1768208400,1768294800,5000,1000,EUR,false\n"
        "n2,cu2,,i2,adjustment,adjusted,1768208400,,600,,JPY,false\n"  # its invoice says whose; yen have no hundredths
        "n3,cu1,s1,i1,refundable,refund_due,1768208400,,100,0,EUR,false\n"
        "n4,cu1,s1,i1,refundable,refunded,1768208400,,100,0,EUR,true\n"
    )
    rows = whole(made(tmp_path / "data", CHARGEBEE_TABLES | {"credit_note.csv": notes}), "chargebee", tmp_path)
    columns = ("invoice_id", "subscription_id", "amount", "tax", "period_end", "paid_at", "status", "currency")
    assert pick(rows["billing.invoices"], *columns)[2:] == [
        ("n1", "s1", "-40.00", "-10.00", "2026-01-12", "2026-01-13 09:00:00", "paid", "EUR"),
        ("n2", "s2", "-600.00", "0.00", "2026-01-12", "2026-01-12 09:00:00", "paid", "JPY"),
        ("n3", "s1", "-1.00", "0.00", "2026-01-12", None, "open", "EUR"),
    ]


def test_what_chargebee_meters_is_charged_by_use(tmp_path: Path) -> None:
    """It recurs at nothing; an invoice's lines say what was used, in yen without hundredths; void ones do not count."""
    files = CHARGEBEE_TABLES | {
        "item.csv": "id,name,type,status,metered\nteam,Team,plan,active,false\nextra,Extra,addon,active,\n"
        "setup,Setup,charge,archived,false\ncalls,Calls,addon,active,true\n",
        "item_price.csv": CHARGEBEE_TABLES["item_price.csv"]
        + "calls-EUR,calls,Calls,2,1,month,EUR\ncalls-JPY,calls,Calls,3,1,year,JPY\n",
        "subscription_item.csv": CHARGEBEE_TABLES["subscription_item.csv"]
        + "s1,calls-EUR,addon,,2,\ns2,calls-JPY,addon,,3,\n",
        "invoice.csv": CHARGEBEE_TABLES["invoice.csv"] + "i4,cu1,s1,voided,2026-02-05 09:00:00,,,2000,0,EUR\n",
        "invoice_line_item.csv": "id,invoice_id,subscription_id,entity_id,date_from,date_to,"
        "quantity,unit_amount,amount\n"
        "l1,i1,s1,team-EUR-monthly,2026-01-05 09:00:00,2026-02-05 09:00:00,5,2500,12500\n"
        "l2,i1,s1,calls-EUR,2025-12-05 09:00:00,2026-01-05 09:00:00,500,2,1000\n"
        "l3,i2,,calls-JPY,2025-12-06 09:00:00,2026-01-06 09:00:00,400,3,1200\n"
        "l4,i4,s1,calls-EUR,2026-01-05 09:00:00,2026-02-05 09:00:00,1000,2,2000\n",
    }
    rows = whole(made(tmp_path / "data", files), "chargebee", tmp_path)
    columns = ("change_id", "unit_price", "recurring_amount")
    metered = [row for row in rows["billing.subscription_changes"] if row["product_id"] == "calls"]
    assert [(change, price, float(whole)) for change, price, whole in pick(metered, *columns)] == [
        ("s1-calls-EUR", None, 0.0),
        ("s2-calls-JPY", None, 0.0),
    ]
    columns = (
        "usage_charge_id",
        "subscription_id",
        "account_id",
        "product_id",
        "period_start",
        "period_end",
        "currency",
    )
    assert pick(rows["billing.usage_charges"], *columns) == [
        ("l2", "s1", "cu1", "calls", "2025-12-05", "2026-01-04", "EUR"),
        ("l3", "s2", "cu2", "calls", "2025-12-06", "2026-01-05", "JPY"),
    ]
    columns = ("quantity", "unit_price", "amount")
    assert [tuple(map(float, charge)) for charge in pick(rows["billing.usage_charges"], *columns)] == [
        (400.0, 3.0, 1200.0),
        (500.0, 0.02, 10.0),
    ]


def test_chargebee_as_airbyte_lands_it(tmp_path: Path) -> None:
    """Items lie within the subscription, as JSON, and all of them are its price."""
    files = {
        "customers.csv": CHARGEBEE_TABLES["customer.csv"],
        "item_prices.csv": CHARGEBEE_TABLES["item_price.csv"],
        "items.csv": CHARGEBEE_TABLES["item.csv"],
        "subscriptions.csv": "id,customer_id,status,currency_code,billing_period,billing_period_unit,started_at,"
        "subscription_items,_airbyte_raw_id\n"
        's1,cu1,active,EUR,3,month,1767603600,"[{""item_price_id"":""team-EUR-monthly"",""item_type"":""plan"",'
        '""quantity"":5,""unit_price"":2500,""amount"":12500},{""item_price_id"":""extra-EUR-monthly"",'
        '""item_type"":""addon"",""quantity"":1,""unit_price"":990,""amount"":990}]",x\n',
    }
    rows = whole(made(tmp_path / "data", files), "chargebee", tmp_path)
    (change,) = rows["billing.subscription_changes"]
    assert (change["product_id"], change["interval_count"], change["effective_at"]) == (
        "team",
        "3",
        "2026-01-05 09:00:00",
    )
    assert float(change["recurring_amount"]) == 134.9


RECURLY_HISTORY = {  # as Fivetran lands them
    "account_history.csv": "id,updated_at,created_at,deleted_at,code,state,email,company,account_country\n"
    "a1,2026-02-01 00:00:00,2026-01-02 09:00:00,,alfa,active,a@x.test,Alfa,SE\n"
    "a1,2026-01-02 09:00:00,2026-01-02 09:00:00,,alfa,active,a@x.test,Alfa Old,SE\n",
    "plan_history.csv": "id,updated_at,code,state,name,interval_unit,interval_length\n"
    "p1,2026-01-01 00:00:00,team,active,Team,months,1\np2,2026-01-01 00:00:00,half,active,Half year,months,6\n",
    "plan_currency_history.csv": "plan_id,plan_updated_at,currency,unit_amount\np1,2026-01-01 00:00:00,EUR,25\n",
    "subscription_history.csv": "id,updated_at,created_at,activated_at,canceled_at,expires_at,account_id,plan_id,state,"
    "trial_started_at,trial_ends_at,currency,unit_amount,quantity,add_ons_total,subtotal,expiration_reason\n"
    "s1,2026-03-10 08:00:00,2026-01-05 09:00:00,2026-01-05 09:00:00,,,a1,p1,active,,,EUR,25.0,6,0,150.0,\n"
    "s1,2026-01-05 09:00:00,2026-01-05 09:00:00,2026-01-05 09:00:00,,,a1,p1,active,,,EUR,25.0,4,9.9,109.9,\n"
    "s2,2026-03-05 09:00:00,2026-01-05 09:00:00,2026-01-05 09:00:00,2026-02-05 09:00:00,2026-07-05 09:00:00,a1,p2,"
    "canceled,,,EUR,120.0,1,0,120.0,\n"
    "s3,2026-01-05 09:00:00,2026-01-05 09:00:00,,,,a1,p1,future,,,EUR,25.0,1,0,25.0,\n",
    "subscription_add_on_history.csv": "id,subscription_id,unit_amount\nx,s1,9.9\n",
    "invoice_history.csv": "id,updated_at,created_at,due_at,closed_at,account_id,state,total,tax\n"
    "i1,2026-01-06 09:00:00,2026-01-05 09:00:00,2026-01-05 09:00:00,2026-01-06 09:00:00,a1,paid,137.38,27.48\n"
    "i1,2026-01-05 09:00:00,2026-01-05 09:00:00,2026-01-05 09:00:00,,a1,pending,137.38,27.48\n",
    "invoice_subscription_history.csv": "invoice_id,subscription_id,invoice_updated_at\ni1,s1,2026-01-05 09:00:00\n",
    "transaction.csv": "id,created_at,collected_at,account_id,invoice_id,type,status,amount\n"
    "t1,2026-01-06 09:00:00,2026-01-06 09:00:00,a1,i1,purchase,success,137.38\n",
}


def test_recurly(tmp_path: Path) -> None:
    rows = whole(made(tmp_path / "data", RECURLY_HISTORY), "recurly", tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "status") == [("a1", "Alfa", "customer")]
    columns = ("subscription_id", "status", "interval_count", "interval_unit", "ended_at")
    assert pick(rows["billing.subscriptions"], *columns) == [
        ("s1", "active", "1", "month", None),
        ("s2", "active", "6", "month", "2026-07-05 09:00:00"),  # canceled, and paid until it expires
    ]
    columns = ("subscription_id", "effective_at", "quantity", "recurring_amount", "change_type")
    changes = pick(rows["billing.subscription_changes"], *columns)
    assert [(s, e, q, float(a), t) for s, e, q, a, t in changes] == [
        ("s1", "2026-01-05 09:00:00", "4", 109.9, "start"),  # 4 × 25, and an add-on
        ("s1", "2026-03-10 08:00:00", "6", 150.0, "plan_change"),
        ("s2", "2026-01-05 09:00:00", "1", 120.0, "start"),
    ]
    assert pick(rows["billing.invoices"], "invoice_id", "subscription_id", "amount", "status", "period_end") == [
        ("i1", "s1", "109.90", "paid", "2026-02-04")
    ]
    assert pick(rows["billing.payments"], "payment_id", "status", "amount") == [("t1", "succeeded", "137.38")]


def test_recurly_as_it_exports_itself(tmp_path: Path) -> None:
    """Accounts and plans are known by their codes, and the interval is that of the running period."""
    files = {
        "accounts.csv": "account_code,company,email,created_at\nalfa,Alfa,a@x.test,2026-01-02 09:00:00\n",
        "subscriptions.csv": "uuid,account_code,plan_code,state,quantity,unit_amount,currency,activated_at,canceled_at,"
        "expires_at,current_period_started_at,current_period_ends_at\n"
        "u1,alfa,team,active,4,25.00,EUR,2026-01-05 09:00:00,,,2026-04-05 09:00:00,2026-05-05 09:00:00\n",
        "plans.csv": "plan_code,plan_name,interval_length,interval_unit\nteam,Team,1,months\n",
    }
    rows = whole(made(tmp_path / "data", files), "recurly", tmp_path)
    columns = ("subscription_id", "product_id", "interval_count", "interval_unit")
    assert pick(rows["billing.subscriptions"], *columns) == [("u1", "team", "1", "month")]
    (change,) = rows["billing.subscription_changes"]
    assert (change["quantity"], float(change["unit_price"]), change["recurring_amount"]) == ("4", 25.0, None)
