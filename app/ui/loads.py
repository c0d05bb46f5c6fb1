"""What is said where the numbers do not rest on the last load."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.ui.formats import plain


def say_if_behind(loads: pd.DataFrame, builds: pd.DataFrame) -> None:
    """A warning when the last load failed, or is not built yet; both frames begin with the newest."""
    loads = loads[loads["status"] != "undone"]
    if not len(loads):
        return
    last = loads.iloc[0]
    if last["status"] != "succeeded":
        message = f"The last load failed: {plain(last['message'])}. The numbers rest on an earlier one."
        st.warning(message, icon=":material/error:")
    elif len(builds) and last["load_run_id"] != builds["load_run_id"].iloc[0]:
        st.warning(
            "The last load isn't in the numbers yet: run `make dbt-run dbt-test`.", icon=":material/hourglass_empty:"
        )
