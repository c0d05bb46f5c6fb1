"""A refresh takes the inbox all the way or leaves it as it was, one at a time, and says of every run how it went."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refresh import run as refreshing
from refresh.inbox import look
from refresh.record import REFRESH_LOCK, noted, now
from refresh.run import exit_code, refresh
from tests.alerts.receivers import Hook, listening
from tests.refresh.conftest import ONE, PATIENT, builder, fill, rows
from warehouse.connections import autocommit, connect
from warehouse.errors import TowerError
from warehouse.settings import Settings

NAMES = "select string_agg(step ->> 'step', ' ' order by place) from ops.refresh_runs, "
NAMES += "jsonb_array_elements(steps) with ordinality as listed (step, place) group by refresh_run_id order by 1"


def waiting(settings: Settings) -> list[str]:
    """The files of the inbox."""
    return sorted(str(path.relative_to(settings.inbox)) for path in settings.inbox.rglob("*") if path.is_file())


def archived(settings: Settings) -> list[str]:
    """The files of the archive, without the moment that their folder is named for."""
    archive = settings.root / "archive"
    found = [path.relative_to(archive).as_posix() for path in archive.rglob("*") if path.is_file()]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d)?/", name) for name in found)
    return sorted(name.split("/", 1)[1] for name in found)


def test_files_are_loaded_built_shown_and_archived_and_the_settings_stay(tower: Settings) -> None:
    fill(tower)
    run = refresh(tower)
    assert (run.status, exit_code(run)) == ("succeeded", 0)
    assert rows(tower, "select account_name from raw.crm_accounts") == ["One"]
    assert rows(tower, "select value from marts.dim_one") == [1]
    assert (tower.root / "INSIGHTS.md").read_text() == "# Insights\n"
    assert waiting(tower) == ["company.yml"]
    assert archived(tower) == ["billing/subscriptions.csv", "crm/accounts.csv"]
    assert rows(tower, "select status, started_by, message from ops.refresh_runs") == [("succeeded", "hand", "")]
    assert rows(tower, NAMES) == ["load build insights archive"]
    said = [step.message for step in run.steps]
    assert said[0] == "load 1: 2 rows of 2 files, 0 rejected"
    assert said[1] == "publication 1 is shown, 1 test passed"
    assert said[3].startswith("2 files moved to archive/2")


def test_what_was_loaded_before_is_archived_and_builds_nothing(tower: Settings) -> None:
    for _ in range(2):
        fill(tower)
        run = refresh(tower)
    assert (run.status, run.message) == ("nothing to do", "every file was loaded before, and is shown")
    assert [step.step for step in run.steps] == ["load", "archive"] and len(archived(tower)) == 4
    assert rows(tower, "select count(*) from ops.builds") == [1]


def test_an_empty_inbox_builds_nothing_and_is_noted(tower: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run = refresh(tower, "schedule")
    assert exit_code(run) == 0 and "nothing to do: no file waits in" in capsys.readouterr().out
    assert rows(tower, "select status, started_by from ops.refresh_runs") == [("nothing to do", "schedule")]
    assert rows(tower, "select count(*) from ops.builds") == [0]


def test_replacing_is_said_in_company_yml(tower: Settings) -> None:
    fill(tower)
    refresh(tower)
    fill(tower, "refresh: {mode: replace}", ONE.replace("a-1", "a-2"))
    (tower.inbox / "billing/subscriptions.csv").write_text(
        (tower.inbox / "billing/subscriptions.csv").read_text().replace("a-1", "a-2")
    )
    refresh(tower)
    assert rows(tower, "select account_id from raw.crm_accounts") == ["a-2"]


def test_a_step_that_fails_is_tried_again_and_both_are_told(tower: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing.dbt, "run", builder(tower, fails=1))
    fill(tower)
    run = refresh(tower)
    assert run.status == "succeeded"
    assert [(step.step, step.tries) for step in run.steps][:2] == [("load", 1), ("build", 2)]


def test_a_refresh_that_fails_leaves_the_files_and_the_next_one_goes_on(
    tower: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing.dbt, "run", builder(tower, fails=2))
    fill(tower)
    run = refresh(tower)
    why = "build: dbt build failed: fct_mrr: division by zero"
    assert (run.status, run.message, exit_code(run)) == ("failed", why, 1)
    assert waiting(tower) == ["billing/subscriptions.csv", "company.yml", "crm/accounts.csv"]
    assert rows(tower, "select status || ' ' || message from ops.refresh_runs") == [f"failed {why}"]
    run = refresh(tower)
    assert run.steps[0].message == "2 files loaded before" and run.status == "succeeded"
    assert rows(tower, "select value from marts.dim_one") == [1] and len(archived(tower)) == 2


def test_files_that_are_refused_stay(tower: Settings) -> None:
    fill(tower, accounts=ONE.replace("customer", "nonsense"))
    run = refresh(tower)
    assert run.status == "failed" and run.message.startswith("load: 2 problems in 2 files; nothing was changed")
    assert run.steps[0].tries == 1 and len(waiting(tower)) == 3 and archived(tower) == []


def test_a_mistake_of_ours_is_noted_as_a_failure_too(tower: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "write_memo", lambda: 1 / 0)
    fill(tower)
    run = refresh(tower)
    assert run.message == "insights: ZeroDivisionError: division by zero" and len(waiting(tower)) == 3


def test_alerts_are_told_of_a_failure_too(tower: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(refreshing, "check", lambda _, doors, run, failure: told.append((run, failure)) or "done")
    tower.alerts_file.touch()
    refresh(tower)
    fill(tower, accounts=ONE.replace("customer", "nonsense"))
    run = refresh(tower)
    assert told == [("1", ""), ("2", run.message)] and run.message.startswith("load: 2 problems")
    assert [(step.step, step.outcome) for step in run.steps] == [("load", "failed"), ("alerts", "succeeded")]


BEFORE = """
targets: {team: 'URL'}
rules:
  Old: {older_than: 1}
  Low: {metric: named_by_no_manifest, below: 1, where: {segment: [SMB]}, cases: 3}
  Failed: {on: failed refresh}
  Refused: {on: refused build}
