"""What lies ahead: a verdict, cards and scenarios over the months of MRR and the quarter's bookings to come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from app.data import kpis, rows
from app.found import Found
from app.selection import DIMENSIONS, Tower
from app.ui.colours import MOVEMENTS
from app.ui.filters import page_filter
from app.ui.panels import unanswered
from app.ui.visit import Visit
from app.views.forecast.scenario import Scenario, bookings_under, mrr_under
from company.calendar import add_months, month_label, quarter_label, quarter_start
from metrics.formats import Currency, money, number

WHOLE = "Of the whole company."
FAR = 6  # months ahead by which errors are told
CLOSED = "Closed to your row scope: the forecast is of the whole company."
STEPS = {  # parameter: label, options
    "win_rate": ("Win rate", range(-30, 35, 5)),
    "business": ("New business", range(-30, 35, 5)),
    "churn": ("Churn", range(-50, 55, 5)),
    "price": ("Price", range(-10, 21)),
}
SCENARIO = (
    "In per cent of what was. Win rate: open and new deals. New business: deals created from now on. Churn: the rate "
    "at which MRR leaves. Price: new customers pay it at once, a twelfth of the others' MRR each month. The link "
    "keeps it."
)
ERROR = (
    "The mean size of the error of forecasts from earlier months, which knew no more than was known then. Drift "
    "carries on the mean move of a month."
)
WITHIN = "How often MRR came to lie within the band of earlier forecasts, one to six months ahead."
MADE_OF = f"{WHOLE} Won, expected of open deals and of deals still to be created, without renewals."


@dataclass(frozen=True)
class Outlook:
    """What is known and expected of the whole company; `moved` and `quarter` are under the scenario."""

    history: pd.DataFrame
    months: Found
    moved: Found
    quarters: Found
    quarter: pd.Series | None
    target: float
    trials: Found
    scenario: Scenario


def read(visit: Visit, scenario: Scenario) -> Outlook:
    """The forecast under a scenario."""
    tower = visit.build
    found = (rows(tower, name, visit.filters) for name in ("mrr_ahead", "bookings_ahead", "mrr_trials"))
    months, quarters, trials = found
    current = quarters.frame[quarters.frame["is_current"].astype(bool)]
    quarter = None if current.empty else bookings_under(current.iloc[0], scenario)
    return Outlook(
        _history(tower, months.frame),
        months,
        months.having(mrr_under(months.frame, scenario)),
        quarters,
        quarter,
        math.nan if quarter is None else _target(tower, quarter),
        trials,
        scenario,
    )


def what_if(visit: Visit) -> Scenario:
    """What a person moves; it is kept in the address."""
    with st.container(border=True):
        st.markdown("**What if**", help=SCENARIO)
        chosen = {}
        for place, (key, (label, options)) in zip(st.columns(4), STEPS.items(), strict=True):
            with place:
                chosen[key] = page_filter(visit, key, label, options, default=0, format_func=_percent, slider=True)
    return Scenario(**chosen)


def unanswered_by(visit: Visit) -> str:
    """The note of panels on the whole company."""
    return unanswered(visit, [*DIMENSIONS, "pipeline"], "The forecast")


def verdict(visit: Visit, outlook: Outlook) -> str:
    """What is to be expected, in two sentences; empty where nothing is."""
    said, currency = [], visit.build.company.currency
    months, history, quarter = outlook.moved.frame, outlook.history, outlook.quarter
    if len(months) and len(history):
        last, now = months.iloc[-1], float(history["mrr"].iloc[-1])
        growth = f", {last['mrr'] / now - 1:+.0%} on {month_label(history['period'].iloc[-1])}" if now else ""
        said.append(
            f"MRR is expected to be **{money(last['mrr'], currency)}** in {month_label(last['period'])}{growth}; "
            f"with 80 % probability between {money(last['low_80'], currency)} and {money(last['high_80'], currency)}."
        )
    if quarter is not None:
        said.append(
            f"{quarter_label(quarter['quarter_start'], visit.build.year_starts)} should bring in "
            f"**{money(quarter['forecast'], currency)}** of bookings ({money(quarter['low_80'], currency)} to "
            f"{money(quarter['high_80'], currency)}), of which {money(quarter['won'], currency)} is won."
        )
    text = " ".join(said).replace("$", r"\$").replace("-", "−")
    return f"**Under your scenario:** {text}" if said and not outlook.scenario.is_as_was else text


def show_cards(visit: Visit, outlook: Outlook) -> None:
    """MRR in twelve and three months, bookings beside the plan, and how far off earlier forecasts were."""
    grid, note = st.grid(5, min_column_width=150, gap="small"), unanswered_by(visit)
    for label, value, said, help in _cards(visit, outlook):
        with grid.container(border=True, height="stretch", gap="xxsmall"):
            st.metric(f"{label} *" if note else label, value or "–", help="\n\n".join(filter(None, (help, note))))
            if said:
                st.markdown(f":small[{said}]".replace("$", r"\$"))


def _cards(visit: Visit, outlook: Outlook) -> list[tuple[str, str, str, str]]:
    """(label, value, what is said below, help); the value is empty where there is none."""
    found, currency = [], visit.build.company.currency
    for ahead in (12, 3):
        label, months = f"MRR in {ahead} months", outlook.moved.frame
        some = months[months["months_ahead"] == ahead]
        if some.empty:
            found.append((label, "", "", WHOLE))
        else:
            row = some.iloc[0]
            help = f"{WHOLE} At the end of {month_label(row['period'])}."
            found.append((label, money(row["mrr"], currency), _between(row, currency), help))
    return [*found, _bookings_card(visit, outlook), *_past_cards(outlook.trials.frame)]


def _between(row: pd.Series, currency: Currency) -> str:
    return f"80 %: {money(row['low_80'], currency)} to {money(row['high_80'], currency)}"


def _bookings_card(visit: Visit, outlook: Outlook) -> tuple[str, str, str, str]:
    tower, quarter, currency = visit.build, outlook.quarter, visit.build.company.currency
    start = quarter_start(tower.as_of + timedelta(days=1), tower.year_starts)
    label = f"Bookings of {quarter_label(start, tower.year_starts)}"
    if quarter is None:
        return label, "", "", MADE_OF
    said = _between(quarter, currency)
    if not math.isnan(outlook.target):
        said += f" · {quarter['forecast'] / outlook.target:.0%} of target {money(outlook.target, currency)}"
    return label, money(quarter["forecast"], currency), said, MADE_OF


def _past_cards(trials: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    labels = f"Error {FAR} months ahead", "Within the 80 % band"
    far = trials[trials["months_ahead"] == FAR]
    if far.empty:
        return [(labels[0], "", "", ERROR), (labels[1], "", "", WITHIN)]
    off, drift = (float((far[name] / far["actual"] - 1).abs().mean()) for name in ("forecast", "drift"))
    return [
        (labels[0], number(off, "percent"), f"drift alone: {number(drift, 'percent')}", ERROR),
        (labels[1], number(float(trials["is_within_80"].mean()), "percent"), f"n = {len(trials):,} forecasts", WITHIN),
    ]


def _history(tower: Tower, months: pd.DataFrame) -> pd.DataFrame:
    """MRR of the whole company and what moved it, by complete month."""
    names = ["mrr", *(movement.metric for movement in MOVEMENTS)]
    found = kpis(tower, names, {}, tower.first_month, tower.last_month, grain="month").frame
    last = months["period"].iloc[0] if len(months) else tower.last_month if tower.is_partial else None
    return found if last is None else found[pd.to_datetime(found["period"]) < pd.Timestamp(last)]


def _target(tower: Tower, quarter: pd.Series) -> float:
    """The plan of the quarter's bookings, nan where none is loaded."""
    start = quarter["quarter_start"]
    found = kpis(tower, ["bookings_target"], {}, start, add_months(start, 2)).frame["bookings_target"]
    value = float(found.iloc[0]) if len(found) else math.nan
    return value if value > 0 else math.nan


def _percent(value: int) -> str:
    return f"{value:+d} %".replace("-", "−") if value else "as it was"
