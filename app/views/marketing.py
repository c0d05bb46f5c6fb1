"""Marketing & attribution: what it costs to win customers, where they come from, and whether they stay."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import COLOURS, money, number
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import kpis, rows
from app.filters import page_filter

CHANNEL = "acquisition_channel"
MODELS = {"first_touch": "First touch", "last_touch": "Last touch", "linear": "Linear", "position": "Position"}
tower, filters = head("Marketing & attribution")
cards(
    tower,
    filters,
    [
        "spend",
        "acquired_customers",
        "cac",
        "cac_payback_months",
        "roas",
        "ltv",
        "ltv_cac_ratio",
        "magic_number",
        "customer_retention_3m",
        "customer_retention_12m",
    ],
)
note = unanswered(filters, ["segment", "region"], "Spend")
names = ["spend", "cac", "cac_payback_months", "ltv_cac_ratio", "roas", "acquired_customers"]
kept = [f"customer_retention_{m}m" for m in (3, 6, 12)]
sizes = [f"mature_customers_{m}m" for m in (3, 6, 12)]
by_channel = kpis(tower, [*names, *kept, *sizes], filters.values, filters.start, filters.end, group_by=[CHANNEL])
by_channel = by_channel[(by_channel["spend"] > 0) | (by_channel["acquired_customers"] > 0)]
left, right = st.columns(2)
with left:
    spent = kpis(tower, ["spend"], filters.values, filters.start, filters.end, group_by=[CHANNEL], grain="month")
    chart(
        "Spend by channel and month",
        charts.stacked_by(spent, "period", "spend", CHANNEL, charts.MONEY),
        help="Sales and marketing spend.",
        note=note,
        height=400,
    )
with right:
    cohorts = rows(tower, "channel_cohorts", filters)
    old = cohorts["is_mature"].astype(bool)
    pairs = zip(cohorts["roas_so_far"], old, cohorts["customers"], strict=True)
    chart(
        "Return on spend by acquisition month",
        charts.bars(
            cohorts,
            "period",
            "roas_so_far",
            tick=".1f",
            labels=[f"{number(r, 'ratio')}{'' if done else ' so far'}<br>n = {n:,}" for r, done, n in pairs],
            colours=[COLOURS["actual" if done else "target"] for done in old],
        ),
        help="Gross profit of the first year of the customers won in the month ÷ spend of the month; n customers.",
        note=f"Grey: the first year is not over, the figure still grows. {note}",
        height=400,
    )
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
        part = (
            by_channel[by_channel["spend"] > 0]
            .dropna(subset=[name])
            .sort_values(name, ascending=name != "ltv_cac_ratio")
        )
        pairs = zip(part[name], part["acquired_customers"], strict=True)
        chart(
            title,
            charts.bars(
                part,
                CHANNEL,
                name,
                tick=charts.MONEY if kind == "money" else "",
                labels=[f"{number(value, kind)} (n = {n:,.0f})" for value, n in pairs],
                colours=charts.few_grey(part["acquired_customers"]),
                horizontal=True,
            ),
            help="Best first; n customers won within the range, grey under ten. Channels without spend are left out.",
            note=note,
        )
left, middle = st.columns(2)
funnel = rows(tower, "channel_funnel", filters)
with left:
    pairs = list(zip(kept, sizes, ("3", "6", "12"), strict=True))
    stay = pd.concat(
        [
            by_channel[[CHANNEL]].assign(age=f"{m} months", share=by_channel[k].where(by_channel[n] >= 10))
            for k, n, m in pairs
        ]
    )
    figure = charts.stacked(
        stay.pivot(index=CHANNEL, columns="age", values="share").reset_index(),
        CHANNEL,
        {f"{m} months": f"After {m} months" for _, _, m in pairs},
        ".0%",
        side_by_side=True,
    )
    chart(
        "Customers kept, by channel",
        figure,
        help="Customers won within the range who still pay 3, 6, 12 months later ÷ customers won; bars need ten customers "
        "that are old enough.",
        empty="Fewer than ten customers of any channel are old enough. Begin the range earlier.",
        note=note.replace("Spend", "Retention by channel"),
        height=400,
    )
with middle:
    total = funnel[["impressions", "clicks", "leads", "customers"]].sum()
    steps = pd.DataFrame(
        {"step": ["Clicks", "Leads", "Customers"], "n": total[1:].to_numpy(), "before": total[:-1].to_numpy()}
    )
    pairs = zip(steps["n"], steps["before"], strict=True)
    figure = charts.bars(
        steps,
        "step",
        "n",
        labels=[f"{n:,.0f} · {n / max(before, 1):.2%} of the step before" for n, before in pairs],
        horizontal=True,
    )
    if figure:
        figure.update_xaxes(type="log", showticklabels=False)
    chart(
        "From click to customer",
        figure,
        help="Logarithmic. Within the same months: a customer's click may be older.",
        note=f"{total['impressions']:,.0f} impressions came before. {note}",
        height=400,
    )
st.subheader("Attribution")
left, right = st.columns(2)
with left:
    measure = page_filter(
        "measure",
        "Credit",
        ["new_mrr", "won_amount"],
        default="new_mrr",
        format_func={"new_mrr": "New MRR", "won_amount": "Won amount"}.__getitem__,
    )
with right:
    model = page_filter(
        "model", "Model of the campaign table", list(MODELS), default="position", format_func=MODELS.__getitem__
    )
columns = {f"{name}_{measure}": label for name, label in MODELS.items()}
credit = kpis(tower, list(columns), filters.values, filters.start, filters.end, group_by=["touch_channel"]).fillna(0)
credit = credit.sort_values(next(iter(columns)), ascending=False)
sums = credit[list(columns)].sum()
chart(
    "Credit by channel, four models",
    charts.stacked(credit, "touch_channel", columns, charts.MONEY, side_by_side=True),
    help="First or last touch takes all; linear shares alike; position gives 40 % to the first, 40 % to the last and the "
    "rest to those between. Without a touch, the channel that the account came from takes the credit.",
    note=f"Every model shares the same total: {money(float(sums.iloc[0]))} (largest difference ${sums.max() - sums.min():.2f}).",
    height=400,
)
wanted = [f"{model}_new_mrr", f"{model}_won_amount"]
campaigns = kpis(tower, wanted, filters.values, filters.start, filters.end, group_by=["touch_channel", "campaign"])
campaigns = rows(tower, "campaigns", filters).merge(campaigns, on=["touch_channel", "campaign"], how="outer")
campaigns = campaigns.rename(columns={"touch_channel": "channel", wanted[0]: "new_mrr", wanted[1]: "won_amount"})
config = {
    name: st.column_config.NumberColumn(label, format="dollar")
    for name, label in (
        ("spend", "Spend"),
        ("cost_per_lead", "Cost per lead"),
        ("new_mrr", "New MRR"),
        ("won_amount", "Won amount"),
    )
}
table(
    "Campaigns",
    campaigns.sort_values("spend", ascending=False),
    columns=config,
    help=f"Credit by the {MODELS[model].lower()} model. {note}",
    filters=filters,
)
pace = funnel.assign(
    cost_per_lead=funnel["spend"] / funnel["leads"].where(funnel["leads"] > 0),
    lead_to_customer=funnel["customers"] / funnel["leads"].where(funnel["leads"] > 0),
)
shares = {"lead_to_customer": st.column_config.NumberColumn("Lead to customer", format="percent")}
table("Channels", pace, columns=config | shares, help=f"Sums over the range. {note}", filters=filters)
