"""The forecast as a scorer: movements of MRR and deals in, MRR and bookings to come and the trials of both out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from company.calendar import add_months
from scoring.forecast import bookings, mrr
from scoring.forecast.bookings import Bookings, Deals, deals_of
from scoring.forecast.files import deals_in, history_of, last_day
from scoring.forecast.judging import Judged, figures
from scoring.forecast.mrr import History, MrrForecast, Trial
from scoring.shape import Figure, Scores, Table, digest

VERSION = "forecast-1"
MONEY = ("starting_mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "ending_mrr")
BANDS = ("low_95", "low_80", "high_80", "high_95")
MRR_COLUMNS = ("forecast_month", "months_ahead", *MONEY, *BANDS)
TRIAL_COLUMNS = ("known_month", "forecast_month", "months_ahead", "actual", "forecast", "drift", "monthly_step", *BANDS)
BOOKINGS_COLUMNS = ("quarter_start", "stand", "made_on", "won", "from_open", "from_new", "forecast", *BANDS, "actual")


@dataclass(frozen=True)
class Known:
    """What was known at the end of a day: whole months of MRR, and deals."""

    until: date
    history: History
    deals: Deals


@dataclass(frozen=True)
class Model:
    """What is foreseen, and what was foreseen of what has come since."""

    mrr: MrrForecast | None
    trials: list[Trial]
    bookings: Bookings | None
    quarters: list[Bookings]


class ForecastScorer:
    """Foresees MRR by parts for twelve months, and the bookings of the quarter."""

    name = "forecast"
    says = "MRR of the next twelve months and bookings of the quarter"

    def read(self, cursor: Any, until: date) -> Known:
        """Months that are over by the end of a day, and deals as they stood then."""
        cursor.execute("select fiscal_year_first_month from raw.company_settings")
        [year_starts] = cursor.fetchone()
        cut = until + timedelta(days=1)
        return Known(until, _history(cursor, cut, year_starts), _deals(cursor, cut, year_starts))

    def fit(self, known: Known) -> Model:
        """Forecasts from the end of what is known, and from earlier ends."""
        return Model(*mrr.forecast(known.history), *bookings.forecast(known.deals, known.until))

    def score(self, model: Model, known: Known) -> Scores:
        """A row for each month to come, and tables of the trials and of bookings."""
        history = known.history
        rows = _months(model.mrr, history) if model.mrr else []
        trials = [row for trial in model.trials for row in _tried(trial, history)]
        quarters = [*model.quarters, *([model.bookings] if model.bookings else [])]
        more = (
            Table("mrr_backtest", TRIAL_COLUMNS, trials),
            Table("bookings_forecast", BOOKINGS_COLUMNS, [_quarter(one) for one in quarters]),
        )
        features = digest([VERSION, known.until, *_parts(history), *_parts(known.deals)])
        return Scores(
            "mrr_forecast",
            MRR_COLUMNS,
            rows,
            VERSION,
            known.until,
            features,
            history.size + len(known.deals.created),
            _notes(model, history),
            more,
        )

    def judge(self, model: Model, known: Known) -> list[Figure]:
        """On the company's own months and quarters that came after earlier forecasts."""
        return figures([(model.trials, model.quarters)], "the company's own past", is_of_company=True)

    def self_test(self) -> list[Figure]:
        """Nothing ships that has a future to be compared with."""
        return []

    def observe(self, company: Path) -> Judged:
        """Its forecasts of months and quarters of a synthetic company, beside what came."""
        history = history_of(company)
        deals = deals_in(company, history.first)
        return mrr.forecast(history)[1], bookings.forecast(deals, last_day(history))[1]

    def judge_companies(self, companies: Sequence[Judged]) -> list[Figure]:
        """Over all of their months and quarters."""
        return figures(companies, "months and quarters of synthetic companies")


def _history(cursor: Any, cut: date, year_starts: int) -> History:
    """The months that are over before a day, if they follow each other."""
    cursor.execute(
        "select revenue_month, starting_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churned_mrr, "
        "ending_mrr from intermediate.int_mrr_history where revenue_month < %s order by revenue_month",
        (add_months(cut, 0),),
    )
    rows = unbroken(cursor.fetchall(), cut)
    money = np.array([row[1:] for row in rows], dtype=float).reshape(len(rows), 7)
    first = rows[0][0] if rows else add_months(cut, 0)
    return History(first, money[:, 0], money[:, 1:6], money[:, 6], year_starts)


def unbroken(rows: Sequence[tuple[Any, ...]], cut: date) -> list[tuple[Any, ...]]:
    """The last rows whose months (their first column) follow each other up to the month before a day's."""
    found: list[tuple[Any, ...]] = []
    for row in reversed(rows):
        if row[0] != add_months(cut, -1 - len(found)):
            break
        found.insert(0, row)
    return found


def _deals(cursor: Any, cut: date, year_starts: int) -> Deals:
    """The deals created before a day, renewals left out, with their moves until then."""
    cursor.execute("select data_start_date from intermediate.int_as_of")
    [since] = cursor.fetchone()
    cursor.execute(
        "select deal_id, coalesce(segment, ''), pipeline, coalesce(amount, 0), created_at, "
        "case when closed_at < %(cut)s then closed_at end, is_won and closed_at < %(cut)s "
        "from intermediate.int_deal_scopes where not is_renewal and created_at < %(cut)s order by deal_id",
        {"cut": cut},
    )
    deals = cursor.fetchall()
    cursor.execute(
        "select pipeline, stage from intermediate.int_stages where outcome = 'open' order by pipeline, position"
    )
    stages = cursor.fetchall()
    cursor.execute(
        "select deal_id, pipeline, stage, entered_at from intermediate.int_deal_moves where entered_at < %s "
        "order by entered_at, deal_id, move_number",
        (cut,),
    )
    return deals_of(deals, stages, cursor.fetchall(), since, year_starts)


def _parts(known: History | Deals) -> list[object]:
    """What a forecast rests on, as plain values."""
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in vars(known).values()]


def _months(found: MrrForecast, history: History) -> list[tuple[Any, ...]]:
    columns = np.column_stack([found.starting, found.parts, found.ending, found.bands])
    return [
        (history.month(history.size + ahead), ahead + 1, *(f"{amount:.2f}" for amount in row))
        for ahead, row in enumerate(columns)
    ]


def _tried(trial: Trial, history: History) -> list[tuple[Any, ...]]:
    columns = np.column_stack(
        [trial.actual, trial.ending, trial.drift, np.full(len(trial.actual), trial.step), trial.bands]
    )
    return [
        (
            history.month(trial.known - 1),
            history.month(trial.known + ahead),
            ahead + 1,
            *(f"{value:.2f}" for value in row),
        )
        for ahead, row in enumerate(columns)
    ]


def _quarter(one: Bookings) -> tuple[Any, ...]:
    amounts = (one.won, one.from_open, one.from_new, one.total, *one.bands)
    actual = None if one.actual is None else f"{one.actual:.2f}"
    return (one.quarter, one.stand, one.day, *(f"{amount:.2f}" for amount in amounts), actual)


def _notes(model: Model, history: History) -> str:
    mrr_said = "12 months of MRR" if model.mrr else f"no MRR ({history.size} complete months, {mrr.LEAST} are needed)"
    return f"{mrr_said}, {'bookings of the quarter' if model.bookings else 'no bookings (too few deals or weeks)'}"
