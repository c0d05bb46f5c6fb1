"""Days that stand out as a scorer: the flows that anomalies are looked for in, and scores.daily_points out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from scoring.daily.series import BAND, LEAST_CASES, Event, Judged, Watched, events, judge
from scoring.shape import Figure, Scores, digest

VERSION = "daily-1"
KEPT = timedelta(days=91)  # of days that are shown
COLUMNS = (
    *("metric", "day", "dimension", "dimension_value", "amount", "expected_amount"),
    *("lower_amount", "upper_amount", "score", "is_told", "is_lead"),
)
MONEY_OF_MRR = 0.004  # by which money must be off to matter, of so many months of MRR; as of weeks
ON = "synthetic companies"
SUDDEN = ("cost_blow_out", "tracking_gap")  # planted incidents that a single day shows
FILES = Path(__file__).with_name("files.sql")
FLOWS = """
    select flows.metric, flows.flow_date, flows.segment, flows.region, flows.acquisition_channel, flows.amount
    from intermediate.int_anomaly_flows as flows
    inner join intermediate.int_anomaly_metrics as metrics on flows.metric = metrics.metric and metrics.grain = 'week'
    where flow_date <= %s
"""
METRICS = """
    select
        metrics.metric, metrics.unit = 'count' as is_count,
        case metrics.bad_direction when 'up' then 1 else -1 end as bad,
        metrics.months_of_mrr, greatest(sources.known_from, as_of.data_start_date) as first, sources.last_date as last,
        (select coalesce(sum(mrr), 0) from intermediate.int_account_mrr_monthly where revenue_month = as_of.last_month)
            as mrr
    from intermediate.int_anomaly_metrics as metrics
    inner join intermediate.int_loaded_sources as sources using (source_table)
    cross join intermediate.int_as_of as as_of
    where metrics.grain = 'week' and sources.last_date is not null
    order by metrics.metric
"""


@dataclass(frozen=True)
class Flows:
    """What was known at the end of a day: amounts by day and slice, and which metrics are watched."""

    until: date
    rows: pd.DataFrame
    watched: tuple[Watched, ...]


@dataclass(frozen=True)
class Incident:
    """What was planted in a synthetic company: its kind, the metric that shows it, first day and last."""

    kind: str
    metric: str
    first: date
    last: date

    def overlaps(self, event: Event) -> bool:
        """Whether an event is of the same days."""
        return event.first <= self.last and event.last >= self.first

    def explains(self, event: Event) -> bool:
        """Whether an event may come of it: what follows from an incident shows within a month."""
        return event.first <= self.last + timedelta(days=35) and event.last >= self.first - timedelta(days=2)


@dataclass(frozen=True)
class Seen:
    """What was told of a synthetic company, what was planted, and how many months were judged."""

    told: list[Event]
    planted: list[Incident]
    months: float


class DailyScorer:
    """Scores each day of each watched series by its weekday, the month's edge and its history."""

    name = "daily"
    says = "which days leave what their weekday made likely"

    def read(self, cursor: Any, until: date) -> Flows:
        """Amounts up to a day, of metrics whose source has rows."""
        cursor.execute(METRICS)
        found = [
            Watched(metric, is_count, bad, _least(is_count, months, mrr), first, min(last, until))
            for metric, is_count, bad, months, first, last, mrr in cursor.fetchall()
            if first and first <= min(last, until)
        ]
        cursor.execute(FLOWS, (until,))
        columns = ["metric", "day", "segment", "region", "acquisition_channel", "amount"]
        rows = pd.DataFrame(cursor.fetchall(), columns=columns)
        return Flows(until, _typed(rows), tuple(found))

    def fit(self, known: Flows) -> list[Judged]:
        """Judge every day by those before it."""
        by_metric = dict(iter(known.rows.groupby("metric")))
        found = [judge(by_metric[of.metric], of) for of in known.watched if of.metric in by_metric]
        return [of for of in found if of]

    def score(self, model: list[Judged], known: Flows) -> Scores:
        """A row for each of the last days of each series."""
        rows = [row for of in model for row in _rows(of, known.until - KEPT)]
        told = sum(bool(row[-1]) for row in rows)
        parts = [VERSION, known.until, known.watched, pd.util.hash_pandas_object(known.rows).sum()]
        notes = f"{len(rows):,} days of {sum(len(of.slices) for of in model):,} series: {told:,} told"
        return Scores("daily_points", COLUMNS, rows, VERSION, known.until, digest(parts), len(known.rows), notes)

    def judge(self, model: list[Judged], known: Flows) -> list[Figure]:
        """Nothing: what was an anomaly, nobody says."""
        return []

    def self_test(self) -> list[Figure]:
        """Nothing without a company."""
        return []

    def observe(self, company: Path) -> Seen:
        """What is told of a synthetic company, what was planted, and how many months were judged."""
        known = read_files(company)
        files = (company / "truth/incidents.csv", company / "truth/small_incidents.csv")
        planted = pd.concat([pd.read_csv(file) for file in files])
        days = [[date.fromisoformat(day) for day in planted[name]] for name in ("start_date", "end_date")]
        incidents = [Incident(*one) for one in zip(planted["incident"], planted["metric"], *days, strict=True)]
        return Seen(events(self.fit(known)), incidents, (known.until - known.watched[0].first).days / 30.4 - 1)

    def judge_companies(self, companies: Sequence[Seen]) -> list[Figure]:
        """How soon incidents of a day are told, how much of what is told was planted, and how much else is."""
        sudden = [(of, one) for of in companies for one in of.planted if one.kind in SUDDEN]
        delays = [delay for of, one in sudden if (delay := _delay(of.told, one)) is not None]
        told = sum(len(of.told) for of in companies)
        stray = sum(not any(one.explains(event) for one in of.planted) for of in companies for event in of.told)
        months = sum(of.months for of in companies)
        found = len(delays) / len(sudden) if sudden else None
        late = float(np.median(delays)) if delays else None
        return [
            Figure("incidents of a day found", found, None, 1.0, len(sudden), ON),
            Figure("days until they are told", late, 7.0, 1.0, len(delays), ON, False),
            Figure("events that were planted", 1 - stray / told if told else None, None, 0.9, told, ON),
            Figure("other events a month", stray / months if months else None, None, 0.25, told, ON, False),
        ]


