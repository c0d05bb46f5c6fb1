"""Orders & products: what is sold once, at what discount and margin, how fast it arrives, and what is in stock."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import rows, split
from app.filters import page_filter
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import Point, accounts
from app.ui.head import head
from app.ui.panels import chart, money, table

STATES = {"met": "Delivered", "normal": "On the way", "medium": "Not shipped", "target": "Cancelled"}
tower, filters = head("Orders & products", marks=True)
cards(
    tower,
    filters,
    "order_value orders average_order_value order_gross_profit order_gross_margin fulfilment_days",
    per_row=3,
)
st.caption("One-off orders of services and goods; subscriptions are on MRR & movements. Cancelled orders are out.")
monthly = split(tower, filters, ["order_value", "order_gross_margin", "orders"], grain="month")
months = rows(tower, "order_months", filters)


def arrived(point: Point) -> pd.DataFrame:
    """The orders of a month that were shipped, or delivered."""
    found = rows(tower, "order_list", filters.narrowed(point.value), state=None)
    return found.dropna(subset=["days_to_ship" if point.series.startswith("ship") else "days_to_deliver"])


left, middle, right = st.columns(3)
with left:
    chart(
        "Order value by month",
        charts.bars(monthly, "period", "order_value", kind="money"),
        help="After discount, without tax.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "lines"),
    )
with middle:
    rates = monthly.merge(months[["period", "discount_share"]], on="period", how="left")
    series = {"order_gross_margin": "Gross margin", "discount_share": "Discount ÷ list value"}
    chart(
        "Margin and discount by month",
        charts.lines(rates, "period", series, tick=".1%", zero=True),
        help="Gross margin: order value less cost ÷ order value.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "lines"),
        marks=True,
    )
with right:
    cut = split(tower, filters, ["order_value"], "segment")
    chart(
        "Order value by segment",
        charts.shares(cut, "segment", "order_value"),
        drill=lambda point: accounts(tower, filters.narrowed(segment=point.value), "lines"),
    )
left, right = st.columns(2)
with left:
    series = {"ship_p50": "Shipped, median", "deliver_p50": "Delivered, median", "deliver_p90": "Delivered, p90"}
    chart(
        "Days to ship and to deliver",
        charts.lines(months, "period", series, tick=".1f", zero=True),
        help="From the order, by its month; orders on their way are left out, so that young months look faster.",
        drill=arrived,
    )
with right:
    columns = dict(zip(("delivered", "shipped", "open", "cancelled"), STATES, strict=True))
    codes = {code: state for state, code in columns.items()}
    chart(
        "Orders by fulfilment state",
        charts.stacked(months.rename(columns=columns), "period", STATES, ",d"),
        help="By month of the order, judged on the as-of date; cancelled ones included.",
        drill=lambda point: rows(tower, "order_list", filters.narrowed(point.value), state=codes[point.series]),
    )
products = rows(tower, "order_products", filters)
left, middle, right = st.columns(3)
with left:
    chart(
        "Order value by product",
        charts.shares(products, "product", "value"),
        drill=lambda point: accounts(tower, filters, "lines", product=point.value),
    )
with middle:
    chart(
        "Gross margin by product",
        charts.bars(products, "product", "margin", kind="percent", n="orders", horizontal=True),
        help="n is the number of orders; grey under ten.",
        drill=lambda point: accounts(tower, filters, "lines", product=point.value),
    )
with right:
    tiers = products.groupby("price_tier", as_index=False).agg(value=("value", "sum"))
    chart(
        "Order value by price tier",
        charts.shares(tiers, "price_tier", "value"),
        drill=lambda point: accounts(tower, filters, "lines", price_tier=point.value),
    )
config = money(list_price="List price", value="Order value", discount="Discount", gross_profit="Gross profit") | {
    name: st.column_config.NumberColumn(label, format=form)
    for name, label, form in (
        ("discount_share", "Discount", "percent"),
        ("margin", "Margin", "percent"),
        ("on_hand", "On hand", "%.0f"),
        ("months_of_stock", "Months of stock", "%.1f"),
        ("days_to_ship", "Days to ship", "%.1f"),
        ("days_to_deliver", "Days to deliver", "%.1f"),
        ("days_waiting", "Days waiting", "%.0f"),
    )
}
pace = products["units"].astype(float) / filters.months
table(
    "Products and stock",
    products.assign(months_of_stock=(products["on_hand"] / pace).where(pace > 0)).drop(columns="product_id"),
    columns=config,
    help="Stock is on the as-of date; months of stock at the pace of the selection.",
    drill=lambda point: accounts(tower, filters, "lines", product=point.value),
    filters=filters,
)
state = page_filter("state", "Orders", list(columns))
listed = rows(tower, "order_list", filters, state=state)
table("Orders", listed, columns=config, help="Largest first; waiting is counted up to the as-of date.", filters=filters)
