"""KPI cards: value, change against prior period, prior year and target, sparkline, definition on hover, way on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from app.data import Tower, kpis, lacks_of, split
from app.filters import COMPARISONS, DIMENSIONS, Filters, add_months, shared
from app.pages import BY_KEY
from app.ui.formats import FEW, change, listed, number
from metrics import get_metric
from metrics.catalogue import Metric

Colour = Literal["normal", "inverse", "off"]
SHORT = {"prior_period": "on period", "prior_year": "on year"}


@dataclass(frozen=True)
class Fact:
    """A KPI of the selection: value, changes against both comparisons, its target, and what to know about it."""

    metric: Metric
    value: float
    changes: dict[str, str | None]
    target: float | None
    cases: float | None
    ignored: list[str]
    is_partial: bool
    history: list[float]
    lacks: tuple[str, ...] = ()  # tables that are not loaded

    @property
    def text(self) -> str:
        """The value with its unit."""
        return number(self.value, self.metric.format)

    @property
    def is_few(self) -> bool:
        """Whether a rate rests on too few cases to judge."""
        return self.cases is not None and self.cases < FEW

    @property
    def of_target(self) -> str:
        """Such as 98% of target $2.85M; empty where there is none."""
        if not self.target:
            return ""
        return f"{self.value / self.target:.0%} of target {number(self.target, self.metric.format)}"

    def judged(self, text: str) -> str:
        """The name of the colour of a change: green, red, or gray where no direction is good."""
        if self.is_few or self.metric.direction == "neutral" or is_flat(text):
            return "gray"
        return "green" if text.startswith("+") == (self.metric.direction == "up_is_good") else "red"


def is_flat(text: str) -> bool:
    """Whether a change, as it is shown, is none."""
    return text.lstrip("+-").startswith("0.0 ")


def facts(tower: Tower, filters: Filters, names: Sequence[str]) -> list[Fact]:
    """The KPIs of the selection, as cards and reports show them."""
    metrics, lacks = [get_metric(name) for name in names], lacks_of(tower).metrics
    asked = list(dict.fromkeys([*names, *(m.sample for m in metrics if m.sample)]))
    targets = [m.target for m in metrics if m.target and not _ignored(m.target, filters)]
    now = kpis(tower, [*asked, *targets], filters.values, filters.start, filters.end).iloc[0]
    before = {compare: _before(tower, filters, metrics, compare) for compare in COMPARISONS}
    series = [m.name for m in metrics if m.behaviour != "now"]
    history = split(tower, filters, series, grain="month", whole=True) if series else pd.DataFrame()
    rates = ("percent", "ratio", "days", "hours", "months")
    return [
        Fact(
            metric,
            value := float(now[metric.name]),
            {c: change(value, float(row.get(metric.name, math.nan)), metric.format) for c, row in before.items()},
            float(now[target]) if (target := metric.target or "") in now and now[target] > 0 else None,
            float(now[metric.sample]) if metric.sample and metric.format in rates else None,
            _ignored(metric.name, filters),
            tower.is_partial and filters.end == tower.last_month and metric.behaviour != "now",
            history[metric.name].dropna().tolist() if metric.name in history else [],
            lacks.get(metric.name, ()),
        )
        for metric in metrics
    ]


def cards(tower: Tower, filters: Filters, names: Sequence[str] | str, per_row: int = 5) -> None:
    """A grid of KPI cards, up to `per_row` beside each other and fewer on narrow screens; names may be one text."""
    show(tower, filters, facts(tower, filters, names.split() if isinstance(names, str) else names), per_row)


def show(tower: Tower, filters: Filters, found: Sequence[Fact], per_row: int = 5) -> None:
    """Cards of facts that are already known."""
    grid = st.grid(per_row, min_column_width=150, gap="small")
    for fact in found:
        with grid.container(border=True, height="stretch", gap="xxsmall"):
            _card(tower, filters, fact)


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


def _card(tower: Tower, filters: Filters, fact: Fact) -> None:
    metric, notes, said = fact.metric, [fact.metric.description], []
    colours: dict[str, Colour] = {"up_is_good": "normal", "down_is_good": "inverse"}
    if fact.cases is not None and not math.isnan(fact.cases):
        notes.append(f"n = {fact.cases:,.0f}")
        if fact.cases < 3 * FEW:
            said.append(f"n = {fact.cases:,.0f}" + (", too few to judge" if fact.is_few else ""))
    if math.isnan(fact.value) and not fact.lacks:
        said.append("no value in this selection")
    if fact.ignored:
        notes.append(f"Not recorded by {' or '.join(fact.ignored)}: this card does not answer to that filter.")
    if fact.lacks:
        said.append(f"needs {listed(fact.lacks)}")
    elif fact.is_partial:
        said.append(f"month to {tower.as_of:%d %b}")
    main = fact.changes[filters.compare]
    other = next(compare for compare in COMPARISONS if compare != filters.compare)
    if text := fact.changes[other]:
        said.append(f":{fact.judged(text)}[{text}] {SHORT[other]}")
    if fact.target:
        share = fact.value / fact.target
        said.append(f":{'green' if share >= 1 else 'red' if share < 0.95 else 'orange'}[{fact.of_target}]")
    is_judged = main is not None and fact.judged(main) != "gray"
    st.metric(
        metric.label + (" *" if fact.ignored else ""),
        f":gray[{fact.text}]" if fact.is_few else fact.text,
        main,
        delta_color=colours.get(metric.direction, "off") if is_judged else "off",
        delta_arrow="off" if main and is_flat(main) else "auto",
        delta_description=SHORT[filters.compare] if main else None,
        help="\n\n".join(notes),
        chart_data=fact.history if len(fact.history) > 1 else None,
        chart_type="area",
    )
    if said:
        st.markdown(f":small[{' · '.join(said)}]")  # captions fade, and coloured text in them becomes too pale to read
    page = BY_KEY.get(metric.page or "")
    if page and page.key != st.session_state.get("page"):
        st.page_link(
            page.script,
            label=f":small[{page.title}]",
            icon=":material/arrow_forward:",
            query_params=shared(filters),
            help=f"{metric.label}: open {page.title}",
        )
