"""Root causes & releases: what the tickets come from, whether it gets better, and what each release did."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts, points
from app.components.cards import cards
from app.components.drill import accounts
from app.components.formats import words
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.components.verdict import RULE, release_verdict
from app.data import kpis, numeric, rows
from app.filters import page_filter

UNKNOWN = "Not yet known"
tower, filters = head("Root causes & releases", marks=True)
cards(tower, filters, "tickets escalated_tickets reopened_tickets resolution_median_hours csat")
category = page_filter("category", "Category", list(rows(tower, "ticket_categories", filters)["category"]))
if category:
    st.caption("The category narrows the root causes below, not the cards above nor the releases.")
chosen = {**filters.values, "category": (category,) if category else ()}

names = ["tickets", "escalated_tickets", "resolution_median_hours", "csat", "csat_answers"]
causes = kpis(tower, names, chosen, filters.start, filters.end, ["root_cause_name"])
earlier = filters.compared(tower.first_month)
if earlier:
    before = kpis(tower, ["tickets"], chosen, earlier.start, earlier.end, ["root_cause_name"])
    causes = causes.merge(before.rename(columns={"tickets": "before"}), on="root_cause_name", how="left")
    causes["change"] = causes["tickets"] / causes["before"] - 1
details = rows(tower, "cause_details", filters, category=category)
causes = causes.merge(details, on="root_cause_name", how="left").sort_values("tickets", ascending=False)
causes["share"] = causes["tickets"] / max(causes["tickets"].sum(), 1)
known = causes[causes["root_cause_name"] != UNKNOWN]
left, right = st.columns(2)
with left:
    chart(
        "Top root causes",
        charts.pareto(known.head(10), "root_cause_name", "tickets"),
        needs="top_root_causes",
        help="Tickets opened within the months; Σ is the share of these ten that a cause and those above it make up.",
        note=f"{causes['tickets'].sum() - known['tickets'].sum():,.0f} of {causes['tickets'].sum():,.0f} tickets have "
        "no known cause yet. A click on a bar lists the accounts.",
        height=400,
        drill=lambda point: accounts(tower, filters, "tickets", root_cause=str(point.value), category=category),
    )
with right:
    first = list(known["root_cause_name"].head(5))
    trend = kpis(tower, ["tickets"], chosen, tower.first_month, filters.end, ["root_cause_name"], grain="month")
    wide = trend.pivot(index="period", columns="root_cause_name", values="tickets").fillna(0).reset_index()
    chart(
        "Top five by month",
        charts.lines(wide, "period", {name: name for name in first}, zero=True),
        needs="top_root_causes",
        help="Tickets of the five most frequent causes of the range, by month of opening since the data begin.",
        height=400,
        marks=True,
    )
formats = {
    "tickets": ("Tickets", "%.0f"),
    "share": ("Share", "percent"),
    "change": ("Change", "percent"),
    "open_tickets": ("Open", "%.0f"),
    "open_share": ("Open share", "percent"),
    "resolution_mean_hours": ("Mean h", "%.1f"),
    "resolution_median_hours": ("Median h", "%.1f"),
    "csat": ("CSAT", "percent"),
    "csat_answers": ("Answers", "%.0f"),
    "escalated_tickets": ("Escalated", "%.0f"),
    "release_share": ("Its share", "percent"),
}
causes = causes.reindex(columns=["root_cause_name", "severity", *list(formats)[:-1], "main_release", "release_share"])
table(
    "Root causes",
    numeric(causes, *formats),
    columns={
        "root_cause_name": "Root cause",
        **{name: st.column_config.NumberColumn(label, format=kind) for name, (label, kind) in formats.items()},
    },
    help="Change: against the comparison range. Open: on the as-of date. Mean and median hours to the resolution. Main "
    "release: the one in force when most of the tickets were opened, and its share of them.",
    filters=filters,
)
split = kpis(tower, ["tickets"], chosen, filters.start, filters.end, ["root_cause_name", "channel"])
chart(
    "Channels that the tickets come through",
    points.matrix(split.assign(channel=split["channel"].map(words)), "root_cause_name", "channel", "tickets", ",d"),
    help="Tickets by root cause and channel.",
    height=60 + 26 * max(len(causes), 4),
)

st.subheader("Releases")
impact = rows(tower, "release_impact", filters)
impact = numeric(impact, *(c for c in impact.columns if c not in ("version", "released_date", "is_complete")))
if impact.empty:
    st.info(
        "No release is recorded up to the as-of date, so nothing can be compared with it.", icon=":material/search_off:"
    )
    st.stop()
judged = impact.dropna(subset=["technical_change"]).sort_values("technical_change", ascending=False)
worst = judged["version"].iloc[0] if len(judged) else impact["version"].iloc[-1]
release = page_filter("release", "Release", list(impact["version"]), default=worst, format_func=str)
day = impact.set_index("version").loc[release, "released_date"]
around = rows(tower, "release_days", filters, released=day)
moved = rows(tower, "release_causes", filters, released=day)
moved = moved[moved["root_cause_name"] != UNKNOWN]
with st.container(border=True):
    st.markdown(f"**Did {release} do harm?**", help=RULE)
    st.markdown(release_verdict(release, impact, moved))
    if note := unanswered(filters, ["region", "acquisition_channel"], "The impact of a release"):
        st.caption(note)
left, right = st.columns([3, 2])
with left:
    series = {"technical": "Technical tickets", "tickets": "All tickets", "errors": "Errors"}
    figure = charts.lines(around, "day", series, markers=False, zero=True)
    mark = pd.DataFrame({"kind": ["release"], "day": [day], "label": [release]})
    chart(
        f"Tickets and errors around {release}",
        charts.mark(figure, mark) if figure else None,
        help="By day, four weeks before to eight weeks after, whatever the months; answers to all three filters.",
    )
with right:
    grown = moved.head(8)
    labels = [f"{b:,} → {a:,}" for b, a in zip(grown["before"], grown["after"], strict=True)]
    chart(
        f"Causes in the four weeks after {release}",
        charts.bars(grown, "root_cause_name", "after", labels=labels, horizontal=True),
        help="Tickets opened in the four weeks from the release on, with those of the four weeks before.",
    )
chart(
    "Change in the four weeks after each release",
    charts.stacked(
        judged.sort_values("released_date"),
        "version",
        {"technical_change": "Technical tickets", "errors_change": "Errors", "usage_change": "Use"},
        "+.0%",
        side_by_side=True,
    ),
    help="Growth per active account against the four weeks before; only releases whose eight weeks the data cover.",
)
changes = [name for name in impact.columns if name.endswith("_change")]
counts = [name for name in impact.columns if name.endswith(("_before", "_after"))]
table(
    "Releases before and after",
    impact[["version", "released_date", *changes, *counts]],
    columns={
        "released_date": st.column_config.DateColumn("Released", format="D MMM YYYY"),
        **{
            name: st.column_config.NumberColumn(name.replace("_", " ").capitalize(), format="percent")
            for name in changes
        },
    },
    help="Changes per active account, and the counts in the four weeks before and from the release day on.",
    filters=filters,
)
