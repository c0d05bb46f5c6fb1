"""Orders & products: what is sold once, at what discount and margin, how fast it arrives, and what is in stock."""

from __future__ import annotations

import streamlit as st

from app.data import rows, split
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import BLUE, GOOD, GREY, ORANGE
from app.ui.drill import Point, accounts
from app.ui.filters import page_filter
from app.ui.head import head
from app.ui.panels import chart, money, table

STATES = {"delivered": "Delivered", "shipped": "On the way", "open": "Not shipped", "cancelled": "Cancelled"}
STATE_COLOURS = {"delivered": GOOD, "shipped": BLUE, "open": ORANGE, "cancelled": GREY}
DAYS = {"ship_p50": "days_to_ship", "deliver_p50": "days_to_deliver", "deliver_p90": "days_to_deliver"}
visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(
    visit,
    "order_value orders average_order_value order_gross_profit order_gross_margin fulfilment_days",
    per_row=3,
)
st.caption("One-off orders of services and goods; subscriptions are on MRR & movements. Cancelled orders are out.")
monthly = split(tower, filters, ["order_value", "order_gross_margin", "orders"], grain="month")
months = rows(tower, "order_months", filters)


def arrived(point: Point) -> Found:
    """The orders of a month that were shipped, or delivered."""
    found = rows(tower, "order_list", filters.narrowed(point.value), state=None)
    return found.where(found.frame[DAYS[point.series]].notna())


left, middle, right = st.columns(3)
with left:
    chart(
        visit,
        "Order value by month",
        charts.bars(monthly.frame, "period", "order_value", kind="money", look=visit.look),
        of=monthly,
        help="After discount, without tax.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "order_value"),
    )
with middle:
    rates = monthly.frame.merge(months.frame[["period", "discount_share"]], on="period", how="left")
    series = {"order_gross_margin": "Gross margin", "discount_share": "Discount ÷ list value"}
    chart(
        visit,
        "Margin and discount by month",
        charts.lines(rates, "period", series, tick=".1%", zero=True),
        of=monthly,
        help="Gross margin: order value less cost ÷ order value.",
        drill=lambda point: accounts(
            tower, filters.narrowed(point.value), "order_gross_margin", "order_discount_amount", "order_list_value"
        ),
        marks=True,
    )
with right:
    cut = split(tower, filters, ["order_value"], "segment")
    chart(
        visit,
        f"Order value by {tower.company.noun('segment')}",
        charts.shares(cut.frame, "segment", "order_value", look=visit.look),
        of=cut,
        drill=lambda point: accounts(tower, filters.narrowed(segment=point.value), "order_value"),
    )
left, right = st.columns(2)
with left:
    series = {"ship_p50": "Shipped, median", "deliver_p50": "Delivered, median", "deliver_p90": "Delivered, p90"}
    chart(
        visit,
        "Days to ship and to deliver",
        charts.lines(months.frame, "period", series, tick=".1f", zero=True),
        of=months,
        help="From the order, by its month; orders on their way are left out, so that young months look faster.",
        drill=arrived,
    )
with right:
    chart(
        visit,
        "Orders by fulfilment state",
        charts.stacked(months.frame, "period", STATES, ",d", colours=STATE_COLOURS),
        of=months,
        help="By month of the order, judged on the as-of date; cancelled ones included.",
        drill=lambda point: rows(tower, "order_list", filters.narrowed(point.value), state=point.series),
    )
products = rows(tower, "order_products", filters)


def sold(point: Point) -> Found:
    """The accounts that bought a product, or the products of a price tier."""
    column, value = next(iter(point.where.items()))
    these = products.frame.loc[products.frame[column] == value, "product_id"]
    return accounts(tower, filters, "order_value", "order_gross_margin", product_id=these)


left, middle, right = st.columns(3)
with left:
    chart(
        visit,
        "Order value by product",
        charts.shares(products.frame, "product", "value", look=visit.look),
        of=products,
        drill=sold,
    )
with middle:
    chart(
        visit,
        "Gross margin by product",
        charts.bars(products.frame, "product", "margin", kind="percent", n="orders", horizontal=True),
        of=products,
        help="n is the number of orders; grey under ten.",
        drill=sold,
    )
with right:
    tiers = products.frame.groupby("price_tier", as_index=False).agg(value=("value", "sum"))
    chart(
        visit,
        "Order value by price tier",
        charts.shares(tiers, "price_tier", "value", look=visit.look),
        of=products,
        drill=sold,
    )
config = money(list_price="List price", value="Order value", discount="Discount", gross_profit="Gross profit") | {
    name: st.column_config.NumberColumn(label, format=form)
    for name, label, form in (
        ("discount_share", "Discount", "percent"),
        ("margin", "Margin", "percent"),
        ("on_hand", "On hand", "%,.0f"),
        ("months_of_stock", "Months of stock", "%.1f"),
        ("days_to_ship", "Days to ship", "%.1f"),
        ("days_to_deliver", "Days to deliver", "%.1f"),
        ("days_waiting", "Days waiting", "%,.0f"),
    )
}
pace = products.frame["units"].astype(float) / filters.months
stock = products.frame.assign(months_of_stock=(products.frame["on_hand"] / pace).where(pace > 0))
table(
    visit,
    "Products and stock",
    products.having(stock.drop(columns="product_id")),
    columns=config,
    help="Stock is on the as-of date; months of stock at the pace of the selection.",
    drill=sold,
)
state = page_filter(visit, "state", "Orders", list(STATES))
listed = rows(tower, "order_list", filters, state=state)
table(visit, "Orders", listed, columns=config, help="Largest first; waiting is counted up to the as-of date.")
