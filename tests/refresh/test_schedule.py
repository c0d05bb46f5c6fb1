"""A schedule is cron's, in the company's zone; those missed run once; health is the age of the last good run."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refresh import schedule
from refresh.record import now
from refresh.schedule import check_health, due_after, serve, trigger_of, zone_of
from tests.refresh.conftest import fill
from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.settings import Settings


@pytest.mark.parametrize(
    ("cron", "zone", "last", "due"),
    [
        ("0 6 * * *", "UTC", datetime(2026, 11, 2, 6, 0, 1), datetime(2026, 11, 3, 6)),
        ("0 6 * * *", "Europe/Stockholm", datetime(2026, 11, 2, 4, 59), datetime(2026, 11, 2, 5)),
        ("0 6 * * *", "Europe/Stockholm", datetime(2026, 7, 2, 3, 59), datetime(2026, 7, 2, 4)),  # summer time
        ("30 6 * * 1-5", "UTC", datetime(2026, 10, 30, 7), datetime(2026, 11, 2, 6, 30)),  # Friday to Monday
        ("0 6 * * 0", "UTC", datetime(2026, 10, 30), datetime(2026, 11, 1, 6)),  # Sunday
        ("0 6 * * 7", "UTC", datetime(2026, 10, 30), datetime(2026, 11, 1, 6)),
        ("0 */4 1 * *", "UTC", datetime(2026, 11, 1, 5), datetime(2026, 11, 1, 8)),
    ],
)
def test_a_schedule_is_cron_s_in_the_company_s_zone(cron: str, zone: str, last: datetime, due: datetime) -> None:
    assert due_after(trigger_of(cron, zone), last) == due.replace(tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "6", "0 25 * * *", "0 6 * * 8", "0 6 30 2 *", "daily"])
def test_what_is_no_schedule_is_one_line(cron: str) -> None:
    with pytest.raises(TowerError, match="0 6"):
        trigger_of(cron, "UTC")


def test_the_zone_is_what_company_yml_says(tower: Settings) -> None:
    assert zone_of(tower) == "UTC"
    fill(tower, "calendar: {timezone: Europe/Stockholm}")
    assert zone_of(tower) == "Europe/Stockholm"


def note(settings: Settings, status: str, ago: timedelta) -> None:
    """A run that began some time ago."""
    with autocommit(settings.owner()) as cursor:
        cursor.execute(
            "insert into ops.refresh_runs (started_at, started_by, status) values (%s, 'schedule', %s)",
            (now() - ago, status),
        )


def test_a_refresh_that_is_older_than_it_should_be_is_not_healthy(tower: Settings) -> None:
    with pytest.raises(TowerError, match="no refresh went well yet"):
        check_health(tower, "* * * * *")
    note(tower, "nothing to do", timedelta(minutes=62))
    with pytest.raises(TowerError, match="and the next was due at"):
        check_health(tower, "* * * * *")
    note(tower, "failed", timedelta(minutes=1))
    with pytest.raises(TowerError, match="and the next was due at"):
        check_health(tower, "* * * * *")
    note(tower, "succeeded", timedelta(minutes=50))
    assert check_health(tower, "* * * * *").startswith("the last refresh that went well began at 20")


@pytest.mark.parametrize(
    ("ago", "runs"), [(timedelta(days=3), 1), (timedelta(0), 0)], ids=["three were missed", "none was missed"]
)
def test_those_that_were_missed_run_once(
    tower: Settings, monkeypatch: pytest.MonkeyPatch, ago: timedelta, runs: int
) -> None:
    note(tower, "succeeded", ago)
    ran: list[int] = []
    monkeypatch.setattr(schedule, "_once", lambda: ran.append(1))
    monkeypatch.setattr(schedule, "AWAKE", 0.2)
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(schedule.signal, "signal", handlers.__setitem__)
    asleep = iter(range(3))
    monkeypatch.setattr(schedule, "_awake", lambda: next(asleep, None) is None and handlers[signal.SIGTERM]())
    serve(tower, "0 0 1 1 *" if not runs else "0 0 * * *")
    assert len(ran) == runs
