"""The schedule: a refresh whenever it is due, once for those missed, and whether the last is as new as it should be."""

from __future__ import annotations

import logging
import multiprocessing
import re
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from company.profile import Profile
from company.reading import read_profile
from loader.write.company import find_company
from refresh.run import exit_code, refresh
from warehouse import server
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as cron numbers them; 7 is Sunday too
GRACE = timedelta(hours=1)  # that a refresh may take
AWAKE = 30  # seconds, after which the clock is looked at again: a machine that slept does not count them
GOOD = "select max(started_at) from ops.refresh_runs where status in ('succeeded', 'nothing to do')"
LAST = "select max(started_at) from ops.refresh_runs"


def trigger_of(cron: str, zone: str) -> CronTrigger:
    """When a refresh is due: minute, hour, day, month and day of the week, as cron has them, in a time zone.

    Raises TowerError for what is no such schedule, or never comes.
    """
    fields = cron.split()
    if len(fields) == 5:  # the library counts the days of the week from Monday
        fields[4] = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda day: DAYS[int(day[0])], fields[4])
    try:
        trigger = CronTrigger.from_crontab(" ".join(fields), timezone=zone)
    except ValueError as error:
        raise TowerError(f"the schedule {cron!r} is none, such as '0 6 * * *' for each day at six: {error}") from error
    if trigger.get_next_fire_time(None, datetime.now(UTC)) is None:
        raise TowerError(f"the schedule {cron!r} never comes; '0 6 * * *' is each day at six")
    return trigger


def zone_of(settings: Settings) -> str:
    """The company's time zone: company.yml's, else the one of what is loaded, else UTC."""
    company = find_company(settings.inbox, settings.company_file, settings.root)
    if company:
        return read_profile(company).calendar.timezone
    found = _one(settings, "select to_regclass('raw.company_settings')")
    return str(_one(settings, "select timezone from raw.company_settings") if found else Profile().calendar.timezone)


def serve(settings: Settings, cron: str) -> None:
    """Refresh as the schedule says until the process is told to end; at once when one was missed, or none ever ran."""
    print(server.up(settings), flush=True)
    zone = zone_of(settings)
    trigger = trigger_of(cron, zone)
    scheduler = BlockingScheduler(executors={"default": DebugExecutor()}, timezone=zone)
    options: dict[str, Any] = {"coalesce": True, "misfire_grace_time": None}
    due = due_after(trigger, _one(settings, LAST))
    missed = {"next_run_time": datetime.now(UTC)} if due <= datetime.now(UTC) else {}
    scheduler.add_job(_once, trigger, **options, **missed)
    scheduler.add_job(_awake, "interval", seconds=AWAKE, **options)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def end(*_: Any) -> None:
        for child in multiprocessing.active_children():
            child.terminate()
        scheduler.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    when = "now: one was missed, or none ran yet" if missed else f"at {due.astimezone(trigger.timezone):%Y-%m-%d %H:%M}"
    print(f"schedule {cron} ({zone}); the next refresh is {when}", flush=True)
    with suppress(JobLookupError):  # the one that ran when the end came
        scheduler.start()


def check_health(settings: Settings, cron: str) -> str:
    """Say when the last refresh that went well began. Raises TowerError when it is older than it should be."""
    good = _one(settings, GOOD)
    if good is None:
        raise TowerError("no refresh went well yet; Data health and ops.refresh_runs say why")
    due = due_after(trigger_of(cron, zone_of(settings)), good)
    if due + GRACE < datetime.now(UTC):
        raise TowerError(
            f"the last refresh that went well began at {good:%Y-%m-%d %H:%M} UTC, and the next was due at "
            f"{due.astimezone(UTC):%Y-%m-%d %H:%M}; Data health and ops.refresh_runs say why"
        )
    return f"the last refresh that went well began at {good:%Y-%m-%d %H:%M} UTC"


def due_after(trigger: CronTrigger, last: datetime | None) -> datetime:
    """When the refresh after one that began at `last`, in UTC, is due; at once where there was none."""
    if last is None:
        return datetime.now(UTC)
    due: datetime = trigger.get_next_fire_time(None, last.replace(tzinfo=UTC))
    return due


def _awake() -> None:
    """Nothing: whoever does it looks at the clock."""


def _once() -> None:
    """One refresh in a process of its own, which takes its memory with it."""
    process = multiprocessing.get_context("spawn").Process(target=_refresh)
    process.start()
    process.join()


def _refresh() -> None:
    run_cli(lambda: exit_code(refresh(load_settings(), "schedule")))


def _one(settings: Settings, query: str) -> Any:
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return (cursor.fetchone() or (None,))[0]
