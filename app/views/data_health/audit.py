"""What the audit says of the warehouse: its last load and build, rejected rows, and totals that the user knows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import audited
from app.found import Found
from app.selection import Tower
from app.ui.filters import page_filter
from app.ui.formats import plain
from app.ui.loads import say_if_behind
from app.ui.panels import table
from app.ui.visit import Visit
from metrics.catalogue import catalogue

STATUS = {
    "succeeded": "built, tests passed",
    "untested": "built, tests did not run",
    "held": "built, tests passed, but far from what was shown before",
}
UNITS = {"money": "{:,.0f}", "count": "{:,.0f}", "share": "{:.0%}"}
EXPECTED = (
    "No total is known yet. Write those that you know into `expected.yml` in the data folder, one a line, such as "
    "`- {metric: mrr, month: 2026-03, value: 41250}`; `make check-expected` compares them with these numbers."
)


def state(tower: Tower, loads: pd.DataFrame, builds: pd.DataFrame) -> None:
    """Cards of the last load and build, and a warning where they failed or don't belong together."""
    standing = loads[loads["status"] != "undone"]
    last, build = (frame.iloc[0] if len(frame) else None for frame in (standing, builds))
    shown = _of_load(tower, last) if last is not None else []
    shown += _of_build(build) if build is not None else []
    grid = st.grid(5, min_column_width=165, gap="small")
    for label, value, note in shown:
        grid.metric(label, value, help=note, border=True, height="stretch")
    say_if_behind(loads, builds)
    if build is not None and build["warnings"]:
        st.warning(f"The books of the last build do not tie: {plain(build['warnings'])}.", icon=":material/balance:")
    if build is not None and build["status"] == "untested":
        st.warning(
            "The tests did not run on the build that is shown: run `make dbt-run dbt-test`.", icon=":material/rule:"
        )


def _of_load(tower: Tower, last: pd.Series) -> list[tuple[str, str, str]]:
    """Cards of a load: label, value, note."""
    note = f"Load {last['load_run_id']} {last['status']} at {last['finished_at']:%-d %b %Y, %H:%M} UTC."
    days = (tower.as_of - last["data_start_date"]).days + 1 if last["data_start_date"] else 0
    span = f"{last['data_start_date']:%-d %b %Y} to {tower.as_of:%-d %b %Y}." if days else "The load has no window."
    read_note = f"{last['rows_loaded']:,} loaded and {last['rows_rejected']:,} rejected."
    rejected_note = "Of the last load; each is listed below where it is kept."
    return [
        ("Days of data", f"{days:,}", span),
        ("Last load", "OK" if last["status"] == "succeeded" else "Failed", note),
        ("Rows read", f"{last['rows_read']:,}", read_note),
        ("Rows rejected", f"{last['rows_rejected']:,}", rejected_note),
    ]


def _of_build(build: pd.Series) -> list[tuple[str, str, str]]:
    """The card of a build."""
    words = STATUS.get(str(build["status"]), str(build["status"]))
    note = f"Build {build['publication_id']} of {build['published_at']:%-d %b %Y, %H:%M} UTC: {words}."
    return [("Tests of the build", f"{build['tests']:,}" if build["status"] != "untested" else "Not run", note)]


def held(visit: Visit) -> None:
    """Why the last build is held, where it is: what is further from what is shown than its bound allows."""
    holds, _ = audited(visit.build, "holds", "holds", "")
    if holds.empty:
        return
    for name in ("shown", "candidate"):
        holds[name] = [UNITS[unit].format(value) for unit, value in zip(holds["unit"], holds[name], strict=True)]
    table(
        visit,
        "What holds the last build",
        Found(holds.drop(columns="unit")),
        columns={"also": "More like it"},
        help="Too far from what is shown: the bounds are those of plausibility in company.yml. `make publish FORCE=1 "
        'WHY="…"` shows it all the same, `make undo-load dbt-run dbt-test` takes back a load that replaced another.',
    )


def expected(visit: Visit, builds: pd.DataFrame) -> None:
    """The totals of expected.yml beside what the marts said."""
    checks, empty = audited(visit.build, "expected_checks", "expected_checks", EXPECTED)
    stale = len(checks) and len(builds) and checks["load_run_id"].iloc[0] != builds["load_run_id"].iloc[0]
    if stale:
        message = "These totals were compared with an earlier load: run `make check-expected`."
        st.warning(message, icon=":material/hourglass_empty:")
    labels = {name: metric.label for name, metric in catalogue().items()}
    if len(checks):
        checks.insert(0, "number", checks["metric"].map(labels).fillna(checks["metric"]))
        checks["verdict"] = checks["verdict"].map({"as expected": "✓ as expected", "off": "✗ off"}).fillna("? no value")
    table(
        visit,
        "Totals that you know",
        Found(checks.drop(columns=["metric", "load_run_id"], errors="ignore")),
        columns={
            "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
            **{
                name: st.column_config.NumberColumn(name.capitalize(), format="localized")
                for name in ("expected", "found", "difference", "tolerance")
            },
            "line": "Line of expected.yml",
            "checked_at": st.column_config.DatetimeColumn("Compared (UTC)", format="D MMM YYYY, HH:mm"),
        },
        help="From expected.yml as last compared, what is off first. The whole warehouse, whatever the selection.",
        empty=empty,
    )


def rejected(visit: Visit) -> None:
    """The rows that loads refused, by rule."""
    rejects, empty = audited(visit.build, "rejected_rows", "rejects", "No row is kept as rejected.")
    if len(rejects):
        rule = page_filter(visit, "rule", "Rule", sorted(rejects["rule"].unique()), format_func=str)
        rejects = rejects[rejects["rule"] == rule] if rule else rejects
    table(
        visit,
        "Rejected rows",
        Found(rejects),
        help="Rows that a load refused, with the reason; the last 5,000.",
        empty=empty,
    )


def contradicted(visit: Visit) -> None:
    """The rows that contradict themselves, and what is believed of them."""
    found, empty = audited(visit.build, "contradictions", "contradictions", "No row that is loaded contradicts itself.")
    table(
        visit,
        "Contradictions",
        Found(found),
        columns={"rows": st.column_config.NumberColumn("Rows", format="localized")},
        help="Rows that are loaded and cannot be true as they stand: what the numbers believe instead, with some keys.",
        empty=empty,
    )
