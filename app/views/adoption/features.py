"""Features: who uses which, how often they come back, and whether those who stay use them more."""

from __future__ import annotations

from datetime import date

import streamlit as st

from app.data import in_order, kpis, rows
from app.found import Found
from app.selection import Filters, Tower
from app.ui import charts, points
from app.ui.drill import Point
from app.ui.filters import page_filter
from app.ui.panels import chart, table
from app.ui.visit import Visit
from company.calendar import add_months, month_label

RATES = {"feature_adoption_rate": "Adoption", "feature_popularity": "Popularity", "feature_stickiness": "Stickiness"}
COUNTS = ["using_accounts", "eligible_feature_accounts", "feature_users"]
KEYS = ["feature_name", "module", "is_beta"]
KINDS = {True: "Beta", False: "Released"}
JUDGED_AFTER = 3  # months until it is known whether those who used a feature stayed
Chosen = dict[str, tuple[str, ...]]


def features_used(visit: Visit) -> Chosen:
    """The section of the adoption page; returns the selection with the chosen modules and feature."""
    tower, filters = visit.build, visit.filters
    features = rows(tower, "features", filters).frame
    left, right = st.columns([3, 2])
    with left:
        modules = page_filter(visit, "module", "Modules", sorted(features["module"].unique()), default=[], many=True)
    with right:
        within = features[features["module"].isin(modules)] if modules else features
        feature = page_filter(visit, "feature", "Feature", list(within["feature_name"]), format_func=str)
    chosen = {**filters.values, "module": tuple(modules), "feature_name": (feature,) if feature else ()}
    judged = min(filters.end, add_months(tower.last_month, -JUDGED_AFTER - tower.is_partial))
    used = kpis(tower, [*RATES, *COUNTS], chosen, filters.end, filters.end, KEYS)
    gaps = kpis(tower, ["feature_usage_gap", "feature_churned_accounts"], chosen, judged, judged, KEYS)
    released = features[["feature_name", "released_date"]]
    merged = used.frame.merge(gaps.frame, on=KEYS, how="left").merge(released, on="feature_name")
    used = used.having(merged).beside(gaps)
    _listed(visit, used)
    _by_segment_and_place(visit, chosen, used)
    left, right = st.columns(2)
    with left:
        _gaps(visit, gaps, judged)
    with right:
        _beta(visit, chosen)
    return chosen


def users_of(
    tower: Tower,
    filters: Filters,
    feature: str | None = None,
    modules: tuple[str, ...] = (),
    is_beta: bool | None = None,
) -> Found:
    """The accounts that could use some features in the last month of the range, with what they did."""
    return rows(tower, "feature_accounts", filters, feature=feature, modules=modules, is_beta=is_beta)


def _using(visit: Visit, month: date, point: Point) -> Found:
    """The accounts that could use a feature in a month, with what they did."""
    return users_of(visit.build, visit.filters.narrowed(month), feature=point.where["feature_name"])


def _listed(visit: Visit, used: Found) -> None:
    end = visit.filters.end
    table(
        visit,
        "Features",
        used.having(used.frame.sort_values("feature_adoption_rate", ascending=False)),
        columns={
            "feature_name": "Feature",
            **{name: st.column_config.NumberColumn(label, format="percent") for name, label in RATES.items()},
            "using_accounts": st.column_config.NumberColumn("Use it", format="%,.0f"),
            "eligible_feature_accounts": st.column_config.NumberColumn("Could", format="%,.0f"),
            "feature_users": st.column_config.NumberColumn("Users (28 days)", format="%,.0f"),
            "feature_usage_gap": st.column_config.NumberColumn("Usage gap", format="%+.2f"),
            "feature_churned_accounts": st.column_config.NumberColumn("n left", format="%,.0f"),
            "released_date": st.column_config.DateColumn("Released", format="D MMM YYYY"),
        },
        help=f"In {month_label(end)}. Adoption: accounts that use it ÷ accounts that could. Popularity: users ÷ active "
        "users. Stickiness: mean weekly ÷ 28-day users. Usage gap: uses per retained account less per one that left.",
        drill=lambda point: _using(visit, end, point),
    )


def _by_segment_and_place(visit: Visit, chosen: Chosen, used: Found) -> None:
    """Adoption by segment, and how popular features are beside how sticky."""
    tower, filters = visit.build, visit.filters
    tall = max(240, 60 + 22 * len(used.frame))

    def in_segment(point: Point) -> Found:
        """The accounts of one segment: a cell."""
        within = filters.narrowed(filters.end, segment=point.where["segment"])
        return users_of(tower, within, feature=point.where["feature_name"])

    left, right = st.columns(2)
    with left:
        found = kpis(tower, ["feature_adoption_rate"], chosen, filters.end, filters.end, ["feature_name", "segment"])
        cells = in_order(found, "segment", tower.company).frame
        chart(
            visit,
            f"Adoption by {tower.company.noun('segment')}",
            points.matrix(cells, "feature_name", "segment", "feature_adoption_rate"),
            of=found,
            help=f"Accounts using ÷ accounts that could, in {month_label(filters.end)}.",
            drill=in_segment,
            height=tall,
        )
    with right:
        labels = {"feature_popularity": "Popularity", "feature_stickiness": "Stickiness", "feature_users": "Users"}
        chart(
            visit,
            "Popular and sticky",
            points.bubbles(used.frame, labels, "module", "feature_name", tick=".0%"),
            of=used,
            help="Up and to the right: many users, and they come back each week. Size: users of 28 days.",
            drill=lambda point: _using(visit, filters.end, point),
            height=tall,
        )


def _gaps(visit: Visit, gaps: Found, judged: date) -> None:
    largest = gaps.frame.sort_values("feature_usage_gap", ascending=False).head(12)
    chart(
        visit,
        "Usage gap: accounts that stay less those that leave",
        charts.bars(
            largest,
            "feature_name",
            "feature_usage_gap",
            kind="number",
            n="feature_churned_accounts",
            horizontal=True,
        ),
        of=gaps,
        help="Uses in four weeks per account that still paid three months later, less those per account that "
        "did not. A click lists the accounts that could use it, and whether those that did stayed.",
        note=f"By use in {month_label(judged)}, the latest month that can be judged; n: accounts that left.",
        empty="No account left within the three months after, or they aren't over.",
        drill=lambda point: _using(visit, judged, point),
        height=400,
    )


def _beta(visit: Visit, chosen: Chosen) -> None:
    end = visit.filters.end
    found = kpis(visit.build, list(RATES), chosen, end, end, ["is_beta"])
    kinds = found.frame.set_index("is_beta")[list(RATES)].rename(index=KINDS, columns=RATES)
    rates = kinds.T.rename_axis("rate").reset_index()
    feature = next(iter(chosen["feature_name"]), None)
    chart(
        visit,
        "Beta features beside released ones",
        charts.stacked(rates, "rate", {kind: kind for kind in rates.columns[1:]}, ".0%", side_by_side=True),
        of=found,
        help=f"In {month_label(end)}; the same three rates as in the table, over all features of a kind.",
        drill=lambda point: users_of(
            visit.build,
            visit.filters.narrowed(end),
            modules=chosen["module"],
            feature=feature,
            is_beta=point.series == KINDS[True],
        ),
        height=400,
    )
