"""Data health: how fresh the numbers are, what was loaded, tested and refused, and what each number means."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components.cards import cards
from app.components.page import head
from app.components.panels import table, unanswered
from app.data import numeric, read, rows
from app.filters import page_filter
from metrics.catalogue import catalogue

STATUS = {"succeeded": "built, tests passed", "untested": "built, tests did not run"}
BEHAVIOUR = {
    "flow": "adds up over the months",
    "stock": "at the end of the months",
    "first": "at their start",
    "now": "as of the as-of date",
}
WHEN = "D MMM YYYY, HH:mm"
tower, filters = head("Data health")
st.caption("Loads and builds are those of the whole warehouse, whatever the selection.")

loads, builds = read("load_runs", {}), read("publications", {})
last, build = (frame.iloc[0] if len(frame) else None for frame in (loads, builds))
shown: list[tuple[str, str, str]] = []
if last is not None:
    note = f"Load {last['load_run_id']} {last['status']} at {last['finished_at']:%d %b %Y, %H:%M} UTC."
    days = (tower.as_of - last["data_start_date"]).days + 1 if last["data_start_date"] else 0
    span = f"{last['data_start_date']:%d %b %Y} to {tower.as_of:%d %b %Y}." if days else "The load has no window."
    shown += [
        ("Days of data", f"{days:,}", span),
        ("Last load", "OK" if last["status"] == "succeeded" else "Failed", note),
        (
            "Rows read",
            f"{last['rows_read']:,}",
            f"{last['rows_loaded']:,} loaded and {last['rows_rejected']:,} rejected.",
        ),
        ("Rows rejected", f"{last['rows_rejected']:,}", "Of the last load; each is listed below where it is kept."),
    ]
if build is not None:
    words = STATUS.get(str(build["status"]), str(build["status"]))
    note = f"Build {build['publication_id']} of {build['published_at']:%d %b %Y, %H:%M} UTC: {words}."
    shown.append(
        ("Tests of the build", f"{build['tests']:,}" if build["status"] == "succeeded" else "Did not run", note)
    )
grid = st.grid(5, min_column_width=150, gap="small")
for label, value, note in shown:
    grid.metric(label, value, help=note, border=True, height="stretch")
if last is not None and last["status"] != "succeeded":
    st.warning(f"The last load failed: {last['message']}. The numbers rest on an earlier one.", icon=":material/error:")
elif last is not None and build is not None and last["load_run_id"] != build["load_run_id"]:
    st.warning("The last load isn't in the numbers yet: run `make dbt-run`.", icon=":material/hourglass_empty:")
if build is not None and build["warnings"]:
    st.warning(f"The books of the last build do not tie: {build['warnings']}.", icon=":material/balance:")
if build is not None and build["status"] != "succeeded":
    st.warning("The tests did not run with the last build: run `make dbt-test`.", icon=":material/rule:")

st.subheader("Do the books agree?", help="MRR from the subscription ledger beside what invoices and payments say.")
cards(tower, filters, "mrr invoiced_mrr unexplained_mrr payment_recovery days_to_pay")

st.subheader("What the numbers rest on")
coverage = rows(tower, "coverage", filters)
dates = {
    name: st.column_config.DateColumn(name.replace("_", " ").capitalize(), format="D MMM YYYY")
    for name in ("first_day", "last_day", "as_of_date", "data_start_date")
}
count = {
    name: st.column_config.NumberColumn(name.replace("_", " ").capitalize(), format="localized")
    for name in ("records", "within_the_months", "rows")
}
table(
    "Records by source",
    coverage,
    columns={**dates, **count},
    help="Records of the selection, in all and within the months.",
    filters=filters,
)
if note := unanswered(filters, ["segment", "region"], "Marketing spend"):
    st.caption(note)
sizes = numeric(read("mart_sizes", {}), "rows", "megabytes")
sizes_help = "Rows as the server counted them when the mart was built; size with indexes. The whole warehouse."
size = {"megabytes": st.column_config.NumberColumn("MB", format="%.1f")}

st.subheader("Loads, files and builds")
table(
    "Last loads",
    loads.assign(is_complete=loads["is_complete"].astype(bool)),
    columns={
        "finished_at": st.column_config.DatetimeColumn("Finished (UTC)", format=WHEN),
        "is_complete": st.column_config.CheckboxColumn("Read = loaded + rejected"),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        **dates,
    },
    filters=filters,
    empty="No load is recorded.",
)
left, right = st.columns(2)
with left:
    table(
        "Files of the load in use",
        read("load_files", {}),
        help="What became of the rows of each file, and its SHA-256.",
        filters=filters,
        empty="No file is recorded.",
    )
with right:
    table("Marts", sizes, columns={**count, **size}, help=sizes_help, filters=filters)
table(
    "Builds",
    builds.assign(status=builds["status"].map(lambda s: STATUS.get(s, s))),
    columns={"published_at": st.column_config.DatetimeColumn("Published (UTC)", format=WHEN), **dates},
    help="Models built and tests run with each published build.",
    filters=filters,
    empty="No build is published.",
)
if bool(read("rejects_exist", {})["exist"].iloc[0]):
    rejects = read("rejects", {})
    rule = page_filter("rule", "Rule", sorted(rejects["rule"].unique()), format_func=str)
    rejects = rejects[rejects["rule"] == rule] if rule else rejects
else:
    rejects = pd.DataFrame()
table(
    "Rejected rows",
    rejects,
    help="Rows that a load refused, with the reason; the last 5,000.",
    empty="No row is kept as rejected.",
    filters=filters,
)

st.subheader("What each number means")
text = st.text_input(
    "Search the definitions", placeholder="Part of a name or a definition", key="definitions"
).casefold()
meanings = pd.DataFrame(
    {
        "number": metric.label,
        "definition": metric.description,
        "over_time": BEHAVIOUR.get(metric.behaviour, metric.behaviour),
        "direction": metric.direction.replace("_", " "),
        "cut_by": ", ".join(metric.dimensions),
        "name": metric.name,
    }
    for metric in sorted(catalogue().values(), key=lambda metric: metric.label)
)
searched = (meanings["number"] + " " + meanings["definition"] + " " + meanings["name"]).str.casefold()
table(
    "Definitions",
    meanings[searched.str.contains(text, regex=False)],
    columns={"definition": st.column_config.TextColumn("Definition", width="large")},
    help=f"The {len(meanings)} metrics of the catalogue: one definition each, for the pages, the memo and exports.",
    empty="No definition holds this text.",
    filters=filters,
)