"""


@pytest.mark.parametrize(
    ("mistake", "why", "word"),
    [
        ("", "build: dbt build failed: fct_mrr: division by zero", "Failed opened, Refused opened"),
        ("accounts", "load: 2 problems in 2 files; nothing was changed", "Failed opened"),
        ("company", "company.yml:1:17: mode cannot be 'nonsense'", "Failed opened"),
    ],
)
def test_a_refresh_that_fails_before_anything_is_shown_is_told_once(
    tower: Settings, monkeypatch: pytest.MonkeyPatch, mistake: str, why: str, word: str
) -> None:
    monkeypatch.setattr(refreshing.dbt, "run", builder(tower, fails=4))
    with listening(Hook()) as hook:
        tower.alerts_file.write_text(BEFORE.replace("URL", hook.url))
        assert [step.message for step in refresh(tower).steps] == [
            "2 of 4 rules checked; nothing is published yet; 0 messages sent"
        ]
        fill(
            tower,
            "refresh: {mode: nonsense}" if mistake == "company" else PATIENT,
            ONE.replace("customer", "nonsense") if mistake == "accounts" else ONE,
        )
        for _ in range(2):
            run = refresh(tower)
            assert run.status == "failed" and run.message.startswith(why) and len(waiting(tower)) == 3
        [got] = hook.got
    assert got["title"].endswith(f": {word}")
    assert f"Failed: opened\nThe refresh failed: {why}" in got["message"]
    assert got["message"].endswith("Nothing is shown yet.")
    assert rows(tower, "select status from ops.refresh_runs") == ["nothing to do", "failed", "failed"]
    assert rows(tower, "select rule from ops.alert_states where is_open order by 1") == [
        name.removesuffix(" opened") for name in word.split(", ")
    ]


def test_known_totals_stay_for_the_next_files(tower: Settings) -> None:
    fill(tower)
    (tower.inbox / "expected.yml").write_text("- {metric: mrr, value: 1}")
    assert refresh(tower).status == "succeeded"
    assert waiting(tower) == ["company.yml", "expected.yml"]


def test_two_at_once_are_refused_and_a_killed_one_is_told(tower: Settings) -> None:
    other = connect(tower.owner())
    other.cursor().execute("select pg_advisory_lock(%s)", (REFRESH_LOCK,))
    with pytest.raises(TowerError, match="another refresh is running"):
        refresh(tower)
    other.close()
    assert rows(tower, "select count(*) from ops.refresh_runs") == [0]
    refresh(tower)
    with autocommit(tower.owner()) as cursor:
        cursor.execute("update ops.refresh_runs set status = 'running'")  # as a kill leaves it
    refresh(tower)
    states = "select status || ' ' || message from ops.refresh_runs order by refresh_run_id"
    assert rows(tower, states)[0] == "failed it was broken off"


def test_a_run_that_is_interrupted_has_failed(tower: Settings) -> None:
    with pytest.raises(KeyboardInterrupt), noted(tower, "hand") as run:
        run.step("load", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    steps = "select steps -> 0 ->> 'outcome' from ops.refresh_runs"
    assert rows(tower, steps) == ["failed"]
    assert rows(tower, "select status, message from ops.refresh_runs") == [("failed", "load: it was broken off")]


def test_files_that_come_or_change_meanwhile_wait_for_the_next_refresh(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", ".hidden", "company.yml", "sub/c.csv", "sub/company.yml"):
        (tmp_path / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "inbox" / name).write_text("1")
    inbox = look(tmp_path / "inbox")
    assert [str(path.relative_to(inbox.folder)) for path in inbox.files] == [
        "a.csv",
        "b.csv",
        "sub/c.csv",
        "sub/company.yml",
    ]
    (inbox.folder / "b.csv").write_text("22")
    (inbox.folder / "new.csv").write_text("1")
    moment = now()
    assert inbox.archive(moment).endswith("; 2 files came or changed since")
    assert {path.name for path in inbox.folder.iterdir()} == {"b.csv", "new.csv", ".hidden", "company.yml"}
    look(inbox.folder).archive(moment)  # within the same second: nothing is overwritten
    assert sorted(path.name for path in (tmp_path / "archive").iterdir()) == [
        f"{moment:%Y-%m-%dT%H%M%SZ}",
        f"{moment:%Y-%m-%dT%H%M%SZ}-2",
    ]


def test_an_inbox_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "inbox").touch()
    with pytest.raises(TowerError, match="inbox is not a folder; INBOX names"):
        look(tmp_path / "inbox")
