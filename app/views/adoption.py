"""Product adoption: who uses the product, which features, how soon, and what that says about who stays."""

from __future__ import annotations

import streamlit as st

from app.components import charts, points
from app.components.cards import cards
from app.components.formats import words
from app.components.page import head
from app.components.panels import chart, table
from app.components.survival import activation
from app.data import kpis, numeric, rows, split
from app.filters import add_months, month_label, page_filter

RATES = {"feature_adoption_rate": "Adoption", "feature_popularity": "Popularity", "feature_stickiness": "Stickiness"}
tower, filters = head("Product adoption", marks=True)
cards(
    tower,
    filters,
    "mau wau stickiness weekly_stickiness active_accounts feature_adoption_rate activation_rate "
    "account_activation_rate time_to_value_accounts product_errors",
)
left, right = st.columns([3, 2])
with left:
    daily = split(tower, filters, ["dau", "wau", "mau"], grain="day", whole=True)
    daily.loc[:5, "wau"] = daily.loc[:26, "mau"] = None
    chart(
        "Active users by day",
        charts.lines(
            daily[daily["period"] >= filters.start],
            "period",
            {"dau": "DAU", "wau": "WAU", "mau": "MAU"},
            zero=True,
            markers=False,
        ),
        help="Users with an event on the day, in the 7 and in the 28 days that end with it; WAU and MAU begin when the "
        "data cover their days.",
        marks=True,
    )
with right:
    chart(
        "Stickiness by month",
        charts.lines(
            split(tower, filters, ["stickiness", "weekly_stickiness"], grain="month", whole=True),
            "period",
            {"stickiness": "DAU ÷ MAU", "weekly_stickiness": "WAU ÷ MAU"},
            tick=".0%",
            zero=True,
        ),
        help="Mean of the days over the active users of the month, since the data begin.",
    )

features = rows(tower, "features", filters)
left, right = st.columns([3, 2])
with left:
    modules = page_filter("module", "Modules", sorted(features["module"].unique()), default=[], many=True)
with right:
    within = features[features["module"].isin(modules)] if modules else features
    feature = page_filter("feature", "Feature", list(within["feature_name"]), format_func=str)
chosen = {**filters.values, "module": tuple(modules), "feature_name": (feature,) if feature else ()}
end, judged = filters.end, min(filters.end, add_months(tower.last_month, -3 - tower.is_partial))
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
    help=f"In {month_label(end)}. Adoption: accounts using ÷ accounts that could. Popularity: users ÷ active users. "
    "Stickiness: mean weekly ÷ 28-day users. Usage gap: uses per retained account less per churned one.",
    filters=filters,
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
        height=tall,
    )
with right:
    labels = {"feature_popularity": "Popularity", "feature_stickiness": "Stickiness", "feature_users": "Users"}
    chart(
        "Popular and sticky",
        points.bubbles(used, labels, "module", "feature_name", tick=".0%"),
        help="Up and to the right: many users, and they come back each week. Size: users of 28 days.",
        height=tall,
    )
left, right = st.columns(2)
with left:
    largest = gaps.sort_values("feature_usage_gap", ascending=False).head(12)
    chart(
        "Usage gap: accounts that stay less those that leave",
        charts.bars(
            largest, "feature_name", "feature_usage_gap", kind="number", n="feature_churned_accounts", horizontal=True
        ),
        help="Uses in four weeks per account that still paid three months later, less those per account that did not.",
        note=f"By use in {month_label(judged)}, the latest month that can be judged; n: accounts that left.",
        empty="No account left within the three months after, or they aren't over.",
        height=400,
    )
with right:
    beta = kpis(tower, list(RATES), chosen, end, end, ["is_beta"]).set_index("is_beta")[list(RATES)]
    beta = beta.rename(index={True: "Beta", False: "Released"}, columns=RATES).T.rename_axis("rate").reset_index()
    chart(
        "Beta features beside released ones",
        charts.stacked(beta, "rate", {kind: kind for kind in beta.columns[1:]}, ".0%", side_by_side=True),
        help=f"In {month_label(end)}; the same three rates as in the table, over all features of a kind.",
        height=400,
    )
left, right = st.columns(2)
with left:
    by = "feature_name" if feature or modules else "module"
    trend = kpis(tower, ["feature_adoption_rate"], chosen, tower.first_month, end, [by], grain="month")
    wide = trend.pivot(index="period", columns=by, values="feature_adoption_rate").reset_index()
    chart(
        "Adoption over the months",
        charts.lines(wide, "period", {name: name for name in wide.columns[1:]}, tick=".1%", markers=False),
        help="Since the data begin; choose modules or a feature above to see features.",
    )
with right:
    chart(
        "Errors per week",
        charts.lines(
            split(tower, filters, ["product_errors"], grain="week"),
            "period",
            {"product_errors": "Errors"},
            zero=True,
            markers=False,
        ),
        help="Error events in the product; the first and last week may be partial.",
        marks=True,
    )
left, right = st.columns(2)
with left:
    begun = split(tower, filters, ["activation_rate", "eligible_users"], grain="month").fillna({"eligible_users": 0})
    chart(
        "Activation within 14 days, by month of creation",
        charts.bars(begun, "period", "activation_rate", kind="percent", n="eligible_users"),
        help="Users at least 14 days old that reached the activation event in time; a login is not activation.",
    )
with right:
    waits = numeric(rows(tower, "activation_days", filters), "duration_days")
    chart(
        "Accounts activated by days since the start",
        activation(waits, "segment"),
        help="1 − Kaplan–Meier over the accounts that began within the months; those still waiting are censored.",
        empty="Fewer than ten accounts of each segment began within these months.",
    )
value = rows(tower, "time_to_value", filters)
medians = {f"{level}_median_days": f"{level.capitalize()}: median days" for level in ("accounts", "users")}
never = {f"{level}_not_activated": f"{level.capitalize()} never activated" for level in ("accounts", "users")}
table(
    "Time to value",
    numeric(value, *medians, *never).assign(dimension=value["dimension"].map(words)),
    columns={
        "dimension": "By",
        "dimension_value": "Value",
        **{name: st.column_config.NumberColumn(label, format="%.1f") for name, label in medians.items()},
        **{name: st.column_config.NumberColumn(label, format="percent") for name, label in never.items()},
    },
    help="Kaplan–Meier median days to activation, of everything that began within the data, whatever the months; empty "
    "where not even half have activated. Each filter narrows its own rows only: combinations aren't kept.",
    filters=filters,
)
