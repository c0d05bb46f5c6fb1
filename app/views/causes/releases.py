"""Releases: what each did to tickets, errors and use, and whether it did harm, in words with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app.data import numeric, rows
from app.found import Found
from app.selection import Filters, Tower
from app.ui import charts
from app.ui.drill import Drill, Point, accounts, on_day
from app.ui.filters import page_filter
from app.ui.formats import plain
from app.ui.panels import chart, table, unanswered
from app.ui.visit import Visit
from metrics.company import Company
from metrics.formats import signed

FOUR_WEEKS = timedelta(days=27)  # from the first day of them to their last
CHANGES = {"technical_change": "technical", "errors_change": "errors", "usage_change": "usage"}  # what each counts
METRICS = {"errors": "product_errors", "usage": "product_events"}  # the other series count tickets
UNKNOWN = "Not yet known"  # the cause of a ticket

YES, NO = 0.5, 0.25  # growth of technical tickets per active account
RULE = (
    "Yes: {technical} per active account grew by {yes:.0%} or more. No: by less than {no:.0%}. Four weeks from "
    "the release day on against the four before, whatever the months."
)
TECHNICAL, ALL = "technical tickets", "tickets"  # what is judged: all of them where no category is known as technical


def judged_by(company: Company) -> str:
    """The tickets by which a release is judged, as a sentence calls them."""
    return TECHNICAL if company.knows_technical else ALL


def release_verdict(release: str, impact: pd.DataFrame, causes: pd.DataFrame, technical: str = TECHNICAL) -> str:
    """Markdown. `impact` has a row per release (app/queries/release_impact.sql), `causes` the root causes of the
    tickets before and after this one (release_causes.sql, without those not yet known), `technical` is how the tickets
    are called that it is judged by."""
    row = impact.set_index("version").loc[release]
    change = row["technical_change"]
    if pd.isna(change):
        return (
            f"{plain(release)} can't be judged: the data have nothing to compare in the four weeks before or after it."
        )
    place = int((impact["technical_change"] > change).sum()) + 1
    others = f", all {_moved(row, 'tickets')}" if technical != ALL else ""
    text = (
        f"**{'Yes' if change >= YES else 'No' if change < NO else 'Perhaps'}.** In the four weeks from "
        f"{row['released_date']:%-d %b %Y} on, {technical} went from {row['technical_before']:,.0f} to "
        f"{row['technical_after']:,.0f} ({_growth(change)} per active account){others}, "
        f"{_moved(row, 'errors')}; use changed by {_growth(row['usage_change'])}. "
        f"By the growth of {technical} it's number {place} of the "
        f"{impact['technical_change'].count()} releases that can be compared."
    )
    if change >= NO and len(causes):
        cause = causes.loc[(causes["after"] - causes["before"]).idxmax()]
        text += (
            f" In this selection the cause that grew most is “{plain(cause['root_cause_name'])}”: "
            f"{cause['before']:,.0f} before, {cause['after']:,.0f} after, {cause['still_open']:,.0f} still open."
        )
    return text


def _moved(row: pd.Series, what: str) -> str:
    """Such as errors from 10 to 20 (+90%)."""
    before, after, change = (row[f"{what}_{part}"] for part in ("before", "after", "change"))
    return f"{what} from {before:,.0f} to {after:,.0f} ({_growth(change)})"


def _growth(share: float) -> str:
    return "from nothing" if pd.isna(share) else signed(f"{share:+.0%}")


def releases(visit: Visit) -> None:
    """The section of the root causes page: a release in detail, and all of them side by side."""
    tower, filters = visit.build, visit.filters
    st.subheader("Releases")
    found = rows(tower, "release_impact", filters)
    found = numeric(found, *(c for c in found.frame.columns if c not in ("version", "released_date", "is_complete")))
    impact = found.frame
    if impact.empty:
        message = "No release is recorded up to the as-of date, so nothing can be compared with it."
        st.info(message, icon=":material/search_off:")
        return
    judged = impact.dropna(subset=["technical_change"]).sort_values("technical_change", ascending=False)
    worst = judged["version"].iloc[0] if len(judged) else impact["version"].iloc[-1]
    release = page_filter(visit, "release", "Release", list(impact["version"]), default=worst, format_func=str)
    day = impact.set_index("version").loc[release, "released_date"]
    moved = rows(tower, "release_causes", filters, released=day)
    moved = moved.where(moved.frame["root_cause_name"] != UNKNOWN)
    with st.container(border=True):
        technical = judged_by(tower.company)
        st.markdown(f"**Did {plain(release)} do harm?**", help=RULE.format(technical=technical, yes=YES, no=NO))
        st.markdown(release_verdict(release, impact, moved.frame, technical))
        if note := unanswered(visit, ["region", "acquisition_channel"], "The impact of a release"):
            st.caption(note)
    _around(visit, release, day, moved)
    _compared(visit, found)


def _behind(tower: Tower, filters: Filters, series: str, days: tuple[date, date]) -> Found:
    """The accounts behind technical tickets, all tickets, errors or use of some days."""
    category = tower.company.technical if series == "technical" else None
    return accounts(tower, filters, METRICS.get(series, "tickets"), days=days, category=category)


def _around(visit: Visit, release: str, day: date, moved: Found) -> None:
    """Days and causes of one release."""
    tower, filters = visit.build, visit.filters
    around = rows(tower, "release_days", filters, released=day)
    left, right = st.columns([3, 2])
    with left:
        series = {"technical": "Technical tickets"} if tower.company.knows_technical else {}
        series |= {"tickets": "All tickets", "errors": "Errors"}
        figure = charts.lines(around.frame, "day", series, markers=False, zero=True)
        mark = pd.DataFrame({"kind": ["release"], "day": [day], "label": [release]})
        chart(
            visit,
            f"Tickets and errors around {release}",
            charts.mark(figure, mark) if figure else None,
            of=around,
            help="By day, four weeks before to eight weeks after, whatever the months; answers to all three filters.",
            drill=lambda point: _behind(tower, filters, point.series, on_day(point.where["day"])),
        )
    with right:
        grown = moved.frame.head(8)
        labels = [f"{b:,} → {a:,}" for b, a in zip(grown["before"], grown["after"], strict=True)]
        chart(
            visit,
            f"Causes in the four weeks after {release}",
            charts.bars(grown, "root_cause_name", "after", labels=labels, horizontal=True),
            of=moved,
            help="Tickets opened in the four weeks from the release on, with those of the four weeks before.",
            drill=lambda point: accounts(
                tower, filters, "tickets", root_cause_name=point.value, days=(day, day + FOUR_WEEKS)
            ),
        )


def _after(visit: Visit, impact: pd.DataFrame, what: str | None = None) -> Drill:
    """A drill to the accounts behind the four weeks after a clicked release, for the clicked series or for `what`."""
    days = impact.set_index("version")["released_date"]
    known = replace(visit.filters, region=(), acquisition_channel=())  # the impact is known by segment only

    def after(point: Point) -> Found:
        since = days[point.where["version"]]
        return _behind(visit.build, known, what or CHANGES[point.series], (since, since + FOUR_WEEKS))

    return after


def _compared(visit: Visit, found: Found) -> None:
    """All releases side by side."""
    impact = found.frame
    technical = judged_by(visit.build.company)
    labels = {"technical_change": technical.capitalize(), "errors_change": "Errors", "usage_change": "Use"}
    chart(
        visit,
        "Change in the four weeks after each release",
        charts.stacked(
            impact.dropna(subset=["technical_change"]).sort_values("released_date"),
            "version",
            labels,
            "+.0%",
            side_by_side=True,
        ),
        of=found,
        help="Growth per active account against the four weeks before; only releases whose eight weeks the data cover.",
        drill=_after(visit, impact),
    )
    changes = [name for name in impact.columns if name.endswith("_change")]
    counts = [name for name in impact.columns if name.endswith(("_before", "_after"))]
    shown = [name for name in (*changes, *counts) if technical == TECHNICAL or not name.startswith("technical")]
    table(
        visit,
        "Releases before and after",
        found.having(impact[["version", "released_date", *shown]]),
        columns={
            "released_date": st.column_config.DateColumn("Released", format="D MMM YYYY"),
            **{
                name: st.column_config.NumberColumn(name.replace("_", " ").capitalize(), format="percent")
                for name in changes
            },
        },
        help="Changes per active account, and the counts in the four weeks before and from the release day on.",
        drill=_after(visit, impact, "tickets"),
    )
