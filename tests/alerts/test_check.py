"""Rules over a built company: their numbers, one message a run, links, silence, and reports within a row scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pandas as pd
import pytest

from alerts import outbox
from alerts.findings import POINTS, _told, anomaly_finding, find, look
from alerts.rules import SERIES, Rule
from alerts.run import check, rehearse
from alerts.states import Finding
from metrics.formats import Currency, number
from refresh.doors import DOORS
from tests.alerts.receivers import Hook, Mail, listening
from tests.refresh.conftest import rows
from warehouse import reading
from warehouse.connections import autocommit, connect
from warehouse.database import prepare_database
from warehouse.errors import TowerError
from warehouse.reading import fetch
from warehouse.settings import Settings

DOLLARS = Currency("$")
RULES = """
rules:
  Much MRR: {metric: mrr, above: 1}
  Small: {metric: mrr, below: 1000000000, where: {segment: [SMB]}}
  Little: {metric: mrr, below: 1}
"""


@pytest.fixture
def tower(in_company: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The company, whose alerts.yml is the test's; what was told of is forgotten at the end."""
    monkeypatch.setattr(outbox, "PAUSE", 0)
    yield replace(in_company, alerts_file=tmp_path / "alerts.yml", access_file=tmp_path / "access.yml")
    with autocommit(in_company.owner()) as cursor:
        cursor.execute("truncate ops.alert_states, ops.alert_messages, ops.alert_snoozes, ops.expected_checks")


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A web hook."""
    with listening(Hook()) as found:
        yield found


def write(tower: Settings, text: str) -> None:
    tower.alerts_file.write_text(text, encoding="utf-8")


def mrr(segment: str = "%", month: str = "2026-10-01") -> float:
    """MRR at a month's end, from the mart."""
    query = "select sum(ending_mrr) from marts.fct_revenue_monthly where revenue_month = %(at)s and segment like %(of)s"
    return float(fetch(query, {"at": month, "of": segment}).iloc[0, 0])


def found(rule: Rule, today: date = date(2026, 11, 1), failure: str = "") -> tuple[bool, str]:
    """What a rule finds."""
    finding = find(rule, look(failure, today))
    assert finding
    return finding.is_bad, finding.text


def test_what_is_to_be_said_in_a_run_is_one_message_with_numbers_and_links(tower: Settings, hook: Hook) -> None:
    write(tower, f"link: https://tower.example\ntargets: {{team: '{hook.url}'}}{RULES}")
    said = check(tower, DOORS, "1")
    assert said == "3 of 3 rules checked; Much MRR opened; Small opened; 1 message sent"
    [got] = hook.got
    assert got["title"].endswith(": Much MRR opened, Small opened")
    lines = got["message"].splitlines()
    assert lines[0] == "Much MRR: opened"
    assert lines[1] == f"MRR is {number(mrr(), 'money', DOLLARS)} in Oct 2026, above $1"
    assert lines[2] == "https://tower.example/movements?from=2026-10&to=2026-10"
    assert lines[5] == f"MRR is {number(mrr('SMB'), 'money', DOLLARS)} in Oct 2026 for SMB, below $1.00B"
    assert lines[6] == "https://tower.example/movements?segment=SMB&from=2026-10&to=2026-10"
    assert "Little" not in got["message"] and lines[-1] == "Data as of 31 Oct 2026."
    check(tower, DOORS, "2")
    assert len(hook.got) == 1
    write(tower, f"targets: {{team: '{hook.url}'}}{RULES.replace('above: 1', 'above: 1000000000')}")
    assert "Much MRR resolved; 1 message sent" in check(tower, DOORS, "3")
    assert len(hook.got) == 2 and hook.got[1]["message"].startswith("Much MRR: resolved\n")
    states = rows(tower, "select rule, is_open, page from ops.alert_states order by rule")
    assert states == [(rule, rule == "Small", "movements") for rule in ("Little", "Much MRR", "Small")]


def test_a_link_has_the_filters_that_its_page_knows_and_the_message_the_others(tower: Settings, hook: Hook) -> None:
    won = "select pipeline from marts.fct_deals where is_won and segment = 'SMB' and deal_type = 'new' limit 1"
    pipeline = str(fetch(won, {}).iloc[0, 0])
    where = f"{{segment: [SMB], pipeline: ['{pipeline}'], deal_type: [new]}}"
    rule = f"{{metric: won_amount, below: 1000000000, where: {where}}}"
    write(tower, f"targets: {{team: '{hook.url}'}}\nrules: {{w: {rule}}}")
    check(tower, DOORS, "1")
    lines = hook.got[0]["message"].splitlines()
    assert lines[2].endswith(f"/pipeline?segment=SMB&pipeline={quote_plus(pipeline)}&from=2026-10&to=2026-10")
    assert lines[3] == "That page does not filter by deal type: it shows all."


