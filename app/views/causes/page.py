"""Root causes & releases: what the tickets come from, whether it gets better, and what each release did."""

from __future__ import annotations

import streamlit as st

from app.data import kpis, numeric, rows
from app.found import Found
from app.ui import charts, points
from app.ui.cards import cards
from app.ui.drill import Point, accounts
from app.ui.filters import page_filter
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.causes.releases import UNKNOWN, releases

visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(visit, "tickets escalated_tickets reopened_tickets resolution_median_hours csat")
category = page_filter(visit, "category", "Category", list(rows(tower, "ticket_categories", filters).frame["category"]))
if category:
    st.caption("The category narrows the root causes below, not the cards above nor the releases.")
chosen = {**filters.values, "category": (category,) if category else ()}

names = ["tickets", "escalated_tickets", "resolution_median_hours", "csat", "csat_answers"]
found = kpis(tower, names, chosen, filters.start, filters.end, ["root_cause_name"])
causes = found.frame
earlier = filters.compared(tower.first_month)
if earlier:
    before = kpis(tower, ["tickets"], chosen, earlier.start, earlier.end, ["root_cause_name"]).frame
    causes = causes.merge(before.rename(columns={"tickets": "before"}), on="root_cause_name", how="left")
    causes["change"] = causes["tickets"] / causes["before"] - 1
details = rows(tower, "cause_details", filters, category=category)
causes = causes.merge(details.frame, on="root_cause_name", how="left").sort_values("tickets", ascending=False)
causes["share"] = causes["tickets"] / max(causes["tickets"].sum(), 1)
known = causes[causes["root_cause_name"] != UNKNOWN]
left, right = st.columns(2)
with left:
    chart(
        visit,
        "Top root causes",
        charts.pareto(known.head(10), "root_cause_name", "tickets"),
        of=found,
        needs="top_root_causes",
        help="Tickets opened within the months; Σ is the share of these ten that a cause and those above it make up.",
        note=f"{causes['tickets'].sum() - known['tickets'].sum():,.0f} of {causes['tickets'].sum():,.0f} tickets have "
        "no known cause yet. A click on a bar lists the accounts.",
        height=400,
        drill=lambda point: accounts(tower, filters, "tickets", root_cause_name=str(point.value), category=category),
    )
with right:
    first = list(known["root_cause_name"].head(5))
    trend = kpis(tower, ["tickets"], chosen, tower.first_month, filters.end, ["root_cause_name"], grain="month")
    wide = trend.frame.pivot(index="period", columns="root_cause_name", values="tickets").fillna(0).reset_index()
    chart(
        visit,
        "Top five by month",
        charts.lines(wide, "period", {name: name for name in first}, zero=True),
        of=trend,
        needs="top_root_causes",
        help="Tickets of the five most frequent causes of the range, by month of opening since the data begin.",
        height=400,
        drill=lambda point: accounts(
            tower, filters.narrowed(point.value), "tickets", root_cause_name=point.series, category=category
        ),
        marks=True,
    )
formats = {
    "tickets": ("Tickets", "%,.0f"),
    "share": ("Share", "percent"),
    "change": ("Change", "percent"),
    "open_tickets": ("Open", "%,.0f"),
    "open_share": ("Open share", "percent"),
    "resolution_mean_hours": ("Mean h", "%.1f"),
    "resolution_median_hours": ("Median h", "%.1f"),
    "csat": ("CSAT", "percent"),
    "csat_answers": ("Answers", "%,.0f"),
    "escalated_tickets": ("Escalated", "%,.0f"),
    "release_share": ("Its share", "percent"),
}
causes = causes.reindex(columns=["root_cause_name", "severity", *list(formats)[:-1], "main_release", "release_share"])
table(
    visit,
    "Root causes",
    numeric(found.having(causes), *formats),
    columns={
        "root_cause_name": "Root cause",
        **{name: st.column_config.NumberColumn(label, format=kind) for name, (label, kind) in formats.items()},
    },
    help="Change: against the comparison range. Open: on the as-of date. Mean and median hours to the resolution. Main "
    "release: the one in force when most of the tickets were opened, and its share of them.",
    drill=lambda point: accounts(
        tower, filters, "tickets", "escalated_tickets", root_cause_name=point.value, category=category
    ),
)


def through(point: Point) -> Found:
    """The accounts behind a cell: their tickets of one cause that came through one channel."""
    cause, channel = point.where["root_cause_name"], point.where["channel"]
    return accounts(tower, filters, "tickets", root_cause_name=cause, channel=channel, category=category)


channels = kpis(tower, ["tickets"], chosen, filters.start, filters.end, ["root_cause_name", "channel"])
chart(
    visit,
    "Channels that the tickets come through",
    points.matrix(channels.frame, "root_cause_name", "channel", "tickets", ",.0f"),
    of=channels,
    help="Tickets by root cause and channel.",
    height=60 + 26 * max(len(causes), 4),
    drill=through,
)

releases(visit)
