"""Executive overview: where revenue stands, what moved it, and what it costs to win."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.ui import cards, charts
from app.ui.drill import Point, accounts
from app.ui.exports import file_name
from app.ui.head import head, toolbar
from app.ui.panels import chart, money, table, unanswered
from app.views.executive import board


def having(dimension: str, point: Point) -> pd.DataFrame:
    """The accounts with MRR at the end of the range in one value of a dimension."""
    return accounts(tower, filters.narrowed(**{dimension: point.value}), "revenue")


tower, filters = head("Executive overview", marks=True)
shown = board.read(tower, filters)
with toolbar():
    st.download_button(
        "Board report (PDF)",
        partial(board.pdf, shown, tower, filters),
        file_name("board-report", filters, "pdf"),
        "application/pdf",
        icon=":material/picture_as_pdf:",
        type="tertiary",
        on_click="ignore",
    )
cards.show(tower, filters, shown.facts)

left, right = st.columns(2)
with left:
    chart(
        "MRR against target",
        charts.lines(
            shown.series, "period", {"mrr": "MRR", "mrr_target": "Target"}, tick=charts.MONEY, dashed=("mrr_target",)
        ),
        help="Month-end MRR since the data begin; the plan is by segment and region.",
        note=unanswered(filters, ["acquisition_channel"], "The target"),
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "revenue"),
        marks=True,
    )
with right:
    chart(
        "MRR bridge",
        charts.bridge(shown.bridge),
        help="Start + new + reactivation + expansion − contraction − churn = end.",
        note=f"Ties to the cent: the difference is ${abs(shown.gap):.2f}.",
        drill=lambda point: accounts(tower, filters, "revenue", movement=point.value),
    )
chart(
    "MRR movements by month",
    charts.stacked(shown.monthly, "period", board.MOVES, charts.MONEY),
    help="One movement per account and month.",
    drill=lambda point: accounts(tower, filters.narrowed(point.value), "revenue", movement=point.series),
    marks=True,
)
for place, (dimension, label) in zip(st.columns(3), board.SPLITS.items(), strict=True):
    with place:
        chart(
            f"MRR by {label}",
            charts.shares(shown.splits[dimension], dimension, "mrr"),
            help="At the end of the range.",
            height=280,
            drill=partial(having, dimension),
        )
labels = {name: name.capitalize() for name in ("won", "expansion", "contraction", "churn", "change")}
table(
    "Top movers",
    shown.movers,
    columns=money(**labels),
    help="Accounts whose MRR changed most over the range.",
    filters=filters,
)
