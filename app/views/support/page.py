"""Support & quality: how much comes in, how fast it is answered, and what causes it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.data import in_order, rows, split
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import Point, accounts, week
from app.ui.filters import page_filter
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.support.topics import topics

QUALITY = ("tickets", "first_response_sla", "resolution_sla", "csat", "open_and_breached")
KINDS = {"category": "ticket_category"}  # what a column of tickets holds, where its name alone does not say
visit = head(marks=True)
tower, filters = visit.build, visit.filters


def behind(**where: Any) -> Found:
    """Accounts by their tickets of the range."""
    return accounts(tower, filters, "tickets", **where)


def open_on(day: object, priority: object = None) -> Found:
    """Accounts by the tickets that were open at the end of a day."""
    return rows(tower, "backlog_accounts", filters, open_on=day, priority=priority)


cards(
    visit,
    "tickets backlog first_response_sla resolution_sla open_and_breached first_response_median_hours "
    "first_response_p90_hours resolution_median_hours resolution_p90_hours csat",
)
left, right = st.columns(2)
with left:
    weekly = split(tower, filters, ["tickets"], grain="week")
    chart(
        visit,
        "Tickets opened per week",
        charts.bars(weekly.frame, "period", "tickets"),
        of=weekly,
        help="By day of opening.",
        drill=lambda point: behind(days=week(point.value, filters)),
        marks=True,
        weeks=visit.days,
    )
with right:
    backlog = rows(tower, "backlog", filters)
    chart(
        visit,
        "Backlog at the end of the day",
        charts.lines(backlog.frame, "backlog_date", {"open_tickets": "Open tickets"}, zero=True, markers=False),
        of=backlog,
        drill=lambda point: open_on(point.value),
        marks=True,
    )
left, right = st.columns(2)
monthly = split(tower, filters, ["first_response_sla", "resolution_sla", "csat", "csat_answers"], grain="month")
with left:
    series = {"first_response_sla": "First response", "resolution_sla": "Resolution"}
    chart(
        visit,
        "SLA met by month of opening",
        charts.lines(monthly.frame, "period", series, tick=".1%"),
        of=monthly,
        needs="resolution_sla",
        help="Open tickets past their target count as breached; those not yet due are out.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), point.series),
        marks=True,
    )
with right:
    chart(
        visit,
        "CSAT by month, with the number of answers",
        charts.bars(monthly.frame, "period", "csat", kind="percent", n="csat_answers"),
        of=monthly,
        help="Scores of 4 or 5 ÷ scores given.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "csat"),
    )
CUTS = ["priority", "segment", "region", "category"]
names = {name: tower.company.label(KINDS.get(name, name)) for name in CUTS}
cut = page_filter(visit, "cut", "Cut by", CUTS, default="priority", format_func=names.__getitem__)
noun = tower.company.noun(KINDS.get(cut, cut))
columns: dict[str, tuple[str, str]] = {
    "tickets": ("Tickets", "%,.0f"),
    "first_response_sla": ("First response SLA", "percent"),
    "resolution_sla": ("Resolution SLA", "percent"),
    "resolution_median_hours": ("Resolution p50 (h)", "%.1f"),
    "resolution_p90_hours": ("Resolution p90 (h)", "%.1f"),
    "csat": ("CSAT", "percent"),
    "csat_answers": ("Answers", "%,.0f"),
    "open_and_breached": ("Open and breached", "%,.0f"),
}
parts = split(tower, filters, list(columns), cut)
parts = in_order(parts, cut, tower.company)


def of_part(point: Point) -> Found:
    """Accounts by their tickets of one part of the cut."""
    if cut in ("segment", "region"):
        return accounts(tower, filters.narrowed(**{cut: point.value}), *QUALITY)
    return accounts(tower, filters, *QUALITY, **{cut: point.value})


left, right = st.columns(2)
with left:
    figure = charts.bars(parts.frame, cut, "resolution_sla", kind="percent", n="tickets", look=visit.look)
    chart(visit, f"Resolution SLA by {noun}", figure, of=parts, drill=of_part, needs="resolution_sla")
with right:
    figure = charts.shares(parts.frame, cut, "tickets", tick=",d", look=visit.look)
    chart(visit, f"Tickets by {noun}", figure, of=parts, drill=of_part)
table(
    visit,
    f"Quality by {noun}",
    parts,
    columns={name: st.column_config.NumberColumn(label, format=form) for name, (label, form) in columns.items()},
    drill=of_part,
)
left, right = st.columns([3, 2])
with left:
    causes = split(tower, filters, ["tickets"], "root_cause_name")
    known = causes.where(causes.frame["root_cause_name"] != "Not yet known")
    unknown = causes.frame["tickets"].sum() - known.frame["tickets"].sum()
    chart(
        visit,
        "Root causes",
        charts.pareto(known.frame, "root_cause_name", "tickets"),
        of=causes,
        needs="top_root_causes",
        note=f"{unknown:,.0f} tickets have no known cause yet.",
        height=420,
        drill=lambda point: behind(root_cause_name=point.value),
    )
with right:
    table(
        visit,
        "Open tickets on the as-of date",
        rows(tower, "backlog_age", filters),
        help="Age in days, median and 90th percentile.",
        empty="No ticket is open.",
        drill=lambda point: open_on(tower.as_of, point.value),
        columns={
            "age_p50_days": st.column_config.NumberColumn("Age p50 (days)", format="%.1f"),
            "age_p90_days": st.column_config.NumberColumn("Age p90 (days)", format="%.1f"),
        },
    )
topics(visit)
