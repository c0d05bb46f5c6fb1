"""Executive overview: where revenue stands, what moved it, and what it costs to win."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import kpis, rows

tower, filters = head("Executive overview")
cards(
    tower,
    filters,
    [
        "mrr",
        "arr",
        "nrr_t12m",
        "grr_t12m",
        "active_customers",
        "logo_churn_rate",
        "activation_rate",
        "cac",
        "ltv_cac_ratio",
        "quick_ratio",
    ],
)

moves = ["starting_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr"]
total = kpis(tower, moves, filters.values, filters.start, filters.end).iloc[0].fillna(0)
left, right = st.columns(2)
with left:
    series = kpis(tower, ["mrr", "mrr_target"], filters.values, tower.first_month, filters.end, grain="month")
    chart(
        "MRR against target",
        charts.lines(
            series, "period", {"mrr": "MRR", "mrr_target": "Target"}, tick=charts.MONEY, dashed=("mrr_target",)
        ),
        help="Month-end MRR since the data begin; the plan is by segment and region.",
        note=unanswered(filters, ["acquisition_channel"], "The target"),
    )
with right:
    values = {
        "start": total["starting_mrr"],
        "new": total["new_mrr"],
        "reactivation": total["reactivation_mrr"],
        "expansion": total["expansion_mrr"],
        "contraction": total["contraction_mrr"],
        "churn": total["churned_mrr"],
        "end": total["mrr"],
    }
    gap = (
        values["start"]
        + values["new"]
        + values["reactivation"]
        + values["expansion"]
        - values["contraction"]
        - values["churn"]
        - values["end"]
    )
    chart(
        "MRR bridge",
        charts.bridge(values),
        help="Start + new + reactivation + expansion − contraction − churn = end.",
        note=f"Ties to the cent: the difference is ${abs(gap):.2f}.",
    )
monthly = kpis(tower, moves[1:6], filters.values, filters.start, filters.end, grain="month")
monthly[["contraction_mrr", "churned_mrr"]] *= -1
chart(
    "MRR movements by month",
    charts.stacked(
        monthly,
        "period",
        {
            "new_mrr": "New",
            "reactivation_mrr": "Reactivation",
            "expansion_mrr": "Expansion",
            "contraction_mrr": "Contraction",
            "churned_mrr": "Churn",
        },
        charts.MONEY,
    ),
    help="One movement per account and month.",
)
for place, (dimension, label) in zip(
    st.columns(3), [("segment", "segment"), ("region", "region"), ("acquisition_channel", "channel")], strict=True
):
    with place:
        split = kpis(tower, ["mrr"], filters.values, filters.start, filters.end, group_by=[dimension])
        chart(f"MRR by {label}", charts.shares(split, dimension, "mrr"), help="At the end of the range.", height=280)
movers = rows(tower, "top_movers", filters)
for column in ("won", "expansion", "contraction", "churn", "change"):
    movers[column] = pd.to_numeric(movers[column])
money = {
    c: st.column_config.NumberColumn(c.capitalize(), format="dollar")
    for c in ("won", "expansion", "contraction", "churn", "change")
}
table("Top movers", movers, columns=money, help="Accounts whose MRR changed most over the range.", filters=filters)
