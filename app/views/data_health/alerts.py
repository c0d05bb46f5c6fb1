"""The rules of alerts.yml: which are open, what they found, and a way to keep one silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from app.data import run
from app.found import Found
from app.ui.panels import table
from app.ui.shelf import who
from app.ui.visit import Visit
from app.views.data_health.audit import audited

SILENCE: dict[str, tuple[int | None, bool]] = {  # what a choice means: for how many days, or as long as the value stays
    "for a day": (1, False),
    "for a week": (7, False),
    "for a month": (30, False),
    "until the next value": (None, True),
    "no longer": (None, False),
}
EMPTY = "No rule was checked yet: copy `alerts.example.yml` to `alerts.yml`, and run `make refresh`."
DAY = "D MMM YYYY"


def alerts(visit: Visit) -> None:
    """A table of the rules, and the form that keeps one silent."""
    found, empty = audited(visit, "alert_states", "alert_states", EMPTY)
    if len(found):
        found["silent"] = [
            _silence(*said) for said in zip(found.pop("silent_until"), found.pop("is_silent_still"), strict=True)
        ]
    days = {
        name: name.replace("_on", "").capitalize() for name in ("opened_on", "resolved_on", "said_on", "checked_on")
    }
    table(
        visit,
        "Alerts",
        Found(found),
        columns={
            "finding": st.column_config.TextColumn("What was found", width="large"),
            **{name: st.column_config.DateColumn(title, format=DAY) for name, title in days.items()},
        },
        help="The rules of alerts.yml as the last refresh found them. The whole warehouse, whatever the selection.",
        empty=empty,
    )
    if len(found):
        with st.form("snooze", border=False):
            left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
            left.selectbox("Keep silent", found["rule"].tolist(), key="snooze-rule")
            middle.selectbox("How long", list(SILENCE), key="snooze-for")
            right.form_submit_button("Do it", on_click=_snooze, args=(visit,), width="stretch")


def _silence(until: date | None, same: bool) -> str:
    """Until when a rule is silent, in words; nothing when it is not."""
    if until and until > _today():
        return f"until {until.day} {until:%b %Y}"
    return "until the next value" if same else ""


def _today() -> date:
    return datetime.now(UTC).date()


def _snooze(visit: Visit) -> None:
    days, same = SILENCE[st.session_state["snooze-for"]]
    until = None if days is None else _today() + timedelta(days=days)
    rule = st.session_state["snooze-rule"]
    run(visit.build, "snooze", {"rule": rule, "until": until, "same": same, "person": who()})
    st.toast("Noted: the next refresh minds it.")
