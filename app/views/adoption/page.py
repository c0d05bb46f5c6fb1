"""Product adoption: who uses the product, which features, how soon, and what that says about who stays."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.data import in_order, kpis, numeric, rows, split
from app.found import Found
from app.selection import Filters
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts, on_day, week
from app.ui.head import head
from app.ui.panels import chart, table
from app.ui.survival import activation, reached
from app.views.adoption.features import features_used, users_of

visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(
    visit,
    "mau wau stickiness weekly_stickiness active_accounts feature_adoption_rate activation_rate "
    "account_activation_rate time_to_value_accounts product_errors",
)
left, right = st.columns([3, 2])
with left:
    daily = split(tower, filters, ["dau", "wau", "mau"], grain="day", whole=True)
    active = daily.frame.copy()
    active.loc[:5, "wau"] = active.loc[:26, "mau"] = None
    chart(
        visit,
        "Active users by day",
        charts.lines(
            active[active["period"] >= filters.start],
            "period",
            {"dau": "DAU", "wau": "WAU", "mau": "MAU"},
            zero=True,
            markers=False,
        ),
        of=daily,
        help="Users with an event on the day, in the 7 and in the 28 days that end with it; WAU and MAU begin when the "
        "data cover their days. A click lists the accounts that were active on the day.",
        drill=lambda point: accounts(tower, filters, "account_user_days", "product_events", days=on_day(point.value)),
        marks=True,
    )
with right:
    sticky = split(tower, filters, ["stickiness", "weekly_stickiness"], grain="month", whole=True)
    chart(
        visit,
        "Stickiness by month",
        charts.lines(
            sticky.frame,
            "period",
            {"stickiness": "DAU ÷ MAU", "weekly_stickiness": "WAU ÷ MAU"},
            tick=".0%",
            zero=True,
        ),
        of=sticky,
        help="Mean of the days over the active users of the month, since the data begin. A click lists the accounts "
        "active in the month.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "active_accounts", "account_user_days"),
    )

chosen = features_used(visit)
left, right = st.columns(2)
with left:
    by = "feature_name" if chosen["feature_name"] or chosen["module"] else "module"
    trend = kpis(tower, ["feature_adoption_rate"], chosen, tower.first_month, filters.end, [by], grain="month")
    wide = trend.frame.pivot(index="period", columns=by, values="feature_adoption_rate").reset_index()
    chart(
        visit,
        "Adoption over the months",
        charts.lines(wide, "period", {name: name for name in wide.columns[1:]}, tick=".1%", markers=False),
        of=trend,
        help="Since the data begin; choose modules or a feature above to see features.",
        drill=lambda point: users_of(
            tower,
            filters.narrowed(point.value),
            feature=point.series if by == "feature_name" else None,
            modules=() if by == "feature_name" else (point.series,),
        ),
    )
with right:
    errors = split(tower, filters, ["product_errors"], grain="week")
    chart(
        visit,
        "Errors per week",
        charts.lines(
            errors.frame,
            "period",
            {"product_errors": "Errors"},
            zero=True,
            markers=False,
        ),
        of=errors,
        help="Error events in the product.",
        drill=lambda point: accounts(tower, filters, "product_errors", days=week(point.value, filters)),
        marks=True,
        weeks=visit.days,
    )
left, right = st.columns(2)
with left:
    begun = split(tower, filters, ["activation_rate", "eligible_users"], grain="month")
    chart(
        visit,
        "Activation within 14 days, by month of creation",
        charts.bars(
            begun.frame.fillna({"eligible_users": 0}), "period", "activation_rate", kind="percent", n="eligible_users"
        ),
        of=begun,
        help="Users at least 14 days old that reached the activation event in time; a login is not activation.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "activation_rate"),
    )
with right:
    waits = numeric(rows(tower, "activation_days", filters), "duration_days")
    chart(
        visit,
        "Accounts activated by days since the start",
        activation(in_order(waits, "segment", tower.company).frame, "segment", visit.look),
        of=waits,
        help="1 − Kaplan–Meier over the accounts that began within the months; those still waiting are censored. A "
        "click lists those activated by that day.",
        drill=partial(reached, waits, "segment", "is_activated"),
        empty=f"Fewer than ten accounts of each {tower.company.noun('segment')} began within these months.",
    )


def begun_in(row: pd.Series) -> Found:
    """The accounts of one row, since the data begin."""
    whole = Filters((), (), (), tower.first_month, tower.last_month, filters.compare)
    part = {} if row["dimension"] == "total" else {row["dimension"]: row["dimension_value"]}
    return rows(tower, "activation_days", whole.narrowed(**part))


value = rows(tower, "time_to_value", filters)
named = value.having(value.frame.assign(dimension=value.frame["dimension"].map(tower.company.label)))
medians = {f"{level}_median_days": f"{level.capitalize()}: median days" for level in ("accounts", "users")}
never = {f"{level}_not_activated": f"{level.capitalize()} never activated" for level in ("accounts", "users")}
table(
    visit,
    "Time to value",
    numeric(named, *medians, *never),
    columns={
        "dimension": "By",
        "dimension_value": "Value",
        **{name: st.column_config.NumberColumn(label, format="%.1f") for name, label in medians.items()},
        **{name: st.column_config.NumberColumn(label, format="percent") for name, label in never.items()},
    },
    help="Kaplan–Meier median days to activation, of everything that began within the data, whatever the months; empty "
    "where not even half have activated. Each filter narrows its own rows only: combinations aren't kept.",
    drill=lambda point: begun_in(value.frame.iloc[point.row]),
)
