"""Executive overview: where revenue stands, what moved it, and what it costs to win."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.found import Found
from app.selection import DIMENSIONS
from app.ui import cards, charts
from app.ui.colours import MOVE_COLOURS, moves_of
from app.ui.drill import Point, accounts
from app.ui.exports import file_name
from app.ui.head import head
from app.ui.panels import chart, money, table, unanswered
from app.views.executive import board


def having(dimension: str, point: Point) -> Found:
    """The accounts with MRR at the end of the range in one value of a dimension."""
    return accounts(tower, filters.narrowed(**{dimension: point.value}), "mrr")


visit = head(marks=True)
tower, filters = visit.build, visit.filters
shown = board.read(tower, filters)
with visit.toolbar:
    st.download_button(
        "Board report (PDF)",
        partial(board.pdf, shown, visit),
        file_name(visit, "board-report", "pdf"),
        "application/pdf",
        icon=":material/picture_as_pdf:",
        type="tertiary",
        on_click="ignore",
    )
cards.show(visit, shown.facts)

left, right = st.columns(2)
with left:
    chart(
        visit,
        "MRR against target",
        charts.lines(
            shown.series.frame,
            "period",
            {"mrr": "MRR", "mrr_target": "Target"},
            tick=charts.MONEY,
            dashed=("mrr_target",),
        ),
        of=shown.series,
        help="Month-end MRR since the data begin; the plan is by "
        f"{tower.company.noun('segment')} and {tower.company.noun('region')}.",
        note=unanswered(visit, ["acquisition_channel"], "The target"),
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "mrr"),
        marks=True,
    )
with right:
    chart(
        visit,
        "MRR bridge",
        charts.bridge(shown.bridge, visit.look),
        of=shown.total,
        help="Start + new + reactivation + expansion − contraction − churn"
        f"{' + exchange rates' if tower.company.is_spot else ''} = end.",
        note=f"Ties to the cent: the difference is {tower.company.currency.exact(abs(shown.gap))}.",
        drill=lambda point: accounts(tower, filters, point.where["movement"]),
    )
chart(
    visit,
    "MRR movements by month",
    charts.stacked(shown.monthly.frame, "period", moves_of(tower.company), charts.MONEY, colours=MOVE_COLOURS),
    of=shown.monthly,
    help="One movement per account and month.",
    drill=lambda point: accounts(tower, filters.narrowed(point.value), point.series),
    marks=True,
)
for place, dimension in zip(st.columns(3), DIMENSIONS, strict=True):
    with place:
        chart(
            visit,
            f"MRR by {tower.company.noun(dimension)}",
            charts.shares(shown.splits[dimension].frame, dimension, "mrr", look=visit.look),
            of=shown.splits[dimension],
            help="At the end of the range.",
            height=280,
            drill=partial(having, dimension),
        )
labels = {name: name.capitalize() for name in ("won", "expansion", "contraction", "churn", "change")}
table(
    visit,
    "Top movers",
    shown.movers,
    columns=money(**labels),
    help="Accounts whose MRR changed most over the range.",
)
