"""The closed months that moved since a month ago: what was shown of them, what is shown now, and who is behind."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.found import Found
from app.selection import Tower
from app.ui.panels import table
from app.ui.visit import Visit
from metrics import get_metric
from metrics.restated.read import exact, restated

COLUMNS = ["month", "number", "segment", "was", "now", "kind", "accounts", "reason", "restated_at"]


def table_of(build: Tower) -> pd.DataFrame:
    """A row for each value: settled ones first, what ripens last, of each the newest months."""
    currency, rows = build.company.currency, []
    for one in restated(build.reader):
        metric = get_metric(one.metric)
        was, now = (exact(value, metric.format, currency) for value in (one.before, one.after))
        segment = one.segment or "all"
        kind = "still ripening" if one.is_ripening else "restated"
        behind = (one.accounts or None, one.reason, one.published_at)
        rows.append((one.month, metric.label, segment, was, now, kind, *behind))
    return pd.DataFrame(rows, columns=COLUMNS)


def moved(visit: Visit) -> None:
    """A table of them; a row scope sees those of its segments."""
    table(
        visit,
        "Closed months that moved",
        Found(table_of(visit.build)),
        columns={
            "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
            "accounts": st.column_config.NumberColumn("Accounts", format="localized"),
            "reason": st.column_config.TextColumn("Behind it", width="large"),
            "restated_at": st.column_config.DatetimeColumn("Last moved (UTC)", format="D MMM YYYY, HH:mm"),
        },
        help="Values of complete months, as they were shown a month before what is shown now, and as they are. Rows "
        "that came late or were mended restate them; what waits for an outcome (tickets, trials, activation, payments) "
        "is still ripening, for weeks. The whole warehouse, whatever the selection.",
        empty="No value of a complete month has moved"
        + (" that your row scope may see." if visit.build.scope else "."),
    )
