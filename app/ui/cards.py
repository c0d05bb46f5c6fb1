"""KPI cards: value, change against prior period, prior year and target, sparkline, definition on hover, way on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
import streamlit as st

from app.data import kpis, lacks_of, split
from app.pages import BY_KEY
from app.selection import COMPARISONS, Filters, Tower
from app.ui.formats import FEW, listed
from app.ui.visit import Visit
from metrics import get_metric
from metrics.catalogue import Metric
from metrics.formats import UNKNOWN, Change, Currency, change, number

Colour = Literal["green", "red", "gray"]
ARROWS: dict[int, Literal["up", "down", "off"]] = {1: "up", -1: "down", 0: "off"}
SHORT = {"prior_period": "on period", "prior_year": "on year"}
RATES = ("percent", "ratio", "days", "hours", "months")  # formats of what can rest on too few cases


@dataclass(frozen=True)
class Fact:
    """A KPI of the selection: value, changes against both comparisons, its target, and what to know about it."""

    metric: Metric
    value: float
    changes: dict[str, Change | None]
    target: float | None
    cases: float | None
    ignored: list[str]
    is_partial: bool
    history: list[float]
    lacks: tuple[str, ...] = ()  # tables that are not loaded
    without: tuple[str, ...] = ()  # those that it would rest on too
    currency: Currency = UNKNOWN

    @property
    def text(self) -> str:
        """The value with its unit."""
        return number(self.value, self.metric.format, self.currency)

    @property
    def is_few(self) -> bool:
        """Whether a rate rests on too few cases to judge."""
        return self.cases is not None and self.cases < FEW

    @property
    def of_target(self) -> str:
        """Such as 98% of target $2.85M; empty where there is none."""
        if not self.target:
            return ""
        return f"{self.value / self.target:.0%} of target {number(self.target, self.metric.format, self.currency)}"

    def judged(self, change: Change | None) -> Colour:
        """The name of the colour of a change: green, red, or gray where no direction is good, or there is none."""
        if change is None or not change.direction or self.is_few or self.metric.direction == "neutral":
            return "gray"
        return "green" if (change.direction > 0) == (self.metric.direction == "up_is_good") else "red"


def facts(tower: Tower, filters: Filters, names: Sequence[str]) -> list[Fact]:
    """The KPIs of the selection, as cards and reports show them."""
    metrics, lacking = [_metric(name, tower) for name in names], lacks_of(tower)
    asked = list(dict.fromkeys([*names, *(m.sample for m in metrics if m.sample)]))
    targets = [m.target for m in metrics if m.target and not _ignored(m.target, tower, filters)]
    now = kpis(tower, [*asked, *targets], filters.asked, filters.start, filters.end).frame.iloc[0]
    before = {compare: _before(tower, filters, metrics, compare) for compare in COMPARISONS}
    series = [m.name for m in metrics if m.behaviour != "now"]
    history = split(tower, filters, series, grain="month", whole=True).frame if series else pd.DataFrame()
    return [
        Fact(
            metric,
            value := float(now[metric.name]),
            {
                c: change(value, float(row.get(metric.name, math.nan)), metric.format, tower.company.currency)
                for c, row in before.items()
            },
            _target(metric, now),
            float(now[metric.sample]) if metric.sample and metric.format in RATES else None,
            _ignored(metric.name, tower, filters),
            tower.is_partial and filters.end == tower.last_month and metric.behaviour != "now",
            history[metric.name].dropna().tolist() if metric.name in history else [],
            lacking.metrics.get(metric.name, ()),
            lacking.partly.get(metric.name, ()),
            tower.company.currency,
        )
        for metric in metrics
    ]


def cards(visit: Visit, names: Sequence[str] | str, per_row: int = 5) -> None:
    """A grid of KPI cards, up to `per_row` beside each other and fewer on narrow screens; names may be one text."""
    asked = names.split() if isinstance(names, str) else names
    show(visit, facts(visit.build, visit.filters, asked), per_row)


def show(visit: Visit, found: Sequence[Fact], per_row: int = 5) -> None:
    """Cards of facts that are already known."""
    grid = st.grid(per_row, min_column_width=150, gap="small")
    for fact in found:
        with grid.container(border=True, height="stretch", gap="xxsmall"):
            _card(visit, fact)


def _metric(name: str, tower: Tower) -> Metric:
    """A metric, defined in the company's words."""
    metric = get_metric(name)
    return replace(metric, description=tower.company.reworded(metric.description))


