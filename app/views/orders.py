"""Orders & products: what is sold once, at what discount and margin, how fast it arrives, and what is in stock."""

from __future__ import annotations

import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import money, number
from app.components.page import head
from app.components.panels import chart, table
from app.data import kpis, rows
from app.filters import page_filter

tower, filters = head("Orders & products")
cards(
    tower,
    filters,
    ["order_value", "orders", "average_order_value", "order_gross_profit", "order_gross_margin", "fulfilment_days"],
    per_row=3,
)
st.caption("One-off orders of services and goods; subscriptions are on MRR & movements. Cancelled orders are out.")
names = ["order_value", "order_gross_profit", "order_gross_margin", "orders"]
monthly = kpis(tower, names, filters.values, filters.start, filters.end, grain="month")
months = rows(tower, "order_months", filters)
left, middle, right = st.columns(3)
with left:
    chart(
        "Order value by month",
        charts.bars(
            monthly,
            "period",
            "order_value",
            tick=charts.MONEY,
            labels=[
                f"{money(v)}<br>n = {n:,.0f}" for v, n in zip(monthly["order_value"], monthly["orders"], strict=True)
            ],
        ),
        help="After discount, without tax; n is the number of orders.",
    )
with middle:
    rates = monthly.merge(months[["period", "discount_share"]], on="period", how="left")
    chart(
        "Margin and discount by month",
        charts.lines(
            rates,
            "period",
            {"order_gross_margin": "Gross margin", "discount_share": "Discount ÷ list value"},
            tick=".1%",
            zero=True,
        ),
        help="Gross margin: order value less cost ÷ order value.",
    )
with right:
    split = kpis(tower, ["order_value"], filters.values, filters.start, filters.end, group_by=["segment"])
    chart("Order value by segment", charts.shares(split, "segment", "order_value"))
left, right = st.columns(2)
with left:
    chart(
        "Days to ship and to deliver",
        charts.lines(
            months,
            "period",
            {"ship_p50": "Shipped, median", "deliver_p50": "Delivered, median", "deliver_p90": "Delivered, p90"},
            tick=".1f",
            zero=True,
        ),
        help="From the order, by its month; orders on their way are left out, so that young months look faster.",
    )
with right:
    colours = {"delivered": "met", "shipped": "normal", "open": "medium", "cancelled": "target"}
    states = {"met": "Delivered", "normal": "On the way", "medium": "Not shipped", "target": "Cancelled"}
    chart(
        "Orders by fulfilment state",
        charts.stacked(months.rename(columns=colours), "period", states, ",d"),
        help="By month of the order, judged on the as-of date; cancelled ones included.",
    )
products = rows(tower, "order_products", filters)
left, middle, right = st.columns(3)
with left:
    chart("Order value by product", charts.shares(products, "product", "value"))
with middle:
    chart(
        "Gross margin by product",
        charts.bars(
            products,
            "product",
            "margin",
            tick=".0%",
            labels=[
                f"{number(m, 'percent')} (n = {n:,})"
                for m, n in zip(products["margin"], products["orders"], strict=True)
            ],
            colours=charts.few_grey(products["orders"]),
            horizontal=True,
        ),
        help="n is the number of orders; grey under ten.",
    )
with right:
    tiers = products.groupby("price_tier", as_index=False)["value"].sum()
    chart("Order value by price tier", charts.shares(tiers, "price_tier", "value"))
config = {
    "list_price": st.column_config.NumberColumn("List price", format="dollar"),
    "value": st.column_config.NumberColumn("Order value", format="dollar"),
    "discount": st.column_config.NumberColumn("Discount", format="dollar"),
    "discount_share": st.column_config.NumberColumn("Discount", format="percent"),
    "gross_profit": st.column_config.NumberColumn("Gross profit", format="dollar"),
    "margin": st.column_config.NumberColumn("Margin", format="percent"),
    "on_hand": st.column_config.NumberColumn("On hand", format="%.0f"),
    "months_of_stock": st.column_config.NumberColumn("Months of stock", format="%.1f"),
    "days_to_ship": st.column_config.NumberColumn("Days to ship", format="%.1f"),
    "days_to_deliver": st.column_config.NumberColumn("Days to deliver", format="%.1f"),
    "days_waiting": st.column_config.NumberColumn("Days waiting", format="%.0f"),
}
pace = products["units"] / filters.months
table(
    "Products and stock",
    products.assign(months_of_stock=(products["on_hand"] / pace).where(pace > 0)).drop(columns="product_id"),
    columns=config,
    help="Stock is on the as-of date; months of stock at the pace of the selection.",
    filters=filters,
)
state = page_filter("state", "Orders", ["open", "shipped", "delivered", "cancelled"])
listed = rows(tower, "order_list", filters, state=state)
table("Orders", listed, columns=config, help="Largest first; waiting is counted up to the as-of date.", filters=filters)
