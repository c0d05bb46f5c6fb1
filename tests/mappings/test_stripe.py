"""How Stripe bills, kind by kind: items, tiers, meters, pauses, currencies; every value was worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mappings.mapped import Rows, pick, whole

CUSTOMERS = "id,created,name,address_country\n"
PRICES = "id,product_id,currency,unit_amount,recurring_interval,recurring_interval_count"
SUBSCRIPTIONS = "id,customer_id,price_id,quantity,status,created,start_date,trial_start,trial_end,canceled_at,ended_at"
START = "2026-01-05 09:00:00"
CHANGES = "billing.subscription_changes"


def export(folder: Path, prices: str, subscriptions: str, **files: str) -> Path:
    """A folder with one customer, and further files by their names."""
    folder.mkdir()
    given = {
        "customers": f"{CUSTOMERS}c,2026-01-02 09:00:00,Kestrel Tools,US\n",
        "products": "id,name,active\nprod,Team,true\n",
        "prices": prices,
        "subscriptions": subscriptions,
    }
    for name, text in (given | files).items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def subscription(key: str, price: str, quantity: int | str = 1, status: str = "active", more: str = ",,,") -> str:
    """A line of subscriptions.csv."""
    return f"{key},c,{price},{quantity},{status},{START},{START},{more}\n"


def read(folder: Path, scratch: Path) -> Rows:
    """The rows of the contract; none is rejected."""
    return whole(folder, "stripe", scratch)


def states(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
    """The ledger: numbers as they are, without zeros behind them."""
    found = pick(rows[CHANGES], *columns)
    return [tuple(float(v) if v and v.replace(".", "").isdigit() else v for v in row) for row in found]


def test_a_subscription_costs_what_its_items_cost(tmp_path: Path) -> None:
    """3 × 25 from the start and 1 × 9 from February on; a subscription without items costs its own price."""
    folder = export(
        tmp_path / "data",
        f"{PRICES}\nteam,prod,usd,2500,month,1\nextra,prod,usd,900,month,1\n",
        f"{SUBSCRIPTIONS}\n{subscription('plain', 'team', 2)}{subscription('two', '', '')}",
        subscription_items="id,subscription_id,price_id,quantity,created\n"
        f"a,two,team,3,{START}\nb,two,extra,1,2026-02-01 00:00:00\n",
    )
    rows = read(folder, tmp_path)
    columns = ("change_id", "subscription_id", "item_id", "effective_at", "quantity", "unit_price", "interval_unit")
    assert states(rows, *columns) == [
        ("a", "two", "a", START, 3, 25, "month"),
        ("b", "two", "b", "2026-02-01 00:00:00", 1, 9, "month"),
        ("plain", "plain", None, START, 2, 25, "month"),
    ]
    assert pick(rows["billing.subscriptions"], "subscription_id", "product_id", "interval_unit") == [
        ("plain", "prod", "month"),
        ("two", "prod", "month"),
    ]


@pytest.mark.parametrize(
    ("count", "unit"),
    [(1, "day"), (1, "week"), (6, "month"), (2, "year")],
    ids=["day", "week", "half-year", "2 years"],
)
def test_intervals_are_counts_of_units(tmp_path: Path, count: int, unit: str) -> None:
    folder = export(
        tmp_path / "data",
        f"{PRICES}\np,prod,usd,1000,{unit},{count}\n",
        f"{SUBSCRIPTIONS}\n{subscription('s', 'p')}",
    )
    assert states(read(folder, tmp_path), "unit_price", "interval_count", "interval_unit") == [(10, count, unit)]


def test_an_amount_is_in_the_minor_units_of_its_currency(tmp_path: Path) -> None:
    """5000 is 50.00 dollars, 5000 yen, 5.000 dinars and 50.00 krónur, of which Stripe keeps hundredths."""
    folder = export(
        tmp_path / "data",
        f"{PRICES}\nusd,prod,usd,5000,month,1\njpy,prod,jpy,5000,month,1\nkwd,prod,kwd,5000,month,1\n"
        "isk,prod,isk,5000,month,1\n",
        f"{SUBSCRIPTIONS}\n{''.join(subscription(code, code) for code in ('usd', 'jpy', 'kwd', 'isk'))}",
    )
    rows = read(folder, tmp_path)
    assert states(rows, "change_id", "unit_price") == [("isk", 50), ("jpy", 5000), ("kwd", 5), ("usd", 50)]


def test_an_invoice_whose_file_names_no_currency_is_in_that_of_its_price(tmp_path: Path) -> None:
    """5000 is 5000 yen, 50.00 dollars and 5.000 dinars; so are what was paid and refunded of it."""
    codes = ("jpy", "kwd", "usd")
    folder = export(
        tmp_path / "data",
        f"{PRICES}\n" + "".join(f"{code},prod,{code},5000,month,1\n" for code in codes),
        f"{SUBSCRIPTIONS}\n{''.join(subscription(code, code) for code in codes)}",
        invoices="id,customer_id,subscription_id,date,period_start,period_end,status,total,tax\n"
        + "".join(f"{code},c,{code},{START},{START},{START},paid,5000,0\n" for code in codes),
        charges="id,invoice_id,amount,amount_refunded,created,status\n"
        + "".join(f"{code},{code},5000,1000,{START},succeeded\n" for code in codes),
    )
    rows = read(folder, tmp_path)
    columns = ("amount", "currency")
    assert pick(rows["billing.invoices"], *columns) == [("5.00", "kwd"), ("50.00", "usd"), ("5000.00", "jpy")]
    assert pick(rows["billing.payments"], *columns) == [
        *(("-1.00", "kwd"), ("-10.00", "usd"), ("-1000.00", "jpy")),
        *(("5.00", "kwd"), ("50.00", "usd"), ("5000.00", "jpy")),
    ]


def test_the_dashboard_writes_yen_without_decimals_beside_dollars_with_two(tmp_path: Path) -> None:
    folder = export(
        tmp_path / "data",
        "Price ID,Product ID,Amount,Currency,Interval,Interval Count\nusd,prod,25.00,usd,month,1\n"
        "jpy,prod,5000,jpy,month,1\n",
        f"{SUBSCRIPTIONS}\n{subscription('usd', 'usd')}{subscription('jpy', 'jpy')}",
    )
    assert states(read(folder, tmp_path), "change_id", "unit_price") == [("jpy", 5000), ("usd", 25)]


def test_a_price_of_a_fraction_of_a_cent_keeps_it(tmp_path: Path) -> None:
    folder = export(
        tmp_path / "data",
        f"{PRICES},unit_amount_decimal\ncall,prod,usd,,month,1,0.4\nseat,prod,usd,1100,month,1,1099.5\n",
        f"{SUBSCRIPTIONS}\n{subscription('call', 'call', 500000)}{subscription('seat', 'seat', 10)}",
    )
    rows = read(folder, tmp_path)
    assert states(rows, "change_id", "quantity", "unit_price") == [("call", 500_000, 0.004), ("seat", 10, 10.995)]


def test_packs_are_counted_whole(tmp_path: Path) -> None:
    """Priced by five: 12 seats are three packs, or two where they are rounded down."""
    folder = export(
        tmp_path / "data",
        f"{PRICES},transform_quantity_divide_by,transform_quantity_round\nup,prod,usd,1000,month,1,5,up\n"
        "down,prod,usd,1000,month,1,5,down\n",
        f"{SUBSCRIPTIONS}\n{subscription('up', 'up', 12)}{subscription('down', 'down', 12)}",
    )
    assert states(read(folder, tmp_path), "change_id", "quantity") == [("down", 2), ("up", 3)]


TIERED = f"{PRICES},billing_scheme\nteam,prod,usd,2500,month,1,per_unit\ntiers,prod,usd,,month,1,tiered\n"


def test_a_price_of_tiers_without_any_invoice_is_kept_as_unknown(tmp_path: Path) -> None:
    folder = export(tmp_path / "data", TIERED, f"{SUBSCRIPTIONS}\n{subscription('s', 'tiers', 5)}")
    assert states(read(folder, tmp_path), "quantity", "unit_price", "recurring_amount") == [(5, None, None)]


def test_a_price_of_tiers_is_what_the_last_invoice_charged(tmp_path: Path) -> None:
    """A draft tells nothing, nor does what a change or a person charged in between."""
    invoices = (
        "id,customer_id,subscription_id,date,period_start,period_end,status,total,tax,billing_reason\n"
        + "".join(
            f"i{day},c,s,{day} 09:00:00,{day} 09:00:00,{day} 09:00:00,{status},{total},0,{reason}\n"
            for day, status, total, reason in (
                ("2026-01-05", "paid", 11000, "subscription_create"),
                ("2026-02-05", "open", 13750, "subscription_cycle"),
                ("2026-02-20", "paid", 700, "subscription_update"),
                ("2026-02-21", "paid", 900, "manual"),
                ("2026-03-05", "draft", 99999, "subscription_cycle"),
            )
        )
    )
    subscriptions = f"{SUBSCRIPTIONS}\n{subscription('s', 'tiers', 5)}"
    rows = read(export(tmp_path / "data", TIERED, subscriptions, invoices=invoices), tmp_path)
    assert states(rows, "unit_price", "recurring_amount") == [(None, 137.5)]


LINES = (
    "id,invoice_id,subscription_id,subscription_item_id,price_id,amount,currency,quantity,proration,"
    "period_start,period_end\n"
)


def test_a_line_of_an_invoice_tells_what_one_item_of_several_costs(tmp_path: Path) -> None:
    folder = export(
        tmp_path / "data",
        TIERED,
        f"{SUBSCRIPTIONS}\n{subscription('s', '', '')}",
        subscription_items=f"id,subscription_id,price_id,quantity,created\na,s,team,1,{START}\nb,s,tiers,40,{START}\n",
        invoice_line_items=LINES + "l1,i1,s,a,team,2500,usd,1,false,2026-02-05 09:00:00,2026-03-05 09:00:00\n"
        "l2,i1,s,b,tiers,20000,usd,40,false,2026-02-05 09:00:00,2026-03-05 09:00:00\n"
        "l3,i1,s,b,tiers,777,usd,1,true,2026-02-10 09:00:00,2026-03-05 09:00:00\n",
    )
    rows = read(folder, tmp_path)
    assert states(rows, "change_id", "unit_price", "recurring_amount") == [("a", 25, None), ("b", None, 200)]


def test_what_is_metered_recurs_at_nothing_and_is_charged_by_use(tmp_path: Path) -> None:
    """500,000 calls at 0.4 cents are 2,000.00, of February; the void invoice charges nothing."""
    folder = export(
        tmp_path / "data",
        f"{PRICES},recurring_usage_type,unit_amount_decimal\nteam,prod,usd,2500,month,1,licensed,2500\n"
        "calls,prod,usd,,month,1,metered,0.4\n",
        f"{SUBSCRIPTIONS}\n{subscription('s', '', '')}",
        subscription_items=f"id,subscription_id,price_id,quantity,created\na,s,team,1,{START}\nb,s,calls,,{START}\n",
        invoices="id,customer_id,subscription_id,date,period_start,period_end,status,total,tax\n"
        "i1,c,s,2026-03-01 00:10:00,2026-02-01 00:00:00,2026-03-01 00:00:00,paid,202500,0\n"
        "i2,c,s,2026-03-01 00:10:00,2026-02-01 00:00:00,2026-03-01 00:00:00,void,202500,0\n",
        invoice_line_items=LINES + "l1,i1,s,b,calls,200000,usd,500000,false,2026-02-01 00:00:00,2026-03-01 00:00:00\n"
        "l2,i1,s,a,team,2500,usd,1,false,2026-03-01 00:00:00,2026-04-01 00:00:00\n"
        "l3,i2,s,b,calls,200000,usd,500000,false,2026-02-01 00:00:00,2026-03-01 00:00:00\n",
    )
    rows = read(folder, tmp_path)
    assert states(rows, "change_id", "unit_price", "recurring_amount") == [("a", 25, None), ("b", None, 0)]
    columns = ("usage_charge_id", "account_id", "period_start", "period_end", "charged_at", "amount")
    charge = ("l1", "c", "2026-02-01", "2026-02-28", "2026-03-01 00:10:00", "2000.00")
    assert pick(rows["billing.usage_charges"], *columns) == [charge]


def test_a_pause_says_from_when_where_stripe_tells(tmp_path: Path) -> None:
    """A trial without a card pauses as it ends; a paused collection after what was paid last; else nobody knows."""
    folder = export(
        tmp_path / "data",
        f"{PRICES}\nteam,prod,usd,2500,month,1\n",
        f"{SUBSCRIPTIONS},pause_collection_behavior\n"
        + "".join(
            line.replace("\n", f",{behaviour}\n")
            for line, behaviour in (
                (subscription("trial", "team", status="paused", more=f"{START},2026-01-19 09:00:00,,"), ""),
                (subscription("collection", "team"), "void"),
                (subscription("undated", "team"), "keep_as_draft"),
                (subscription("runs", "team"), ""),
            )
        ),
        invoices="id,customer_id,subscription_id,date,period_start,period_end,status,total,tax\n"
        "i1,c,collection,2026-02-05 09:00:00,2026-01-05 09:00:00,2026-02-05 09:00:00,paid,2500,0\n"
        "i2,c,collection,2026-03-05 09:00:00,2026-02-05 09:00:00,2026-03-05 09:00:00,void,2500,0\n",
    )
    rows = read(folder, tmp_path)
    assert pick(rows["billing.subscriptions"], "subscription_id", "status", "paused_at") == [
        ("collection", "paused", "2026-03-05 09:00:00"),
        ("runs", "active", None),
        ("trial", "paused", "2026-01-19 09:00:00"),
        ("undated", "paused", None),
    ]


def test_an_invoice_lasts_one_interval_of_its_subscription(tmp_path: Path) -> None:
    folder = export(
        tmp_path / "data",
        f"{PRICES}\nw,prod,usd,1000,week,1\nh,prod,usd,12000,month,6\ny,prod,usd,48000,year,2\n",
        f"{SUBSCRIPTIONS}\n{''.join(subscription(key, key) for key in 'why')}",
        invoices="id,customer_id,subscription_id,date,period_start,period_end,status,total,tax\n"
        + "".join(f"i_{key},c,{key},{START},{START},{START},paid,1000,0\n" for key in "why"),
    )
    assert pick(read(folder, tmp_path)["billing.invoices"], "invoice_id", "period_start", "period_end") == [
        ("i_h", "2026-01-05", "2026-07-04"),
        ("i_w", "2026-01-05", "2026-01-11"),
        ("i_y", "2026-01-05", "2028-01-04"),
    ]


def test_the_tables_of_fivetran_hold_versions_and_plans(tmp_path: Path) -> None:
    """Of subscription_history the version that is active counts; an item names its plan."""
    folder = tmp_path / "data"
    folder.mkdir()
    files = {
        "customer": f"{CUSTOMERS}c,2026-01-02 09:00:00,Kestrel Tools,US\n",
        "product": "id,name,active\nprod,Team,true\n",
        "plan": "id,product_id,currency,amount,interval,interval_count,usage_type\n"
        "team,prod,usd,2500,month,1,licensed\n",
        "subscription_history": "id,_fivetran_active,customer_id,status,created,start_date,quantity\n"
        f"s,false,c,trialing,{START},{START},9\ns,true,c,active,{START},{START},3\n",
        "subscription_item": f"id,subscription_id,plan_id,quantity,created\na,s,team,3,{START}\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    rows = read(folder, tmp_path)
    assert states(rows, "change_id", "subscription_id", "quantity", "unit_price") == [("a", "s", 3, 25)]
    assert pick(rows["billing.subscriptions"], "subscription_id", "status") == [("s", "active")]


def test_the_tables_of_airbyte_hold_objects(tmp_path: Path) -> None:
    recurring = '"{""interval"": ""week"", ""interval_count"": 2, ""usage_type"": ""licensed""}"'
    plan = '"{""id"": ""team"", ""amount"": 1000}"'
    folder = export(
        tmp_path / "data",
        f"id,product,currency,unit_amount,recurring\nteam,prod,usd,1000,{recurring}\n",
        f"id,customer,plan,quantity,status,created,start_date\ns,c,{plan},2,active,{START},{START}\n",
    )
    columns = ("product_id", "quantity", "unit_price", "interval_count", "interval_unit")
    assert states(read(folder, tmp_path), *columns) == [("prod", 2, 10, 2, "week")]


def test_what_stripe_does_not_know_of_a_customer_is_unknown(tmp_path: Path) -> None:
    """No segment is made up, and a region only for a country that is known."""
    customers = (
        "a,2026-01-02 09:00:00,A,US\nb,2026-01-02 09:00:00,B,JP\nc,2026-01-02 09:00:00,C,XK\nd,2026-01-02 09:00:00,D,\n"
    )
    folder = export(tmp_path / "data", f"{PRICES}\n", f"{SUBSCRIPTIONS}\n", customers=f"{CUSTOMERS}{customers}")
    rows = read(folder, tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "segment", "region") == [
        ("a", "Unknown", "North America"),
        ("b", "Unknown", "Asia Pacific"),
        ("c", "Unknown", "Unknown"),
        ("d", "Unknown", "Unknown"),
    ]
