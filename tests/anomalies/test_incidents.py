"""Planted incidents are flagged in their own slice; without them next to nothing is; numpy finds the same band."""

from __future__ import annotations

from datetime import date, timedelta

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
from tests.anomalies.figures import AFTER, WINDOW, belongs, found, told
from tests.anomalies.judge import MONTH, WEEK, flagged, judge
from tests.anomalies.series import series
from tests.conftest import Company, enter, make_company
from warehouse.settings import ROOT

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


def test_the_tracking_gap_alone_is_told_apart_from_what_customers_did(
    eventful: tuple[Company, pd.DataFrame], calm: pd.DataFrame
) -> None:
    faults = eventful[1][eventful[1]["is_tracking_fault"]]
    planted = pd.read_csv(eventful[0].data / "truth/incidents.csv").set_index("incident").loc["tracking_gap"]
    assert set(faults["dimension_value"]) == {planted["value"]} and faults["is_lead"].any()
    assert faults["period_start"].between(planted["start_date"], planted["end_date"]).all() or len(faults) == 1
    assert not calm["is_tracking_fault"].any()


def test_without_incidents_next_to_nothing_is_told(calm: pd.DataFrame) -> None:
    judged = (calm["history_points"] >= calm["grain"].map({"week": 16, "month": 6})).sum()
    assert judged > 5_000
    assert len(told(calm)) <= 0.25 * 18


def planted_in(company: Company) -> pd.DataFrame:
    """What was planted, large and small."""
    files = [company.data / f"truth/{name}.csv" for name in ("incidents", "small_incidents")]
    return pd.concat([pd.read_csv(file, parse_dates=["start_date", "end_date"]) for file in files], ignore_index=True)


def test_what_is_told_belongs_to_an_incident(eventful: tuple[Company, pd.DataFrame]) -> None:
    planted, events = planted_in(eventful[0]), told(eventful[1])
    stray = [event for event in events if not belongs(event, planted)]
    assert len(stray) <= 0.1 * len(events), stray


def test_small_incidents_are_found_more_often_than_not_and_soon(eventful: tuple[Company, pd.DataFrame]) -> None:
    """The two drifts are not: usage grows, and comes back from a quiet August, while they take from it."""
    company, frame = eventful
    planted = planted_in(company).query("percent.notna()")
    assert len(planted) == 11 and (planted["incident"] == "drift").sum() == 2
    seen = found(frame.assign(up=frame["direction"] == "up", expected=frame["expected_value"]), planted)
    surges = seen[seen["incident"] == "surge"]
    assert surges["found"].sum() >= 5, seen
    assert surges["delay"].dropna().le(1).all(), seen


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
    planted = planted_in(eventful[0])
    near = [
        ((planted["start_date"] <= str(ends)) & (planted["end_date"] + AFTER >= str(opens))) for _, opens, ends in spans
    ]
    assert sum(not some.any() for some in near) <= 1  # one that nobody planted
    assert len(replayed(calm)) <= 0.5 * 18


def test_numpy_finds_the_same_expectation_and_score(eventful: tuple[Company, pd.DataFrame]) -> None:
    company, frame = eventful
    truth = pd.read_csv(company.data / "truth/account_months.csv")
    mrr = truth.loc[truth["month"] == "2026-10-01", "ending_mrr"].sum()
    compared = 0
    for (metric, grain), rows in frame.groupby(["metric", "grain"]):
        wide = rows.set_index(["dimension", "dimension_value", "period_start"])[
            ["actual_value", "expected_value", "score"]
        ]
        values, means, scores = (wide[name].unstack() for name in ("actual_value", "expected_value", "score"))
        counts = rows["impact_unit"].iloc[0] == "count"
        worth = mrr * {"won_amount": 12, "spend": 12 / 52}.get(str(metric), 1)
        kinds = values.index.get_level_values("dimension").to_numpy()
        want = judge(
            values.to_numpy(float),
            kinds,
            WEEK if grain == "week" else MONTH,
            2 if counts else 0.002 * worth + 0.01,
            counts,
        )
        np.testing.assert_allclose(means.to_numpy(float), want[0], rtol=1e-6, atol=1e-6, err_msg=str(metric))
        np.testing.assert_allclose(scores.to_numpy(float), want[1], rtol=1e-6, atol=1e-6, err_msg=str(metric))
        compared += values.size
    assert compared > 6_000


def test_pandas_makes_the_same_of_the_files(eventful: tuple[Company, pd.DataFrame]) -> None:
    """Every series, and of every point whether it is flagged and told."""
    company, frame = eventful
    truth = pd.read_csv(company.data / "truth/account_months.csv")
    mrr = truth.loc[truth["month"] == truth["month"].max(), "ending_mrr"].sum()
    want = flagged(series(company.data, *(pd.Timestamp(day) for day in WINDOW)), mrr)
    keys = ["metric", "grain", "period_start", "dimension", "dimension_value"]
    want, have = (rows.set_index(keys).sort_index() for rows in (want, frame))
    assert have.index.difference(want.index).get_level_values("period_start").max() < pd.Timestamp("2025-11-01")
    have = have.reindex(want.index)
    np.testing.assert_allclose(have["actual_value"].astype(float), want["amount"], atol=0.006)
    assert have["is_anomaly"].equals(want["is_anomaly"]) and have["is_lead"].equals(want["is_lead"])


def test_the_totals_equal_the_files(eventful: tuple[Company, pd.DataFrame]) -> None:
    company, frame = eventful
    sources = {"tickets": ("support/tickets", "created_at"), "events": ("product/events", "occurred_at")}
    for metric, (file, column) in sources.items():
        moments = pd.read_csv(company.data / f"{file}.csv", usecols=[column], parse_dates=[column])[column]
        counts = moments.dt.to_period("W-SUN").dt.start_time.value_counts()
        rows = frame[(frame["metric"] == metric) & (frame["grain"] == "week") & (frame["dimension"] == "total")]
        assert len(rows) == 77  # complete weeks only
        assert rows.set_index("period_start")["actual_value"].eq(counts.reindex(rows["period_start"])).all(), metric
