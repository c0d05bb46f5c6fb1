"""Planted incidents are flagged in their own slice; without them next to nothing is; numpy finds the same band."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg2
import pytest

from alerts.findings import anomaly_finding
from alerts.rules import Rule, read_alerts
from alerts.states import AGAIN_OPEN, OPENED, RESOLVED, State, advance
from data_gen.generate import generate
from data_gen.plan import Plan
from metrics import catalogue
from tests.conftest import Company, enter, make_company
from warehouse.settings import ROOT

WINDOW = (date(2025, 5, 1), date(2026, 10, 31))
ONLY = ("run", "--select", "+fct_anomalies")


def points(company: Company) -> pd.DataFrame:
    """All points of all series."""
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select * from candidate.fct_anomalies order by metric, grain, dimension, dimension_value, period_start"
        )
        frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or []])
    connection.close()
    return frame.assign(period_start=pd.to_datetime(frame["period_start"]))


@pytest.fixture(scope="module")
def eventful(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, pd.DataFrame]:
    """A company of the default size with its planted incidents, and its points."""
    folder = tmp_path_factory.mktemp("eventful")
    company = make_company(server, folder, "tower_eventful", Plan(2000, 1, *WINDOW), ONLY)
    return company, points(company)


@pytest.fixture(scope="module")
def calm(eventful: tuple[Company, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The points of the same company had nothing happened to it, built in the place of the other's, which are read."""
    folder = tmp_path_factory.mktemp("calm")
    generate(Plan(2000, 1, *WINDOW, "calm"), folder)
    company = Company(folder, eventful[0].environment | {"DATA_DIR": str(folder)})
    company.run("loader")
    company.run("warehouse.dbt", "--quiet", *ONLY, "--full-refresh")
    return points(company)


def test_every_planted_incident_is_flagged_in_its_slice_and_told(eventful: tuple[Company, pd.DataFrame]) -> None:
    company, frame = eventful
    planted = pd.read_csv(company.data / "truth/incidents.csv", parse_dates=["start_date", "end_date"])
    assert len(planted) == 7
    lengths = frame["grain"].map({"week": pd.Timedelta(days=6), "month": pd.Timedelta(days=30)})
    missed = []
    for incident in planted.itertuples():
        near = (frame["period_start"] + lengths >= incident.start_date) & (frame["period_start"] <= incident.end_date)
        same = near & (frame["metric"] == incident.metric) & (frame["direction"] == incident.direction)
        own = same & (frame["dimension"] == incident.dimension) & (frame["dimension_value"] == incident.value)
        if not frame.loc[own, "is_anomaly"].any():
            missed.append(f"{incident.incident}: not flagged in {incident.value}")
        if not frame.loc[same, "is_lead"].any():
            missed.append(f"{incident.incident}: not told")
    assert not missed


def test_without_incidents_next_to_nothing_is_told(eventful: tuple[Company, pd.DataFrame], calm: pd.DataFrame) -> None:
    false_alarms, told = int((calm["is_lead"] & calm["is_bad"]).sum()), int((eventful[1]["is_lead"]).sum())
    judged = int((calm["history_points"] >= 6).sum())
    assert judged > 8_000
    assert false_alarms <= 8 and false_alarms * 3 < told


RULES = ("Churn out of band", "Out of band")  # of alerts.example.yml


def replayed(frame: pd.DataFrame) -> list[tuple[Rule, date, str]]:
    """What those rules say, day by day, of the anomalies that a day knows."""
    known = frame[frame["is_anomaly"] & frame["is_bad"]]
    rules = [rule for rule in read_alerts(ROOT / "alerts.example.yml", catalogue(), {}).rules if rule.name in RULES]
    assert len(rules) == len(RULES)
    said = []
    for rule in rules:
        state, found = State(), {}
        for day in (moment.date() for moment in pd.date_range(*WINDOW)):
            ended = day - timedelta(days=day.isoweekday() % 7), (day + timedelta(days=1)).replace(day=1)
            found = (
                found if ended in found else {ended: anomaly_finding(rule, known, day)}
            )  # the same until a week ends
            state, word = advance(rule, state, found[ended], day)
            said += [(rule, day, word)] if word in (OPENED, AGAIN_OPEN, RESOLVED) else []
    return said


def test_each_incident_opens_one_alert_and_resolves_it_and_calm_months_are_calm(
    eventful: tuple[Company, pd.DataFrame], calm: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(eventful[0], monkeypatch)
    said = replayed(eventful[1])
    assert len(said) % 2 == 0  # what was opened was resolved
    spans = [(rule, opens, ends) for (rule, opens, _), (_, ends, _) in zip(said[::2], said[1::2], strict=True)]
    for incident in pd.read_csv(eventful[0].data / "truth/incidents.csv").itertuples():
        start, end = (date.fromisoformat(str(day)) for day in (incident.start_date, incident.end_date))
        told = [
            (opens, ends)
            for rule, opens, ends in spans
            if incident.metric in rule.metrics and opens <= end + timedelta(days=7) and ends > start
        ]
        assert len(told) == 1, (incident.incident, told)
    assert len(spans) <= 8  # the seven, and one that nobody planted
    assert len(replayed(calm)) <= 0.5 * 18


def judge(history: np.ndarray, value: float, unit: str, mrr: float) -> tuple[float, float] | None:
    """Expected value and score of a value after its history, the way the description of the mart says."""
    if not len(history):
        return None
    middle = float(np.median(history))
    side = history[history >= middle] - middle if value >= middle else middle - history[history <= middle]
    both = float(np.median(abs(history - middle)))
    least = np.sqrt(1.3 * max(middle, 2)) if unit == "count" else 0.004 * mrr + 0.01
    return middle, (value - middle) / max(1.4826 * min(float(np.median(side)), 2 * both), 0.12 * abs(middle), least)


def test_numpy_finds_the_same_expectation_and_score(eventful: tuple[Company, pd.DataFrame]) -> None:
    company, frame = eventful
    truth = pd.read_csv(company.data / "truth/account_months.csv")
    mrr = truth.loc[truth["month"] == "2026-10-01", "ending_mrr"].sum()
    wrong: list[Any] = []
    for (metric, grain, *_), rows in frame.groupby(["metric", "grain", "dimension", "dimension_value"]):
        values, window = rows["actual_value"].to_numpy(), 13 if grain == "week" else 12
        worth = mrr * (12 if metric == "won_amount" else 1)
        for place, row in enumerate(rows.itertuples()):
            want = judge(values[max(0, place - window) : place], row.actual_value, row.impact_unit, worth)
            if want is not None and (row.expected_value, row.score) != pytest.approx(want, rel=1e-9, abs=1e-9):
                wrong.append((metric, grain, row.period_start, want, row.expected_value, row.score))
    assert not wrong, wrong[:5]


def test_the_totals_equal_the_files(eventful: tuple[Company, pd.DataFrame]) -> None:
    company, frame = eventful
    sources = {"tickets": ("support/tickets", "created_at"), "events": ("product/events", "occurred_at")}
    for metric, (file, column) in sources.items():
        moments = pd.read_csv(company.data / f"{file}.csv", usecols=[column], parse_dates=[column])[column]
        counts = moments.dt.to_period("W-SUN").dt.start_time.value_counts()
        rows = frame[(frame["metric"] == metric) & (frame["grain"] == "week") & (frame["dimension"] == "total")]
        assert len(rows) == 77  # complete weeks only
        assert rows.set_index("period_start")["actual_value"].eq(counts.reindex(rows["period_start"])).all(), metric
