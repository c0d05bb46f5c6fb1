"""Days of the last weeks that stand out: sooner than the week that holds them, by what their weekday made likely."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import rows
from app.ui import charts
from app.ui.panels import chart, table
from app.ui.visit import Visit
from metrics.formats import number

HELP = (
    "The last 13 weeks of tickets, product events and errors, failed payments, SLA breaches and spend, by day. Each is "
    "compared with its weekday, the first and last of the month, and the days before. A day stands out when it lies "
    "five spreads off the bad way."
)


def days(visit: Visit) -> None:
    """The section: what stands out, and the series behind one of them."""
    tower, filters = visit.build, visit.filters
    st.subheader("Days that stand out", help=HELP)
    found = rows(tower, "daily_list", filters)
    if found.failed:
        st.info("The days could not be read. Try again in a moment.", icon=":material/info:")
        return
    if found.frame.empty:
        text = "No day of the last 13 weeks stands out within this selection."
        st.info(text, icon=":material/check_circle:")
        return
    listed = found.frame
    names = {
        i: f"{r.metric_label} · {r.dimension_value} · {r.activity_date:%-d %b %Y}"
        for i, r in enumerate(listed.itertuples())
    }
    picked = st.selectbox("Day", list(names), format_func=names.__getitem__, key="anomaly_day")
    row = listed.iloc[picked if picked is not None and picked < len(listed) else 0]
    where = {name: row[name] for name in ("metric", "dimension", "dimension_value")}
    series = rows(tower, "daily_series", filters, **where)
    is_money = row["impact_unit"] == "money"
    actual, expected = (
        number(row[name], "money" if is_money else "count", tower.company.currency)
        for name in ("actual_value", "expected_value")
    )
    chart(
        visit,
        f"{row['metric_label']}: {row['dimension_value']}, by day",
        charts.band(series.frame, charts.MONEY if is_money else ",d"),
        of=series,
        height=320,
        note=f"{row['activity_date']:%-d %b %Y}: {actual} against {expected} expected of such a day.",
    )
    table(
        visit,
        "Days that stand out, the newest first",
        found.having(
            pd.DataFrame(
                {
                    "Day": listed["activity_date"],
                    "Metric": listed["metric_label"],
                    "Slice": listed["dimension_value"],
                    "Actual": listed["actual_value"],
                    "Expected": listed["expected_value"],
                    "Off by": listed["deviation"],
                    "Score": listed["score"].round(1),
                }
            )
        ),
        columns={c: st.column_config.NumberColumn(c, format="%,.0f") for c in ("Actual", "Expected", "Off by")},
    )
