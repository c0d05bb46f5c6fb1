"""Marketing & attribution: what it costs to win customers, where they come from, and whether they stay."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from app.data import rows, split
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts
from app.ui.formats import COLOURS, FEW
from app.ui.head import head
from app.ui.panels import chart, table, unanswered
from app.views.marketing.attribution import COLUMNS, attribution

CHANNEL = "acquisition_channel"
AGES = {3: "After 3 months", 6: "After 6 months", 12: "After 12 months"}
tower, filters = head("Marketing & attribution", marks=True)
cards(
    tower,
    filters,
    "spend acquired_customers cac cac_payback_months roas "
    "ltv ltv_cac_ratio magic_number customer_retention_3m customer_retention_12m",
)
note = unanswered(filters, ["segment", "region"], "Spend")
whole = replace(filters, segment=(), region=())  # what it cost to win customers is known by channel only


def won(channel: object = None, month: object = None) -> pd.DataFrame:
    """The customers won by a channel, or in a month."""
    return accounts(tower, whole.narrowed(month, acquisition_channel=channel), "revenue", movement="new_mrr")


left, right = st.columns(2)
with left:
    spent = split(tower, filters, ["spend"], CHANNEL, grain="month")
    chart(
        "Spend by channel and month",
        charts.stacked_by(spent, "period", "spend", CHANNEL, charts.MONEY),
        help="Sales and marketing spend.",
        note=note,
        height=400,
        marks=True,
    )
with right:
    cohorts = rows(tower, "channel_cohorts", replace(filters, start=tower.first_month))
    ripe = cohorts["is_mature"].astype(bool)
    chart(
        "Return on spend by acquisition month",
        charts.bars(
            cohorts.assign(month=[f"{day:%b %y}" for day in cohorts["period"]]),
            "month",
            "roas_so_far",
            kind="ratio",
            labels=["" if pd.isna(value) else f"{value:.1f}" for value in cohorts["roas_so_far"]],
            n="customers",
            colours=[COLOURS["actual" if done else "few"] for done in ripe],
        ),
        needs="roas",
        help="Gross profit of the first year of the customers won in the month ÷ spend of the month; n customers.",
        note=f"All months up to the end of the range. Grey: the first year is not over, the figure still grows. {note}",
        drill=lambda point: won(month=pd.to_datetime(point.value, format="%b %y")),
        height=400,
    )
names = ["spend", "cac", "cac_payback_months", "ltv_cac_ratio", "acquired_customers"]
by_channel = split(tower, filters, names, CHANNEL)
by_channel = by_channel[by_channel["spend"] > 0]
for place, (name, kind, title) in zip(
    st.columns(3),
    [
        ("cac", "money", "CAC by channel"),
        ("cac_payback_months", "months", "CAC payback by channel"),
        ("ltv_cac_ratio", "ratio", "LTV : CAC by channel"),
    ],
    strict=True,
):
    with place:
        part = by_channel.sort_values(name, ascending=name != "ltv_cac_ratio")
        chart(
            title,
            charts.bars(part, CHANNEL, name, kind=kind, n="acquired_customers", horizontal=True),
            help="Best first; n customers won within the range, grey under ten. Channels without spend are left out.",
            note=note,
            drill=lambda point: won(point.value),
        )
left, right = st.columns([3, 2])
funnel = rows(tower, "channel_funnel", filters)
with left:
    asked = [f"{what}_{age}m" for age in AGES for what in ("customer_retention", "mature_customers")]
    kept = split(tower, filters, asked, CHANNEL, whole=True)
    for age in AGES:
        share = kept[f"customer_retention_{age}m"].astype(float)
        kept[f"age_{age}"] = share.where(kept[f"mature_customers_{age}m"] >= FEW)
    chart(
        "Customers kept, by channel",
        charts.stacked(kept, CHANNEL, {f"age_{age}": label for age, label in AGES.items()}, ".0%", side_by_side=True),
        help="Customers who still pay 3, 6, 12 months after their first month ÷ customers won.",
        note=f"Won since the data begin, up to the end of the range; bars need {FEW} customers that are old enough. "
        + note.replace("Spend", "Retention by channel"),
        empty=f"Fewer than {FEW} customers of any channel are old enough.",
        drill=lambda point: accounts(
            tower,
            replace(whole, start=tower.first_month).narrowed(acquisition_channel=point.value),
            "cohort",
            months_later=int(point.series.removeprefix("age_")),
        ),
        height=400,
    )
with right:
    total = funnel[["impressions", "clicks", "leads", "customers"]].astype(float).sum()
    labels = [
        f"{n:,.0f}" + (f" · {n / before:.2%}" if before else "") for n, before in zip(total, [0, *total], strict=False)
    ]
    figure = charts.bars(total.rename_axis("step").reset_index(name="n"), "step", "n", labels=labels, horizontal=True)
    if figure:
        figure.update_xaxes(type="log", showticklabels=False, range=[0, 9])
    chart(
        "From impression to customer",
        figure,
        needs="spend",
        help="Logarithmic, with the share of the step before. Of the same months: a customer's click may be older.",
        drill=lambda point: won() if point.value == "customers" else pd.DataFrame(),
        note=note,
        height=400,
    )
attribution(tower, filters)
pace = funnel.assign(
    cost_per_lead=funnel["spend"] / funnel["leads"].where(funnel["leads"] > 0),
    lead_to_customer=funnel["customers"] / funnel["leads"].where(funnel["leads"] > 0),
)
shares = {"lead_to_customer": st.column_config.NumberColumn("Lead to customer", format="percent")}
table(
    "Channels",
    pace,
    columns=COLUMNS | shares,
    help=f"Sums over the range. {note}",
    filters=filters,
    needs="spend",
    drill=lambda point: won(point.value),
)
