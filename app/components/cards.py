"""KPI cards: value, change against the comparison, sparkline, and the definition on hover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from app.components.formats import FEW, change, number
from app.data import Tower, kpis
from app.filters import DIMENSIONS, Filters, add_months
from metrics import get_metric

Colour = Literal["normal", "inverse", "off"]


def cards(tower: Tower, filters: Filters, names: Sequence[str], per_row: int = 5) -> None:
    """A grid of KPI cards."""
    metrics = [get_metric(name) for name in names]
    asked = list(dict.fromkeys([*names, *(m.sample for m in metrics if m.sample)]))
    now = kpis(tower, asked, filters.values, filters.start, filters.end).iloc[0]
    earlier = filters.compared(tower.first_month)
    stocks = [m.name for m in metrics if m.behaviour == "stock"]
    before = (
        kpis(tower, asked, earlier.values, earlier.start, earlier.end).iloc[0] if earlier else pd.Series(dtype=float)
    )
    if earlier is None and stocks:  # a stock needs only the end of the comparison range
        before = _stock_before(tower, filters, stocks)
    series = [m.name for m in metrics if m.behaviour != "now"]
    history = (
        kpis(tower, series, filters.values, tower.first_month, filters.end, grain="month") if series else pd.DataFrame()
    )
    for first in range(0, len(metrics), per_row):
        for place, metric in zip(st.columns(per_row), metrics[first : first + per_row], strict=False):
            _card(place, metric.name, now, before, history, filters)


def _stock_before(tower: Tower, filters: Filters, stocks: list[str]) -> pd.Series:
    end = add_months(filters.end, -(12 if filters.compare == "prior_year" else filters.months))
    if end < tower.first_month:
        return pd.Series(dtype=float)
    return kpis(tower, stocks, filters.values, end, end).iloc[0]


def _card(
    place: st.delta_generator.DeltaGenerator,
    name: str,
    now: pd.Series,
    before: pd.Series,
    history: pd.DataFrame,
    filters: Filters,
) -> None:
    metric = get_metric(name)
    value = float(now[name])
    delta = change(value, float(before[name]), metric.format) if name in before and metric.behaviour != "now" else None
    colours: dict[str, Colour] = {"up_is_good": "normal", "down_is_good": "inverse"}
    colour: Colour = colours.get(metric.direction, "off")
    notes = [metric.description]
    label = metric.label
    if metric.sample and metric.format in ("percent", "ratio", "days", "hours", "months"):
        count = float(now[metric.sample])
        notes.append(f"n = {count:,.0f}")
        if count < FEW:
            label += f" (n = {count:,.0f})"
            colour = "off"
    ignored = [DIMENSIONS[d].lower() for d, values in filters.values.items() if values and d not in metric.dimensions]
    if ignored:
        notes.append(f"Not recorded by {' or '.join(ignored)}: this card does not answer to that filter.")
        label += " *"
    spark = history[name].dropna().tolist() if name in history else []
    place.metric(
        label,
        number(value, metric.format),
        delta,
        delta_color=colour,
        help="\n\n".join(notes),
        border=True,
        chart_data=spark if len(spark) > 1 else None,
        chart_type="area",
        height="stretch",
    )
