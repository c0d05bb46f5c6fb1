"""Data health: how fresh the numbers are, what was loaded, tested and refused, and what each number means."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import numeric, read, rows
from app.found import Found
from app.ui.cards import cards
from app.ui.head import head
from app.ui.panels import table, unanswered
from app.views.data_health import audit, restated, words
from app.views.data_health.alerts import alerts
from app.views.data_health.bands import bands
from app.views.data_health.refreshes import refreshes
from app.views.data_health.stages import stages
from metrics.catalogue import catalogue
from warehouse.publication import BUILD_LOCK

BEHAVIOUR = {
    "flow": "adds up over the months",
    "stock": "at the end of the months",
    "first": "at their start",
    "now": "as of the as-of date",
}
WHEN = "D MMM YYYY, HH:mm"
visit = head()
tower, filters = visit.build, visit.filters
st.caption("Loads and builds are those of the whole warehouse, whatever the selection.")

loads, builds = (read(tower.reader, name, {}) for name in ("load_runs", "publications"))
audit.state(tower, loads, builds)
audit.held(visit)

st.subheader("Do the books agree?", help="MRR from the subscription ledger beside what invoices and payments say.")
cards(visit, "mrr invoiced_mrr unexplained_mrr payment_recovery days_to_pay")
audit.expected(visit, builds)

restated.moved(visit)

st.subheader("What the numbers rest on")
words.learned(visit)
coverage = rows(tower, "coverage", filters)
coverage = coverage.having(coverage.frame[["kind", *coverage.frame.columns.drop(["kind", "source"]), "source"]])
dates = {
    name: st.column_config.DateColumn(name.replace("_", " ").capitalize(), format="D MMM YYYY")
    for name in ("first_day", "last_day", "as_of_date", "data_start_date")
}
count = {
    name: st.column_config.NumberColumn(name.replace("_", " ").capitalize(), format="localized")
    for name in ("records", "within_the_months", "rows")
}
table(
    visit,
    "Records by source",
    coverage,
    columns={**dates, **count},
    help="Records of the selection, in all and within the months.",
)
if note := unanswered(visit, ["segment", "region"], "Marketing spend"):
    st.caption(note)
stages(visit)
bands(visit)
sizes = numeric(Found(read(tower.reader, "mart_sizes", {})), "rows", "megabytes")
sizes_help = "Rows as the server counted them when the mart was built; size with indexes. The whole warehouse."
size = {"megabytes": st.column_config.NumberColumn("MB", format="%.1f")}

st.subheader("Loads, files and builds")
refreshes(visit)
alerts(visit)
table(
    visit,
    "Last loads",
    Found(loads.assign(is_complete=loads["is_complete"].astype(bool))),
    columns={
        "finished_at": st.column_config.DatetimeColumn("Finished (UTC)", format=WHEN),
        "is_complete": st.column_config.CheckboxColumn("Read = loaded + rejected"),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        **dates,
    },
    empty="No load is recorded.",
)
left, right = st.columns(2)
with left:
    table(
        visit,
        "Files of the load in use",
        Found(read(tower.reader, "load_files", {})),
        help="What became of the rows of each file, and its SHA-256.",
        empty="No file is recorded.",
    )
with right:
    table(visit, "Marts", sizes, columns={**count, **size}, help=sizes_help)
table(
    visit,
    "Builds",
    numeric(Found(read(tower.reader, "builds", {"lock": BUILD_LOCK})), "seconds"),
    columns={
        "started_at": st.column_config.DatetimeColumn("Started (UTC)", format=WHEN),
        "why": st.column_config.TextColumn("Why", width="large"),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        **dates,
    },
    help="What became of each build: those whose tests passed are shown, unless they are held as implausible. A row "
    "without a publication was never shown; `make rollback TO=…` shows one that is kept.",
    empty="No build is recorded: `make dbt-run dbt-test` makes one.",
)
audit.contradicted(visit)
audit.rejected(visit)

st.subheader("What each number means")
text = st.text_input(
    "Search the definitions", placeholder="Part of a name or a definition", key="definitions"
).casefold()
meanings = pd.DataFrame(
    {
        "number": metric.label,
        "definition": tower.company.reworded(metric.description),
        "over_time": BEHAVIOUR.get(metric.behaviour, metric.behaviour),
        "direction": metric.direction.replace("_", " "),
        "cut_by": ", ".join(dict.fromkeys(map(tower.company.noun, metric.dimensions))),
        "name": metric.name,
    }
    for metric in sorted(catalogue().values(), key=lambda metric: metric.label)
)
searched = (meanings["number"] + " " + meanings["definition"] + " " + meanings["name"]).str.casefold()
table(
    visit,
    "Definitions",
    Found(meanings[searched.str.contains(text, regex=False)]),
    columns={"definition": st.column_config.TextColumn("Definition", width="large")},
    help=f"The {len(meanings)} metrics of the catalogue: one definition each, for the pages, the memo and exports.",
    empty="No definition holds this text.",
)