@pytest.mark.parametrize(
    ("page", "where", "asked", "lost"),
    [
        ("adoption", {"module": ("a", "b"), "feature_name": ("c",)}, "module=a&module=b&feature=c", ()),
        ("adoption", {"feature_name": ("c", "d")}, "", ("feature_name",)),  # one at a time
        ("anomalies", {"region": ("EU",), "metric": ("mrr", "spend")}, "region=EU&metric=mrr&metric=spend", ()),
        ("support", {"priority": ("high",)}, "", ("priority",)),
    ],
)
def test_a_link_asks_a_page_by_the_names_of_its_filters(
    page: str, where: dict[str, tuple[str, ...]], asked: str, lost: tuple[str, ...]
) -> None:
    found = Finding(True, "", "", page=page, where=tuple(where.items()))
    assert DOORS.link("http://tower", found) == (f"http://tower/{page}" + (f"?{asked}" if asked else ""), lost)


def test_a_rehearsal_says_what_would_be_sent_and_sends_nothing(tower: Settings, hook: Hook) -> None:
    write(tower, f"targets: {{team: '{hook.url}'}}{RULES}")
    said = "\n".join(rehearse(tower, DOORS))
    assert "Much MRR: open: MRR is" in said and "Little: quiet: MRR is" in said and "to team #1: " in said
    assert "s3cret" not in said and hook.got == []
    assert rows(tower, "select count(*) from ops.alert_states") == [0]


def test_a_change_is_told_as_the_cards_tell_it(tower: Settings) -> None:
    now, before, year = mrr(), mrr(month="2026-09-01"), mrr(month="2025-10-01")
    rises = round((now - before) / before * 100, 1)
    bad, text = found(Rule("r", "mrr", "rises", 0.1))
    assert bad is (rises >= 0.1) and f", {rises:+.1f} % against Sep 2026, {number(before, 'money', DOLLARS)}" in text
    assert not found(Rule("r", "mrr", "rises", rises + 0.1))[0]
    assert f"{(now - year) / year * 100:+.1f} % against Oct 2025" in found(Rule("r", "mrr", "falls", 1, "year"))[1]
    assert "against its target" in found(Rule("r", "mrr", "falls", 1, "target"))[1]
    assert " (n = " in found(Rule("r", "win_rate", "below", 0.01))[1]
    assert find(Rule("r", "win_rate", "above", 0.0, cases=10**6), look()) is None  # too few to say anything


def test_age_failures_and_totals_that_are_off(tower: Settings) -> None:
    age = Rule("r", older_than=3)
    assert found(age, date(2026, 11, 3)) == (False, "The data are of 31 Oct 2026, 3 days ago; 3 may be.")
    assert found(age, date(2026, 11, 4))[0]
    assert found(Rule("r", on="failed refresh"), failure="load: no room") == (True, "The refresh failed: load: no room")
    assert not found(Rule("r", on="failed refresh"))[0] and not found(Rule("r", on="refused build"))[0]
    with autocommit(tower.owner()) as cursor:
        cursor.execute(
            "insert into ops.expected_checks (checked_at, file, line, metric, filters, expected_value, tolerance, "
            "status) values (now(), 'e', 1, 'mrr', '{}', 1, 0, 'off')"
        )
        assert found(Rule("r", on="total off")) == (True, "1 of 1 totals of expected.yml are off.")
        cursor.execute(
            "insert into ops.builds (started_at, load_run_id, status, message) "
            "values ('2026-11-01 06:00', 1, 'refused', 'MRR rose a hundredfold')"
        )
        assert found(Rule("r", on="refused build")) == (
            True,
            "The build of 1 Nov, 06:00 UTC is not shown: MRR rose a hundredfold",
        )
        cursor.execute("delete from ops.builds where message = 'MRR rose a hundredfold'")


def test_an_anomaly_below_zero_is_told_with_a_minus() -> None:
    said = {"metric_label": "Net new MRR", "dimension_value": "Europe", "period_start": date(2026, 10, 5)}
    numbers = {"grain": "week", "actual_value": -1234.0, "expected_value": 500.0, "score": -4.25}
    blank = dict.fromkeys(POINTS.removeprefix("select ").partition(" from")[0].split(", "), "")
    row = SimpleNamespace(**blank | said | numbers | {"severity": "high", "history_points": 13})
    assert _told(row) == (
        "Net new MRR, Europe, week of 5 Oct 2026: −1,234 against 500 expected "
        "(−4.2 deviations, high, n = 13 earlier weeks)"
    )


