"""The rules of alerts.yml: which are open, what they found, and a way to keep one silent."""

from __future__ import annotations

import streamlit as st

from app.found import Found
from app.ui.alarms import rules, silencer
from app.ui.panels import table
from app.ui.visit import Visit

EMPTY = "No rule was checked yet: copy `alerts.example.yml` to `alerts.yml`, and run `make refresh`."
DAY = "D MMM YYYY"


def alerts(visit: Visit) -> None:
    """A table of the rules, and the form that keeps one silent."""
    found, empty = rules(visit, EMPTY)
    days = {
        name: name.replace("_on", "").capitalize() for name in ("opened_on", "resolved_on", "said_on", "checked_on")
    }
    table(
        visit,
        "Alerts",
        Found(found.drop(columns="page", errors="ignore")),
        columns={
            "finding": st.column_config.TextColumn("What was found", width="large"),
            **{name: st.column_config.DateColumn(title, format=DAY) for name, title in days.items()},
        },
        help="The rules of alerts.yml as the last refresh found them. The whole warehouse, whatever the selection.",
        empty=empty,
    )
    if len(found):
        silencer(visit, found["rule"].tolist(), "snooze")
