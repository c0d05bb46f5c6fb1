"""What ran by itself: the last refreshes with their steps, and a warning when the newest failed."""

from __future__ import annotations

import streamlit as st

from app.data import read
from app.found import Found
from app.ui.formats import plain
from app.ui.panels import table
from app.ui.visit import Visit

EMPTY = "Nothing ran by itself yet: `make refresh` takes in what lies in `inbox/`."


def refreshes(visit: Visit) -> None:
    """A table of the last refreshes."""
    found = read(visit.build.reader, "refresh_runs", {})
    if len(found) and found["status"].iloc[0] == "failed":
        st.warning(f"The last refresh failed: {plain(found['message'].iloc[0])}", icon=":material/sync_problem:")
    table(
        visit,
        "Refreshes",
        Found(found),
        columns={
            "refresh_run_id": "Refresh",
            "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="D MMM YYYY, HH:mm"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
            "steps": st.column_config.TextColumn("Steps", width="large"),
            "message": st.column_config.TextColumn("What it did, or why it failed", width="large"),
        },
        help="Each run of `make refresh`, or of its schedule: from the files in the inbox to what is shown.",
        empty=EMPTY,
    )
