"""What people say of points that left their band: who looks after it, a note, that it was expected, silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from app.data import audited, rows, run
from app.ui.formats import plain
from app.ui.shelf import who
from app.ui.visit import Visit

POINT = ["metric", "grain", "period_start", "dimension", "dimension_value"]
SAID: dict[str, Any] = {
    "is_expected": False,
    "owner": "",
    "note": "",
    "silent_until": None,
    "marked_by": "",
    "marked_on": None,
}
SILENCE = {"as before": None, "for a week": 7, "for a month": 30, "for a quarter": 91, "no longer": 0}  # in days
PERIODS: dict[str, pd.DateOffset] = {"week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}


def marked(visit: Visit, points: pd.DataFrame) -> pd.DataFrame:
    """The points with what the newest mark of each says; nothing is said where the visitor's role reads no marks."""
    marks, _ = audited(visit.build, "anomaly_marks", "anomaly_marks")
    if marks.empty:
        return points.assign(**SAID, is_silent=False)
    found = points.merge(marks, on=POINT, how="left")
    for name, otherwise in SAID.items():
        found[name] = found[name].astype(object).where(found[name].notna(), otherwise)
    today = datetime.now(UTC).date()
    return found.assign(is_silent=[bool(until and until > today) for until in found["silent_until"]])


def known_events(visit: Visit, points: pd.DataFrame) -> list[str]:
    """Of each point the releases, price changes and campaigns of its period, in words."""
    markers = rows(visit.build, "markers", visit.filters).frame
    if markers.empty:
        return [""] * len(points)
    days, labels = pd.to_datetime(markers["day"]), markers["label"]
    starts = pd.to_datetime(points["period_start"])
    spans = [(start, start + PERIODS[grain]) for start, grain in zip(starts, points["grain"], strict=True)]
    return ["; ".join(labels[(days >= first) & (days < end)].head(3)) for first, end in spans]


def said_of(point: pd.Series) -> str:
    """What somebody has said of a point, as text for Markdown; empty where nobody has."""
    if not point["marked_by"]:
        return ""
    said = [
        f"owner {plain(point['owner'])}" if point["owner"] else "",
        plain(point["note"]),
        "expected" if point["is_expected"] else "",
        f"silent until {_day(point['silent_until'])}" if point["is_silent"] else "",
    ]
    by = f"{plain(point['marked_by'])}, {_day(point['marked_on'])}"
    return f"{'; '.join(filter(None, said)) or 'nothing any more'} ({by})"


def marker(visit: Visit, point: pd.Series) -> None:
    """The form that says something of a point, where the visitor's role may."""
    marks, closed = audited(visit.build, "anomaly_marks", "anomaly_marks")
    if marks.empty and closed:
        st.caption("Marks are closed to your row scope.")
        return
    key = f"mark-{point['anomaly_id']}"
    with st.expander("Owner, note, silence", icon=":material/edit_note:"), st.form(key, border=False):
        left, middle, right = st.columns([2, 2, 3], vertical_alignment="bottom")
        left.text_input("Owner", point["owner"], max_chars=100, key=f"{key}-owner")
        middle.selectbox("Not in the list", list(SILENCE), key=f"{key}-silence")
        right.checkbox(
            "It was to be expected: the next build tells nothing of this event",
            bool(point["is_expected"] or point["was_expected"]),
            key=f"{key}-expected",
        )
        st.text_area("Note", point["note"], max_chars=1000, height=80, key=f"{key}-note")
        st.form_submit_button("Save", on_click=_save, args=(visit, point, key))


def _save(visit: Visit, point: pd.Series, key: str) -> None:
    days = SILENCE[st.session_state[f"{key}-silence"]]
    until = point["silent_until"] if days is None else datetime.now(UTC).date() + timedelta(days=days)
    values = {
        "anomaly": point["anomaly_id"],
        "is_expected": st.session_state[f"{key}-expected"],
        "owner": st.session_state[f"{key}-owner"].strip(),
        "note": st.session_state[f"{key}-note"].strip(),
        "silent_until": until or None,
        "person": who(),
    }
    run(visit.build, "mark_anomaly", values)
    st.toast("Saved.")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
