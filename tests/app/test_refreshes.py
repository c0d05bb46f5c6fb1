"""Data health says of every refresh how it went, and of every rule how it stands; a reader keeps one silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.conftest import small_only
from tests.app.test_customer_pages import frame_with, said
from tests.app.test_pages import open_app
from warehouse.connections import autocommit
from warehouse.settings import Settings

STEPS = '[{"step": "load", "seconds": 1.5, "outcome": "succeeded", "tries": 1, "message": "load 7"}, '
STEPS += '{"step": "build", "seconds": 20, "outcome": "failed", "tries": 2, "message": "fct_mrr: no"}]'


@pytest.fixture
def failed(in_company: Settings) -> Iterator[None]:
    """A refresh whose build failed, after one that had nothing to do."""
    with autocommit(in_company.owner()) as cursor:
        for row in (
            ("nothing to do", "no file waits", STEPS.replace("failed", "succeeded")),
            ("failed", "build: fct_mrr: no *way*", STEPS),
        ):
            cursor.execute(
                "insert into ops.refresh_runs (started_at, finished_at, started_by, status, message, steps) values "
                "('2026-11-01 06:00', '2026-11-01 06:01:30', 'schedule', %s, %s, %s)",
                row,
            )
        yield
        cursor.execute("truncate ops.refresh_runs")


@pytest.mark.usefixtures("fresh_caches", "failed")
def test_a_failed_refresh_is_said_and_listed_with_its_steps() -> None:
    test = open_app("data_health", {})
    assert r"The last refresh failed: build: fct\_mrr: no \*way\*" in said(test)
    listed = frame_with(test, "steps", "started_by")
    assert listed["steps"].tolist() == ["load 1.5 s · build failed 20 s, 2 tries", "load 1.5 s · build 20 s, 2 tries"]
    assert listed["seconds"].tolist() == [90, 90]
    assert listed["message"].tolist() == ["build: fct_mrr: no *way*", "no file waits; load 7; fct_mrr: no"]


BUILDS = (  # status, message, tests, seconds
    ("failed", "dbt build failed: fct_mrr", 0, 7),
    ("refused", "unique failed", 0, 5),
    ("refused", "MRR rose a hundredfold", 900, 9),
    ("built", "", 0, 3),
    ("running", "", 0, None),
)


@pytest.fixture
def builds(in_company: Settings) -> Iterator[int]:
    """Builds of every state after the one that is shown, whose number it is."""
    with autocommit(in_company.owner()) as cursor:
        cursor.execute("select max(build_id) from ops.builds")
        [shown] = cursor.fetchone()
        for status, message, tests, seconds in BUILDS:
            cursor.execute(
                "insert into ops.builds (started_at, finished_at, load_run_id, status, message, tests) values "
                "('2026-11-01 06:00', timestamp '2026-11-01 06:00' + %s * interval '1 second', 1, %s, %s, %s)",
                (seconds, status, message, tests),
            )
        yield shown
        cursor.execute("delete from ops.builds where build_id > %s", (shown,))


@pytest.mark.usefixtures("fresh_caches")
def test_builds_are_listed_with_what_became_of_them_and_why(builds: int) -> None:
    test = open_app("data_health", {})
    assert not test.exception
    listed = frame_with(test, "build", "state", "why", "seconds")
    assert listed["build"].is_monotonic_decreasing and listed["build"].iloc[5] == builds
    assert listed["state"].tolist()[:6] == ["failed", "not tested yet", "held", "tests failed", "failed", "shown"]
    assert listed["why"].tolist()[:5] == ["it was broken off", "", *(row[1] for row in reversed(BUILDS[:3]))]
    assert listed["seconds"].fillna(0).tolist()[:5] == [0, 3, 9, 5, 7]
    assert listed["publication"].notna().tolist()[:6] == [False] * 5 + [True]


@pytest.fixture
def rules(in_company: Settings) -> Iterator[Settings]:
    """A rule that is open and one that is not."""
    with autocommit(in_company.owner()) as cursor:
        for rule, is_open in (("Quiet one", False), ("<b>Loud</b> one", True)):
            cursor.execute(
                "insert into ops.alert_states values (%s, %s, '2026-10-01', '2026-10-02', null, '2026-11-01', "
                "'MRR is $1, below *$2*', 'key', '', 'movements')",
                (rule, is_open),
            )
        yield in_company
        cursor.execute("truncate ops.alert_states, ops.alert_snoozes")


@pytest.mark.usefixtures("fresh_caches")
def test_rules_are_listed_and_one_is_kept_silent_until_its_value_changes(rules: Settings) -> None:
    test = open_app("data_health", {})
    listed = frame_with(test, "rule", "finding", "silent")
    assert listed[["rule", "state", "silent"]].to_numpy().tolist() == [
        ["<b>Loud</b> one", "open", ""],
        ["Quiet one", "quiet", ""],
    ]
    test.selectbox(key="snooze-for").set_value("until the next value")
    next(button for button in test.button if button.label == "Apply").click().run()
    assert not test.exception
    assert frame_with(test, "rule", "silent")["silent"].tolist() == ["until the next value", ""]
    test.selectbox(key="snooze-for").set_value("for a week")
    next(button for button in test.button if button.label == "Apply").click().run()
    until = datetime.now(UTC).date() + timedelta(days=7)
    assert frame_with(test, "rule", "silent")["silent"].tolist() == [f"until {until.day} {until:%b %Y}", ""]
    with autocommit(rules.owner()) as cursor:
        cursor.execute("delete from ops.alert_snoozes where until = %s", (until,))
        cursor.execute("select rule, until, finding_key, person, created_by from ops.alert_snoozes")
        assert cursor.fetchall() == [("<b>Loud</b> one", None, "key", "test@example.com", "tower_reader")]


@pytest.mark.usefixtures("fresh_caches")
def test_what_is_open_stands_on_the_page_of_its_metric_and_is_kept_silent_there(rules: Settings) -> None:
    test = open_app("movements", {"segment": "SMB"})
    [notice] = [box.value for box in test.markdown if "open since" in box.value]
    assert r"**\<b\>Loud\</b\> one** · open since 1 Oct 2026" in notice
    assert notice.endswith(r"MRR is \$1, below \*\$2\*") and "silent" not in notice
    [choice] = [box for box in test.selectbox if box.label == "Keep silent"]
    assert choice.options == ["for a day", "for a week", "for a month", "until the next value", "no longer"]
    choice.set_value("until the next value")
    next(button for button in test.button if button.label == "Apply").click().run()
    assert not test.exception
    assert any("one** · open since 1 Oct 2026 · silent until the next value" in box.value for box in test.markdown)
    with autocommit(rules.owner()) as cursor:
        cursor.execute("select rule, until, finding_key, person from ops.alert_snoozes")
        assert cursor.fetchall() == [("<b>Loud</b> one", None, "key", "test@example.com")]
    other = open_app("support", {})  # the home of other metrics
    assert not [box for box in other.markdown if "open since" in box.value]


@pytest.mark.usefixtures("fresh_caches", "rules")
def test_a_row_scope_sees_no_rule(in_company: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACCESS_FILE", str(small_only(tmp_path)))
    test = open_app("data_health", {})
    assert not test.exception
    assert "Closed to your row scope" in said(test)
    assert not [table for table in test.dataframe if "silent" in table.value.columns]
    home = open_app("movements", {})
    assert not home.exception and not [box for box in home.markdown if "open since" in box.value]
