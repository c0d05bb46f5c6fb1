"""KPI cards: value, change against prior period, prior year and target, sparkline, definition on hover, way on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from app.components.formats import FEW, change, number
from app.data import Tower, kpis
from app.filters import COMPARISONS, DIMENSIONS, Filters, add_months, shared
from metrics import get_metric
from metrics.catalogue import Metric

Colour = Literal["normal", "inverse", "off"]
SHORT = {"prior_period": "on period", "prior_year": "on year"}
TARGETS = {"mrr": "mrr_target", "new_mrr": "new_mrr_target", "won_amount": "bookings_target"}
HOMES = {  # page: how the names of its metrics begin; the longest beginning that fits wins
    "movements": "mrr arr net_new new_ reactivat expansion contraction churned_ quick_ratio arpa active_customers "
    "gross_profit starting_ customer_months quarterly_net",
    "retention": "nrr grr logo_ revenue_retention cohort ltv voluntary involuntary",
    "conversion": "trial trials mature_trials converted tier_",
    "orders": "order average_order fulfilment",
    "pipeline": "win_rate won_ lost_ closed_ average_won sales_cycle deals_created open_deals open_pipeline stage_ "
    "entered_ overdue_pipeline weighted_pipeline crm_weighted pipeline_created sales_velocity",
    "forecast": "bookings due_pipeline due_deals pipeline_coverage slip",
    "reps": "activities completed_ overdue_activities due_activities activity_completion positive_ ramped quota",
    "marketing": "spend acquired cac ltv_cac roas magic previous_quarter first_touch last_touch linear position "
    "customer_retention mature_customers",
    "health": "scored average_health average_usage average_support average_revenue average_engagement healthy "
    "unhealthy at_risk inactive estimated_clv",
    "adoption": "activation account_activation eligible activated product_ logins feature_ active_accounts dau wau mau "
    "monthly_active stickiness weekly_stickiness using_ time_to_value",
    "support": "tickets first_response resolution open_and_breached escalated reopened csat backlog",
    "anomalies": "anomalies",
    "data_health": "unexplained invoice outstanding refunded payment failed_ recovered_ days_to_pay mrr_event netted",
}


def home(name: str) -> str:
    """The page where a KPI lives; empty when none is known."""
    fits = [(len(start), page) for page, starts in HOMES.items() for start in starts.split() if name.startswith(start)]
    return max(fits)[1] if fits else ""


def cards(tower: Tower, filters: Filters, names: Sequence[str], per_row: int = 5) -> None:
    """A grid of KPI cards, up to `per_row` beside each other and fewer on narrow screens."""
    metrics = [get_metric(name) for name in names]
    asked = list(dict.fromkeys([*names, *(m.sample for m in metrics if m.sample)]))
    targets = [TARGETS[name] for name in names if name in TARGETS and not _ignored(TARGETS[name], filters)]
    now = kpis(tower, [*asked, *targets], filters.values, filters.start, filters.end).iloc[0]
    before = {compare: _before(tower, filters, metrics, compare) for compare in COMPARISONS}
    series = [m.name for m in metrics if m.behaviour != "now"]
    history = (
        kpis(tower, series, filters.values, tower.first_month, filters.end, grain="month") if series else pd.DataFrame()
    )
    grid = st.grid(per_row, min_column_width=158, gap="small")
    for metric in metrics:
        with grid.container(border=True, height="stretch", gap="xxsmall"):
            _card(tower, filters, metric, now, before, history)


def _before(tower: Tower, filters: Filters, metrics: Sequence[Metric], compare: str) -> pd.Series:
    """The metrics of the comparison range; of one that begins before the data only what its last month tells."""
    shift = 12 if compare == "prior_year" else filters.months
    start, end = add_months(filters.start, -shift), add_months(filters.end, -shift)
    known = [m.name for m in metrics if m.behaviour != "now"]
    if start < tower.first_month:
        known, start = [m.name for m in metrics if m.behaviour == "stock"], end
    if end < tower.first_month or not known:
        return pd.Series(dtype=float)
    return kpis(tower, known, filters.values, start, end).iloc[0]


def _ignored(name: str, filters: Filters) -> list[str]:
    known = get_metric(name).dimensions
    return [DIMENSIONS[d].lower() for d, values in filters.values.items() if values and d not in known]


def _card(
    tower: Tower,
    filters: Filters,
    metric: Metric,
    now: pd.Series,
    before: dict[str, pd.Series],
    history: pd.DataFrame,
) -> None:
    value, label, notes = float(now[metric.name]), metric.label, [metric.description]
    colours: dict[str, Colour] = {"up_is_good": "normal", "down_is_good": "inverse"}
    colour: Colour = colours.get(metric.direction, "off")
    few = False
    said: list[str] = []
    if metric.sample and metric.format in ("percent", "ratio", "days", "hours", "months"):
        count = float(now[metric.sample])
        few = count < FEW
        notes.append(f"n = {count:,.0f}")
        if count < 3 * FEW:
            said.append(f"n = {count:,.0f}" + (", too few to judge" if few else ""))
    if ignored := _ignored(metric.name, filters):
        notes.append(f"Not recorded by {' or '.join(ignored)}: this card does not answer to that filter.")
        label += " *"
    if tower.is_partial and filters.end == tower.last_month and metric.behaviour != "now":
        said.append(f"month to {tower.as_of:%d %b}")
    changes = {
        compare: change(value, float(row[metric.name]), metric.format) if metric.name in row else None
        for compare, row in before.items()
    }
    main = filters.compare
    other = next(compare for compare in COMPARISONS if compare != main)
    if (text := changes[other]) is not None:
        said.append(f"{_coloured(text, metric.direction if not few else 'neutral')} {SHORT[other]}")
    if (target := TARGETS.get(metric.name, "")) in now and now[target] > 0:
        share = value / now[target]
        tint = "green" if share >= 1 else "red" if share < 0.95 else "orange"
        said.append(f":{tint}[{share:.0%}] of target {number(now[target], metric.format)}")
    spark = history[metric.name].dropna().tolist() if metric.name in history else []
    st.metric(
        label,
        f":gray[{number(value, metric.format)}]" if few and not math.isnan(value) else number(value, metric.format),
        changes[main],
        delta_color="off" if few else colour,
        delta_description=SHORT[main] if changes[main] else None,
        help="\n\n".join(notes),
        chart_data=spark if len(spark) > 1 else None,
        chart_type="area",
    )
    if said:
        st.caption(" · ".join(said))
    pages, page = st.session_state.get("pages", {}), home(metric.name)
    if page in pages and page != st.session_state.get("page"):
        st.page_link(
            pages[page],
            label=f":small[{pages[page].title}]",
            icon=":material/arrow_forward:",
            query_params=shared(filters),
            help=f"{metric.label}: open {pages[page].title}",
        )


def _coloured(text: str, direction: str) -> str:
    """A change in green or red by what is good for the metric; neutral ones stay as they are."""
    if direction == "neutral" or text.lstrip("+-").startswith("0.0"):
        return text
    return f":{'green' if text.startswith('+') == (direction == 'up_is_good') else 'red'}[{text}]"