@pytest.fixture
def moved(in_company: Settings) -> Iterator[None]:
    """What is shown has moved two values of March, one of them of a segment."""
    with autocommit(in_company.owner()) as cursor:
        for segment, before, after in ((None, 1.031, 1.024), ("SMB", 1, 2)):
            cursor.execute(
                "insert into ops.restatements select publication_id, 'nrr_t12m', '2026-03-01', %s, %s, %s, 3, "
                "'three late cancellations' from ops.shown",
                (segment, before, after),
            )
        yield
        cursor.execute("delete from ops.restatements where reason = 'three late cancellations'")


def test_a_closed_month_that_moved_is_told(tower: Settings, moved: None) -> None:
    assert found(Rule("r", on="restatement")) == (
        True,
        "March 2026 NRR (T12M) was 103.1 %, now 102.4 %: three late cancellations.",
    )


def test_a_month_that_stands_is_not_told(tower: Settings) -> None:
    assert found(Rule("r", on="restatement")) == (False, "No closed month moved.")


def test_rules_may_name_every_series_that_is_watched(tower: Settings) -> None:
    assert sorted(fetch("select distinct metric from marts.fct_anomalies", {})["metric"]) == sorted(SERIES)


def test_no_anomaly_at_all_is_nothing_to_tell() -> None:
    points = pd.DataFrame(columns=POINTS.removeprefix("select ").partition(" from")[0].split(", "))
    for rule in (
        Rule("r", anomaly="low"),
        Rule("r", anomaly="low", where={"region": ("Europe",)}, metrics=("errors",)),
    ):
        finding = anomaly_finding(rule, points, date(2026, 10, 31))
        assert (finding.is_bad, finding.lingers) == (False, False)


def test_a_reader_keeps_a_rule_silent(tower: Settings, hook: Hook) -> None:
    write(tower, f"targets: {{team: '{hook.url}'}}{RULES}")
    with connect(tower.reader()) as connection, connection.cursor() as cursor:
        cursor.execute("set transaction read write")
        cursor.execute("insert into ops.alert_snoozes (rule, until, person) values ('Small', '2999-01-01', 'ann')")
    assert "Small" not in check(tower, DOORS, "1") and "Small" not in hook.got[0]["message"]


def test_reports_come_by_mail_within_the_receiver_s_row_scope_once_a_month(tower: Settings) -> None:
    tower.access_file.write_text("users: {ben@example.com: {segments: [SMB]}}\n")
    prepare_database(tower)
    reading._pool.cache_clear()
    with listening(Mail()) as mail:
        write(tower, f"digests: {{through: '{mail.url}', month: [ben@example.com]}}")
        assert "to ben@example.com: board report and memo (digest 20" in "\n".join(rehearse(tower, DOORS))
        assert check(tower, DOORS, "1") == "0 of 0 rules checked; 1 message sent"
        assert check(tower, DOORS, "2") == "0 of 0 rules checked; 0 messages sent"
        [(receiver, message)] = mail.got
    body: Any = message.get_body(("plain",))  # type: ignore[attr-defined]
    [report] = message.iter_attachments()  # type: ignore[attr-defined]
    assert receiver == "ben@example.com" and "board report, as of 31 Oct 2026" in message["Subject"]
    assert f"to {number(mrr('SMB'), 'money', DOLLARS)}" in body.get_content()
    assert report.get_content().startswith(b"%PDF-") and report.get_content_type() == "application/pdf"


def test_whom_access_yml_does_not_name_gets_no_report(tower: Settings) -> None:
    tower.access_file.write_text("users: {ben@example.com: everything}\n")
    with listening(Mail()) as mail:
        write(tower, f"digests: {{through: '{mail.url}', week: [eve@example.com]}}")
        assert "not sent: digests: access.yml lets eve@example.com see nothing" in check(tower, DOORS, "1")
        assert mail.got == []


def test_a_mistake_in_alerts_yml_stops_nothing_but_the_alerts(tower: Settings) -> None:
    write(tower, "rules: {a: {metric: nonsense, below: 1}}")
    with pytest.raises(TowerError, match=r"alerts\.yml:1:21: there is no metric 'nonsense'"):
        check(tower, DOORS, "1")
