"""The pipelines and their stages: what company.yml says of them, what was learned, and what nobody says."""

from __future__ import annotations

import streamlit as st

from app.data import rows
from app.ui.formats import listed, plain
from app.ui.panels import table
from app.ui.pipelines import CATEGORIES
from app.ui.visit import Visit


def stages(visit: Visit) -> None:
    """Every stage with its meaning, and a warning that names those whose deals count as open for want of one."""
    found = rows(visit.build, "stages", visit.filters)
    frame = found.frame
    asked = frame[frame["is_question"].astype(bool)]
    if len(asked):
        names = listed(plain(f"{row.stage} ({row.pipeline})") for row in asked.itertuples())
        st.warning(
            f"Nobody says whether deals in {names} are open, won or lost: they count as open. Say it in `company.yml` "
            "under `pipelines`, or load `crm.deals.outcome`.",
            icon=":material/help:",
        )
    known = frame["is_declared"].map({True: "declared", False: "learned"}).mask(frame["is_question"].astype(bool), "?")
    shown = frame.assign(forecast=frame["forecast_category"].map(CATEGORIES), known=known)
    columns = ["pipeline", "stage", "position", "outcome", "forecast", "probability", "is_renewal", "known"]
    table(
        visit,
        "Pipelines and stages",
        found.having(shown[columns]),
        columns={
            "probability": st.column_config.NumberColumn("Probability", format="percent"),
            "is_renewal": st.column_config.CheckboxColumn("Renewals"),
        },
        help="Declared: in company.yml. Learned: the order from the history, the meaning from the CRM or the name.",
        empty="No deal is loaded.",
    )
