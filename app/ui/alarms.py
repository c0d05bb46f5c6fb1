"""Open rules of alerts.yml on the page that shows their numbers, and the one way to keep a rule silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import streamlit as st

from app.data import audited, run
from app.ui.formats import plain
from app.ui.shelf import who
from app.ui.visit import Visit

SILENCE: dict[str, tuple[int | None, bool]] = {  # what a choice means: for how many days, or as long as the value stays
    "for a day": (1, False),
    "for a week": (7, False),
    "for a month": (30, False),
    "until the next value": (None, True),
    "no longer": (None, False),
}
LISTS_ALL = "data_health"  # the page with a table of every rule


def rules(visit: Visit, empty: str = "") -> tuple[pd.DataFrame, str]:
    """The rules as last checked, with until when they are silent, in words; and why there are none."""
    found, empty = audited(visit.build, "alert_states", "alert_states", empty)
    if len(found):
        until, same = found.pop("silent_until"), found.pop("is_silent_still")
        found["silent"] = [_silent(*said) for said in zip(until, same, strict=True)]
    return found, empty


def alarms(visit: Visit) -> None:
    """What is open on the numbers of a page: what was found, since when, and silence; nothing to a row scope."""
    if visit.page.key == LISTS_ALL:
        return
    found, _ = rules(visit)
    if len(found):
        for rule in found[(found["page"] == visit.page.key) & (found["state"] == "open")].to_dict("records"):
            since, silent = rule["opened_on"], rule["silent"]
            head = f":material/notifications_active: **{plain(rule['rule'])}** · open since {since.day} {since:%b %Y}"
            head += f" · silent {silent}" if silent else ""
            with st.container(border=True, gap="xsmall"):
                st.markdown("  \n".join([head, *map(plain, rule["finding"].splitlines())]))
                silencer(visit, [rule["rule"]], f"alarm-{rule['rule']}")


def silencer(visit: Visit, names: list[str], key: str) -> None:
    """The form that keeps one of these rules silent."""
    with st.form(key, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        if len(names) > 1:
            st.selectbox("Rule", names, key=f"{key}-rule", width=420)
        st.selectbox("Keep silent", list(SILENCE), key=f"{key}-for", width=260)
        st.form_submit_button("Apply", on_click=_silence, args=(visit, names[0], key))


def _silent(until: date | None, same: bool) -> str:
    """Until when a rule is silent; nothing when it is not."""
    if until and until > _today():
        return f"until {until.day} {until:%b %Y}"
    return "until the next value" if same else ""


def _silence(visit: Visit, rule: str, key: str) -> None:
    days, same = SILENCE[st.session_state[f"{key}-for"]]
    until = None if days is None else _today() + timedelta(days=days)
    rule = st.session_state.get(f"{key}-rule", rule)
    run(visit.build, "snooze", {"rule": rule, "until": until, "same": same, "person": who()})
    st.toast("Noted: the next refresh minds it.")


def _today() -> date:
    return datetime.now(UTC).date()
