"""Features: who uses which, how often they come back, and whether those who stay use them more."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.data import Tower, kpis, rows
from app.filters import Filters, add_months, month_label, page_filter
from app.ui import charts, points
from app.ui.drill import Point, accounts
from app.ui.panels import chart, table

RATES = {"feature_adoption_rate": "Adoption", "feature_popularity": "Popularity", "feature_stickiness": "Stickiness"}


def features_used(tower: Tower, filters: Filters) -> dict[str, tuple[str, ...]]:
    """The section of the adoption page; returns the selection with the chosen modules and feature."""
    features = rows(tower, "features", filters)
    left, right = st.columns([3, 2])
    with left:
        modules = page_filter("module", "Modules", sorted(features["module"].unique()), default=[], many=True)
    with right:
        within = features[features["module"].isin(modules)] if modules else features
        feature = page_filter("feature", "Feature", list(within["feature_name"]), format_func=str)
    chosen = {**filters.values, "module": tuple(modules), "feature_name": (feature,) if feature else ()}
    end, judged = filters.end, min(filters.end, add_months(tower.last_month, -3 - tower.is_partial))
    of_last_month = partial(accounts, tower, filters.narrowed(end), "features")

    def using(point: Point) -> pd.DataFrame:
        """The accounts that could use a feature, with what they did."""
        return of_last_month(feature=point.value)

    def in_segment(point: Point) -> pd.DataFrame:
        """Those of one segment: a cell."""
        name, segment = str(point.value).rsplit(points.CELL, 1)
        return accounts(tower, filters.narrowed(end, segment=segment), "features", feature=name)

    keys = ["feature_name", "module", "is_beta"]
    counts = ["using_accounts", "eligible_feature_accounts", "feature_users"]
    used = kpis(tower, [*RATES, *counts], chosen, end, end, keys)
    gaps = kpis(tower, ["feature_usage_gap", "feature_churned_accounts"], chosen, judged, judged, keys)
    used = used.merge(gaps, on=keys, how="left").merge(features[["feature_name", "released_date"]], on="feature_name")
    table(
        "Features",
        used.sort_values("feature_adoption_rate", ascending=False),
        columns={
            "feature_name": "Feature",
            **{name: st.column_config.NumberColumn(label, format="percent") for name, label in RATES.items()},
            "using_accounts": st.column_config.NumberColumn("Accounts using it", format="%.0f"),
            "eligible_feature_accounts": st.column_config.NumberColumn("that could", format="%.0f"),
            "feature_users": st.column_config.NumberColumn("Users (28 days)", format="%.0f"),
            "feature_usage_gap": st.column_config.NumberColumn("Usage gap", format="%+.2f"),
            "feature_churned_accounts": st.column_config.NumberColumn("n churned", format="%.0f"),
            "released_date": st.column_config.DateColumn("Released", format="D MMM YYYY"),
        },
        help=f"In {month_label(end)}. Adoption: accounts using ÷ accounts that could. Popularity: users ÷ active "
        "users. Stickiness: mean weekly ÷ 28-day users. Usage gap: uses per retained account less per churned one.",
        filters=filters,
        drill=using,
    )
    tall = max(240, 60 + 22 * len(used))
    left, right = st.columns(2)
    with left:
        cells = kpis(tower, ["feature_adoption_rate"], chosen, end, end, ["feature_name", "segment"])
        cells = cells.sort_values("segment", key=lambda s: s.map(["SMB", "Mid-Market", "Enterprise"].index))
        chart(
            "Adoption by segment",
            points.matrix(cells, "feature_name", "segment", "feature_adoption_rate"),
            help=f"Accounts using ÷ accounts that could, in {month_label(end)}.",
            drill=in_segment,
            height=tall,
        )
    with right:
        labels = {"feature_popularity": "Popularity", "feature_stickiness": "Stickiness", "feature_users": "Users"}
        chart(
            "Popular and sticky",
            points.bubbles(used, labels, "module", "feature_name", tick=".0%"),
            help="Up and to the right: many users, and they come back each week. Size: users of 28 days.",
            drill=using,
            height=tall,
        )
    left, right = st.columns(2)
    with left:
        largest = gaps.sort_values("feature_usage_gap", ascending=False).head(12)
        chart(
            "Usage gap: accounts that stay less those that leave",
            charts.bars(
                largest,
                "feature_name",
                "feature_usage_gap",
                kind="number",
                n="feature_churned_accounts",
                horizontal=True,
            ),
            help="Uses in four weeks per account that still paid three months later, less those per account that "
            "did not. A click lists the accounts that could use it, and whether those that did stayed.",
            note=f"By use in {month_label(judged)}, the latest month that can be judged; n: accounts that left.",
            empty="No account left within the three months after, or they aren't over.",
            drill=lambda point: accounts(tower, filters.narrowed(judged), "features", feature=point.value),
            height=400,
        )
    with right:
        beta = kpis(tower, list(RATES), chosen, end, end, ["is_beta"]).set_index("is_beta")[list(RATES)]
        beta = beta.rename(index={True: "Beta", False: "Released"}, columns=RATES).T.rename_axis("rate").reset_index()
        chart(
            "Beta features beside released ones",
            charts.stacked(beta, "rate", {kind: kind for kind in beta.columns[1:]}, ".0%", side_by_side=True),
            help=f"In {month_label(end)}; the same three rates as in the table, over all features of a kind.",
            drill=lambda point: of_last_month(
                modules=chosen["module"], feature=feature, is_beta=point.series == "Beta"
            ),
            height=400,
        )
    return chosen
