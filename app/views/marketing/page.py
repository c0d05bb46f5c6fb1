"""Marketing & attribution: what it costs to win customers, where they come from, and whether they stay."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from app.data import in_order, rows, split
from app.found import NOTHING, Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import ACTUAL, FEW_CASES
from app.ui.drill import accounts, cohort
from app.ui.formats import FEW
from app.ui.head import head
from app.ui.panels import chart, table, unanswered
from app.views.marketing.attribution import COLUMNS, attribution

CHANNEL = "acquisition_channel"
AGES = {3: "After 3 months", 6: "After 6 months", 12: "After 12 months"}
visit = head(marks=True)
tower, filters = visit.build, visit.filters
noun = tower.company.noun(CHANNEL)
cards(
    visit,
    "spend acquired_customers cac media_cac cac_payback_months roas "
    "ltv ltv_cac_ratio magic_number customer_retention_3m customer_retention_12m",
)
note = unanswered(visit, ["segment", "region"], "Spend")
whole = replace(filters, segment=(), region=())  # what it cost to win customers is known by channel only


def won(channel: object = None, month: object = None) -> Found:
    """The customers won by a channel, or in a month."""
    return accounts(tower, whole.narrowed(month, acquisition_channel=channel), "new_mrr", "new_customers")


left, right = st.columns(2)
with left:
    spent = split(tower, filters, ["spend"], CHANNEL, grain="month")
    chart(
        visit,
        f"Spend by {noun} and month",
        charts.stacked_by(spent.frame, "period", "spend", CHANNEL, charts.MONEY),
        of=spent,
        help="Sales and marketing spend.",
        note=note,
        height=400,
        marks=True,
    )
with right:
    cohorts = rows(tower, "channel_cohorts", replace(filters, start=tower.first_month))
    spending = cohorts.frame.dropna(subset=["roas_so_far"])
    chart(
        visit,
        "Return on spend by acquisition month",
        charts.bars(
            spending.assign(month=[f"{day:%b %y}" for day in spending["period"]]),
            "month",
            "roas_so_far",
            kind="ratio",
            labels=[f"{value:.1f}" for value in spending["roas_so_far"]],
            n="customers",
            colours=[ACTUAL if done else FEW_CASES for done in spending["is_mature"].astype(bool)],
        ),
        of=cohorts,
        needs="roas",
        help="Gross profit of the first year of the customers won in the month ÷ its media spend; n customers.",
        note=f"All months up to the end of the range. Grey: the first year is not over, the figure still grows. {note}",
        drill=lambda point: won(month=pd.to_datetime(point.value, format="%b %y")),
        height=400,
    )
names = ["spend", "cac", "cac_payback_months", "ltv_cac_ratio", "acquired_customers"]
by_channel = split(tower, filters, names, CHANNEL)
by_channel = by_channel.where(by_channel.frame["spend"] > 0)
for place, (name, kind, title) in zip(
    st.columns(3),
    [
        ("cac", "money", f"CAC by {noun}"),
        ("cac_payback_months", "months", f"CAC payback by {noun}"),
        ("ltv_cac_ratio", "ratio", f"LTV : CAC by {noun}"),
    ],
    strict=True,
):
    with place:
        part = by_channel.frame.sort_values(name, ascending=name != "ltv_cac_ratio")
        chart(
            visit,
            title,
            charts.bars(part, CHANNEL, name, kind=kind, n="acquired_customers", horizontal=True, look=visit.look),
            of=by_channel,
            help="Best first; n customers won within the range, grey under ten. Only where money was spent.",
            note=note,
            drill=lambda point: won(point.value),
        )
left, right = st.columns([3, 2])
funnel = rows(tower, "channel_funnel", filters)
with left:
    asked = [f"{what}_{age}m" for age in AGES for what in ("customer_retention", "mature_customers")]
    kept = in_order(split(tower, filters, asked, CHANNEL, whole=True), CHANNEL, tower.company)
    judged = kept.frame.copy()
    for age in AGES:
        share = judged[f"customer_retention_{age}m"].astype(float)
        judged[f"age_{age}"] = share.where(judged[f"mature_customers_{age}m"] >= FEW)
    series = {f"age_{age}": label for age, label in AGES.items()}
    ages = dict(zip(series, AGES, strict=True))
    chart(
        visit,
        f"Customers kept, by {noun}",
        charts.stacked(judged, CHANNEL, series, ".0%", side_by_side=True),
        of=kept,
        help="Customers who still pay 3, 6, 12 months after their first month ÷ customers won.",
        note=f"Won since the data begin, up to the end of the range; bars need {FEW} customers that are old enough. "
        + note.replace("Spend", f"Retention by {noun}"),
        empty=f"Fewer than {FEW} customers of any {noun} are old enough.",
        drill=lambda point: cohort(
            tower,
            replace(whole, start=tower.first_month).narrowed(acquisition_channel=point.value),
            ages[point.series],
        ),
        height=400,
    )
with right:
    total = funnel.frame[["impressions", "clicks", "leads", "customers"]].astype(float).sum()
    labels = [
        f"{n:,.0f}" + (f" · {n / before:.2%}" if before else "") for n, before in zip(total, [0, *total], strict=False)
    ]
    figure = charts.bars(total.rename_axis("step").reset_index(name="n"), "step", "n", labels=labels, horizontal=True)
    if figure:
        figure.update_xaxes(type="log", showticklabels=False, range=[0, 9])
    chart(
        visit,
        "From impression to customer",
        figure,
        of=funnel,
        needs="spend",
        help="Logarithmic, with the share of the step before. Of the same months: a customer's click may be older.",
        drill=lambda point: won() if point.value == "customers" else NOTHING,
        note=note,
        height=400,
    )
attribution(visit)
leads = funnel.frame["leads"].where(funnel.frame["leads"] > 0)
pace = funnel.having(
    funnel.frame.assign(
        cost_per_lead=funnel.frame["media_spend"] / leads,
        lead_to_customer=funnel.frame["customers"] / leads,
    )
)
shares = {"lead_to_customer": st.column_config.NumberColumn("Lead to customer", format="percent")}
table(
    visit,
    tower.company.nouns(CHANNEL).capitalize(),
    pace,
    columns=COLUMNS | shares,
    help=f"Sums over the range. {note}",
    needs="spend",
    drill=lambda point: won(point.value),
)
