"""Your data: of each source what was read, what there is to say of it, and which metrics and pages rest on it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from app.data import read, sources
from app.found import Found
from app.pages import BY_KEY
from app.ui.formats import plain
from app.ui.head import head
from app.ui.loads import say_if_behind
from app.ui.panels import table
from metrics.sources import COUNTED, Source, State, count

COLOURS = {"red": "red", "amber": "orange", "green": "green", "grey": "gray"}
FIGURES = {  # column: its title, and what it counts
    "rows": ("Rows", "Rows in the warehouse."),
    "rejected": ("Rejected", "Rows of its files that were refused."),
    "contradicted": ("Contradict", "Rows that cannot be true as they stand."),
    "learned": ("Learned", "Words in its rows that company.yml does not say."),
    "empty": ("Empty columns", "Columns in which no row has a value, but for those that many companies lack."),
    "metrics": ("Metrics", "Metrics that rest on it."),
    "pages": ("Pages", "Pages that rest on it."),
}
STATES = """
✓ Read whole: nothing to say of it.  
! Read, with notes: rows are rejected or contradict themselves, words are learned, or columns are empty.  
✗ Needed, not loaded: other tables of its system are loaded, and metrics wait for this one.  
✗ Mostly rejected: more than half of its rows.  
– Not loaded: what rests on it stays empty, and the rest is whole.
"""  # two blanks end a line


def label_of(source: Source) -> str:
    """The heading of a source."""
    rows = f", {count(source.rows)}" if source.rows else ""
    return f"{source.words}: {source.table}{rows}"


def said_of(source: Source) -> str:
    """What an expander says of a source, as a list."""
    lines = [plain(note) for note in source.notes]
    if source.files:
        read_from = ", ".join(f"{plain(file.name)} ({count(file.read)})" for file in source.files)
        lines.append(f"Read from {read_from}.")
    if source.currencies:
        amounts = ", ".join(f"{plain(code)} ({count(rows)})" for code, rows in source.currencies.items())
        lines.append(f"Amounts in {amounts}.")
    lines += [plain(sentence) for sentence in source.resting()]
    return "\n".join(f"- {line}" for line in lines)


def rows_of(found: Iterable[Source]) -> pd.DataFrame:
    """The table of sources."""
    frame = pd.DataFrame(
        {
            "state": source.words,
            "source": source.table,
            **source.figures,
            "metrics": len(source.metrics),
            "pages": len(source.pages),
            "first_day": source.first,
            "last_day": source.last,
            "currency": ", ".join(source.currencies or ()) or None,
        }
        for source in found
    )
    return frame.astype(dict.fromkeys(COUNTED, "Int64"))  # what is unknown or closed stays empty


visit = head()
build = visit.build
data = sources(build)
st.caption(
    f"As of load {data.load}, {data.loaded_at:%-d %b %Y, %H:%M} UTC: all files since the last load that replaced "
    "everything. The whole warehouse, whatever the selection."
)
say_if_behind(read(build.reader, "load_runs", {}), read(build.reader, "publications", {}))
if data.is_scoped:
    st.caption("Contradictions, empty columns and the reasons of rejected rows are closed to your row scope.")
st.markdown(" ".join(f":{COLOURS[state]}-badge[{words}: {number}]" for (state, words), number in data.states.items()))
loaded = [source for source in data.sources if source.state is not State.GREY]
absent = [source for source in data.sources if source.state is State.GREY]
table(
    visit,
    "Sources",
    Found(rows_of(data.sources)),
    columns={
        name: st.column_config.NumberColumn(label, format="localized", help=meaning)
        for name, (label, meaning) in FIGURES.items()
    }
    | {
        name: st.column_config.DateColumn(label, format="D MMM YYYY")
        for name, label in (("first_day", "First day"), ("last_day", "Last day"))
    },
    help=STATES,
)
st.page_link(
    BY_KEY["data_health"].script,
    label="Rejected rows, contradictions, words and stages one by one: Data health",
    icon=":material/arrow_forward:",
    query_params=visit.filters.parameters,
)

st.subheader("Source by source")
for source in loaded:
    with st.expander(label_of(source), expanded=bool(source.notes)):
        st.markdown(said_of(source))

st.subheader("Not loaded", help="What each of these would open. Nothing that is loaded is worse for want of it.")
table(
    visit,
    "What more data would open",
    Found(
        pd.DataFrame(
            {
                "source": source.table,
                "metrics": " · ".join(source.metrics) or None,
                "pages": " · ".join(source.pages) or None,
            }
            for source in absent
        )
    ),
    columns={
        "metrics": st.column_config.TextColumn("Metrics", width="large"),
        "pages": st.column_config.TextColumn("Pages", width="large"),
    },
    empty="Every table of the contract is loaded, or named above.",
)