def _target(metric: Metric, now: pd.Series) -> float | None:
    target = metric.target or ""
    return float(now[target]) if target in now and now[target] > 0 else None


def _before(tower: Tower, filters: Filters, metrics: Sequence[Metric], compare: str) -> pd.Series:
    """The metrics of the comparison range; of one that begins before the data only what its last month tells."""
    earlier = filters.earlier(compare)
    start, end = earlier.start, earlier.end
    known = [m.name for m in metrics if m.behaviour != "now"]
    if start < tower.first_month:
        known, start = [m.name for m in metrics if m.behaviour == "stock"], end
    if end < tower.first_month or not known:
        return pd.Series(dtype=float)
    return kpis(tower, known, filters.asked, start, end).frame.iloc[0]


def _ignored(name: str, tower: Tower, filters: Filters) -> list[str]:
    known = get_metric(name).dimensions
    return [tower.company.noun(d) for d, values in filters.asked.items() if values and d not in known]


def _card(visit: Visit, fact: Fact) -> None:
    metric, main = fact.metric, fact.changes[visit.filters.compare]
    st.metric(
        metric.label + (" *" if fact.ignored else ""),
        f":gray[{fact.text}]" if fact.is_few else fact.text,
        main.said if main else None,
        delta_color=fact.judged(main),
        delta_arrow=ARROWS[main.direction] if main else "off",
        delta_description=SHORT[visit.filters.compare] if main else None,
        help="\n\n".join(_notes(fact)),
        chart_data=fact.history if len(fact.history) > 1 else None,
        chart_type="area",
    )
    if said := _said(visit, fact):
        st.markdown(f":small[{' · '.join(said)}]")  # captions fade, and coloured text in them becomes too pale to read
    page = BY_KEY.get(metric.page or "")
    if page and page is not visit.page:
        st.page_link(
            page.script,
            label=f":small[{page.title}]",
            icon=":material/arrow_forward:",
            query_params=visit.filters.parameters,
            help=f"{metric.label}: open {page.title}",
        )


def _notes(fact: Fact) -> list[str]:
    """What a card says on hover."""
    notes = [fact.metric.description]
    if fact.cases is not None and not math.isnan(fact.cases):
        notes.append(f"n = {fact.cases:,.0f}")
    if fact.ignored:
        notes.append(f"Not recorded by {' or '.join(fact.ignored)}: this card does not answer to that filter.")
    return notes


def _said(visit: Visit, fact: Fact) -> list[str]:
    """What a card says below its value."""
    said = []
    if fact.cases is not None and fact.cases < 3 * FEW:
        said.append(f"n = {fact.cases:,.0f}" + (", too few to judge" if fact.is_few else ""))
    if fact.lacks:
        said.append(f"needs {listed(fact.lacks)}")
    else:
        if fact.without:
            said.append(f"{'needs' if math.isnan(fact.value) else 'without'} {listed(fact.without)}")
        elif math.isnan(fact.value):
            said.append("no value in this selection")
        if fact.is_partial:
            said.append(f"month to {visit.build.as_of:%-d %b}")
    other = next(compare for compare in COMPARISONS if compare != visit.filters.compare)
    if changed := fact.changes[other]:
        said.append(f":{fact.judged(changed)}[{changed.said}] {SHORT[other]}")
    if fact.target:
        share = fact.value / fact.target
        said.append(f":{'green' if share >= 1 else 'red' if share < 0.95 else 'orange'}[{fact.of_target}]")
    return said
