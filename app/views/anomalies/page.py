"""Anomalies: what left its expected band, ranked by impact."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from app.data import rows
from app.found import NOTHING, Found
from app.selection import DIMENSIONS
from app.ui import charts
from app.ui.drill import accounts, week
from app.ui.filters import SWITCH, page_filter
from app.ui.formats import plain
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.anomalies.days import days
from app.views.anomalies.marks import known_events, marked, marker, said_of
from metrics.formats import number

SEVERITIES = ["critical", "high", "medium", "low"]
EXPECTED = "expected"  # in place of a severity, where somebody has said so
RANKS = {severity: rank for rank, severity in enumerate([*SEVERITIES, EXPECTED])}
BEHIND = {  # the metric of each series, for all but spend, which no account stands behind
    **{f"{name}_mrr": f"{name}_mrr" for name in ("new", "expansion", "contraction", "churned")},
    "churned_customers": "churned_customers",
    "won_amount": "won_amount",
    "tickets": "tickets",
    "resolution_breaches": "resolution_breached",
    "failed_payments": "failed_attempts",
    "events": "product_events",
    "errors": "product_errors",
}
ARROWS = {"up": "▲ up", "down": "▼ down"}
visit = head(marks=True)
tower, filters = visit.build, visit.filters
anomalies = rows(tower, "anomaly_list", filters)
found = marked(visit, anomalies.frame)
found["severity"] = found["severity"].fillna(EXPECTED)
labels = dict(zip(found["metric"], found["metric_label"], strict=True))
first, second, third, fourth = st.columns([3, 3, 1.5, 1.5], vertical_alignment="bottom")
with first:
    chosen = page_filter(visit, "metric", "Metric", sorted(labels), many=True, format_func=labels.__getitem__)
with second:
    severities = page_filter(visit, "severity", "Severity", SEVERITIES, many=True)
with third:
    only_bad = page_filter(visit, "bad_news", "Bad news only", SWITCH, default=True)
with fourth:
    every = page_filter(visit, "every_slice", "Every slice", SWITCH, default=any(filters.values.values()))
asked = found["metric"].isin(chosen or labels) & (found["is_bad"] | (not only_bad))
told = found["severity"].isin(severities or SEVERITIES) & (found["is_lead"] | every) & ~found["is_silent"]
put_by = asked & (found["was_expected"] | found["is_silent"])
if put_by.any() and page_filter(visit, "put_by", "List what was expected or is silent", SWITCH, default=False):
    told |= put_by
shown = found[asked & told]
money, counts = shown[shown["impact_unit"] == "money"], shown[shown["impact_unit"] == "count"]
for place, (label, value) in zip(
    st.columns(4),
    [
        ("Flagged", number(len(shown), "count")),
        ("Critical or high", number(int(shown["severity"].isin(["critical", "high"]).sum()), "count")),
        ("Largest in money", number(money["impact"].max(), "money", tower.company.currency)),
        ("Largest in cases", number(counts["impact"].max(), "count")),
    ],
    strict=True,
):
    place.metric(label, value, border=True)
st.caption(
    f"With filters on, series cut by a chosen {tower.company.noun('segment')}, {tower.company.noun('region')} or "
    f"{tower.company.noun('acquisition_channel')} are shown; a series is cut one way at a time."
)


def behind(series: pd.Series, month: object) -> Found:
    """The accounts behind a point of a series, which is cut one way only; none behind spend."""
    if series["metric"] not in BEHIND:
        return NOTHING
    part = {series["dimension"]: series["dimension_value"]} if series["dimension"] in DIMENSIONS else {}
    whole = replace(filters, segment=(), region=(), acquisition_channel=())
    days = week(month) if series["grain"] == "week" else None
    return accounts(tower, whole.narrowed(month, **part), BEHIND[series["metric"]], days=days)


def _how(series: pd.Series) -> str:
    """How a flagged point lies off, in words."""
    off = f"{abs(series['score']):.1f} standard deviations {series['direction']}"
    if series["manner"] == "gradual":
        off += ", and the last eight weeks add up to a drift"
    if series["is_tracking_fault"]:
        off += "; days without a single event: rather a fault of tracking than of use"
    return off


if shown.empty:
    st.info("No anomaly in this selection. Widen the months, or show good news too.", icon=":material/check_circle:")
else:
    shown = shown.sort_values(
        ["severity", "impact"],
        key=lambda s: s.map(RANKS) if s.name == "severity" else -s,
        ignore_index=True,
    )
    names = {
        i: f"{r.metric_label} · {r.dimension_value} · {r.period_start:%-d %b %Y} ({r.grain}) · {r.severity}"
        for i, r in enumerate(shown.itertuples())
    }
    picked = st.selectbox("Series", list(names), format_func=names.__getitem__, key="anomaly_series")
    shown["events"] = known_events(visit, shown)
    row = shown.iloc[picked if picked is not None and picked < len(shown) else 0]
    amount = partial(number, kind=row["impact_unit"], currency=tower.company.currency)
    series = rows(
        tower,
        "anomaly_series",
        filters,
        metric=row["metric"],
        grain=row["grain"],
        dimension=row["dimension"],
        dimension_value=row["dimension_value"],
    )

    chart(
        visit,
        f"{row['metric_label']}: {row['dimension_value']}, by {row['grain']}",
        charts.band(series.frame, charts.MONEY if row["impact_unit"] == "money" else ",d"),
        of=series,
        height=380,
        drill=(lambda point: behind(row, point.where["period_start"])) if row["metric"] in BEHIND else None,
        marks=True,
        note=f"{row['period_start']:%-d %b %Y}: {amount(row['actual_value'])} against "
        f"{amount(row['expected_value'])} expected, "
        f"{_how(row)}. Expected: mean of the {row['grain']}s before, the later the weightier; "
        "chance leaves the band once in a thousand points.",
    )
    for title, text in (("In these days", plain(row["events"])), ("Said of it", said_of(row))):
        if text:
            st.markdown(f"**{title}**: {text}")
    marker(visit, row)
    listed = pd.DataFrame(
        {
            "Metric": shown["metric_label"],
            "Severity": shown["severity"],
            "Slice": shown["dimension_value"],
            "Period": shown["period_start"],
            "Grain": shown["grain"],
            "Manner": shown["manner"].mask(shown["is_tracking_fault"], "tracking"),
            "Direction": shown["direction"].map(ARROWS),
            "Actual": shown["actual_value"],
            "Expected": shown["expected_value"],
            "Impact": shown["impact"],
            "Unit": shown["impact_unit"],
            "Score": shown["score"].round(1),
            "In these days": shown["events"],
            "Owner": shown["owner"],
            "Note": shown["note"],
        }
    )
    table(
        visit,
        "Flagged points by severity and impact",
        anomalies.having(listed),
        columns={c: st.column_config.NumberColumn(c, format="%,.0f") for c in ("Actual", "Expected", "Impact")},
        drill=lambda point: behind(shown.iloc[point.row], shown["period_start"].iloc[point.row]),
    )

days(visit)
