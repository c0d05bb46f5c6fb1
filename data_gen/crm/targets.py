"""Writes crm/targets: a plan made beforehand, shared by segment and region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import Floats, Ints, constant
from data_gen.billing.book import Billing
from data_gen.billing.simulation import movements
from data_gen.clock import month_number, month_start
from data_gen.crm.deal import WON, Deals
from data_gen.currency import currency_column
from data_gen.writer import Folder, dates, ids, labels, money


@dataclass(frozen=True)
class Planning:
    """Steady growth to a little above what happened."""

    months_ahead: int = 3  # the plan reaches beyond the data: coverage needs the rest of the quarter
    growth: float = 1.02
    growth_range: tuple[float, float] = (0.9, 4.0)
    stretch: float = 1.03
    quarter_end: float = 1.5
    other_months: float = 0.75
    noise: float = 0.02
    rounded_to: int = 10_000  # cents


PLANNING = Planning()
METRICS = ["mrr", "new_mrr", "bookings"]


def write_targets(billing: Billing, rng: np.random.Generator, deals: Deals, folder: Folder) -> None:
    """Write monthly targets of each metric for every segment and region."""
    shape = billing.shape
    begins = _months(billing)
    planned = np.stack([_mrr(billing, len(begins)), *_flows(billing, deals, begins)])
    values = planned * rng.normal(1.0, PLANNING.noise, planned.shape)
    metric, month, place = (part.ravel() for part in np.indices(values.shape))
    segment, region = np.divmod(place, len(shape.regions))
    rounded = np.round(values.ravel() / PLANNING.rounded_to).astype(np.int64) * PLANNING.rounded_to
    folder.write(
        "crm/targets",
        {
            "target_id": ids("T", np.arange(len(metric)), 5),
            "target_month": dates(begins[month]),
            "metric": labels(METRICS, metric),
            "segment": labels([s.name for s in shape.segments], segment),
            "region": labels([r.name for r in shape.regions], region),
            "target_value": money(rounded),
            **currency_column(shape, constant(0, place)),
        },
    )


def _months(billing: Billing) -> Ints:
    first = month_number(np.array([billing.plan.first]))
    return month_start(first + np.arange(billing.plan.months + PLANNING.months_ahead))


def _mrr(billing: Billing, ahead: int) -> Floats:
    """Steady growth of MRR from the opening to the last month that is drawn and on, (months, cells)."""
    shape, population, months = billing.shape, billing.population, billing.plan.months
    cell = shape.cell(population.segment, population.region)
    ends = billing.mrr_before(billing.plan.month_edges)
    opening, last = (np.bincount(cell, weights=ends[:, m], minlength=shape.cells) for m in (0, months))
    growth = np.where(opening > 0, last / np.maximum(opening, 1), 1.0) * PLANNING.growth
    steps = np.arange(1, ahead + 1)[:, None] / months
    return opening * np.clip(growth, *PLANNING.growth_range) ** steps


def _flows(billing: Billing, deals: Deals, begins: Ints) -> tuple[Floats, Floats]:
    """(new MRR, bookings): the mean of what happened, a little more, by season, (months, cells) each."""
    shape, population, months = billing.shape, billing.population, billing.plan.months
    rows = movements(billing, billing.plan.month_edges)
    cell = shape.cell(population.segment, population.region)[rows["account"]]
    quarter_end = shape.calendar.ends_quarter(month_number(begins) % 12)
    season = np.where(quarter_end, PLANNING.quarter_end, PLANNING.other_months)[:, None]
    won = deals.ends == WON
    new = np.bincount(cell, weights=rows["new"], minlength=shape.cells)[None, :]
    sold = shape.cell(deals.segment, deals.region)[won]
    amount = shape.reporting_cents(deals.amount, deals.currency)[won]
    booked = np.bincount(sold, weights=amount, minlength=shape.cells)[None, :]
    return new / months * season * PLANNING.stretch, booked / months * season * PLANNING.stretch