def read_files(company: Path) -> Flows:
    """The same from the files of the synthetic company, independently of the models."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set file_search_path = $folder", {"folder": str(company)})
        rows = _typed(connection.execute(FILES.read_text(encoding="utf-8")).df())
    first, last = rows["day"].min().date(), rows["day"].max().date()
    truth = pd.read_csv(company / "truth/account_months.csv", usecols=["month", "ending_mrr"])
    mrr = float(truth.loc[truth["month"] == truth["month"].max(), "ending_mrr"].sum())
    watched = tuple(
        Watched(
            metric,
            metric != "spend",
            -1 if metric == "events" else 1,
            _least(metric != "spend", 12 / 52, mrr),
            first,
            last,
        )
        for metric in sorted(rows["metric"].unique())
    )
    return Flows(last, rows, watched)


def _least(is_count: bool, months_of_mrr: float, mrr: float) -> float:
    return LEAST_CASES if is_count else MONEY_OF_MRR * float(months_of_mrr) * float(mrr)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(day=pd.to_datetime(rows["day"]), amount=rows["amount"].astype(float))


def _delay(told: Sequence[Event], incident: Incident) -> int | None:
    """After how many days an incident is told; None where it is not."""
    own = [event for event in told if event.metric == incident.metric]
    days = [(event.first - incident.first).days for event in own if incident.overlaps(event)]
    return max(min(days), 0) if days else None


def _rows(of: Judged, after: date) -> list[tuple[Any, ...]]:
    """The rows of one metric's last days."""
    shown = [place for place, day in enumerate(of.days) if day > after]
    low, high = of.likely.edge(-BAND), of.likely.edge(BAND)
    return [
        (
            of.watched.metric,
            of.days[day],
            dimension,
            value,
            round(float(of.amounts[place, day]), 2),
            round(float(of.likely.expected[place, day]), 2),
            round(float(low[place, day]), 2),
            round(float(high[place, day]), 2),
            round(float(of.likely.score[place, day]), 3),
            bool(of.is_told[place, day]),
            bool(of.is_lead[place, day]),
        )
        for place, (dimension, value) in enumerate(of.slices)
        for day in shown
    ]
