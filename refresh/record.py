"""Every run of a refresh in ops.refresh_runs: its steps, their times and how they went. One run at a time."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime

import psycopg2

from warehouse.clock import check_clock, now
from warehouse.connections import autocommit
from warehouse.errors import Refused, TowerError, lack
from warehouse.publication import BROKEN
from warehouse.settings import Settings

REFRESH_LOCK = 7_203_116  # held by a refresh: one at a time
LONGEST = 2000  # characters of a message that are kept
SUCCEEDED, FAILED, NOTHING = "succeeded", "failed", "nothing to do"


class StepFailed(Exception):
    """A step failed as often as it was tried; the run has noted it."""


@dataclass
class Step:
    """What one step did, or why it failed."""

    step: str
    started_at: str
    seconds: float
    outcome: str
    tries: int
    message: str


@dataclass
class Run:
    """A run as it goes on. `retries` are further tries of a step that fails, each `wait` seconds later."""

    number: int
    started_at: datetime
    settings: Settings
    retries: int = 0
    wait: int = 0
    status: str = SUCCEEDED
    message: str = ""
    steps: list[Step] = field(default_factory=list)

    def step(self, name: str, work: Callable[[], str]) -> None:
        """Do a step, say and note it. Raises StepFailed when it does not go well at last."""
        began, started_at, tries = time.monotonic(), now(), 0
        outcome, message = FAILED, BROKEN
        print(f"→ {name}", flush=True)
        try:
            while True:
                tries += 1
                try:
                    outcome, message = SUCCEEDED, work()
                    break
                except Exception as error:
                    message = explained(error)
                    if tries > self.retries or isinstance(error, Refused):
                        break
                print(f"  failed: {message}\n  again in {self.wait} s", flush=True)
                time.sleep(self.wait)
        finally:
            seconds = round(time.monotonic() - began, 1)
            self.steps.append(Step(name, f"{started_at:%Y-%m-%dT%H:%M:%S}", seconds, outcome, tries, message[:LONGEST]))
            if outcome == FAILED:
                self.fail(f"{name}: {message}")
            self.save()
        print(f"  {outcome}: {message} ({seconds:.1f} s)", flush=True)
        if outcome == FAILED:
            raise StepFailed(name)

    def fail(self, message: str) -> None:
        """The run has failed; the first reason counts."""
        if self.status != FAILED:
            self.status, self.message = FAILED, message

    def save(self, status: str = "running") -> None:
        """Write how far it has come."""
        finished = None if status == "running" else now()
        with autocommit(self.settings.owner()) as cursor:
            cursor.execute(
                "update ops.refresh_runs set status = %s, message = %s, steps = %s, finished_at = %s "
                "where refresh_run_id = %s",
                (status, self.message[:4000], json.dumps([asdict(s) for s in self.steps]), finished, self.number),
            )


@contextmanager
def noted(settings: Settings, started_by: str) -> Iterator[Run]:
    """A run that is noted from its beginning to its end. Raises TowerError when another one is running."""
    with autocommit(settings.owner()) as holder:
        holder.execute("select pg_try_advisory_lock(%s)", (REFRESH_LOCK,))
        if not holder.fetchone()[0]:
            raise TowerError("another refresh is running; wait until it ends, or stop it")
        check_clock(holder)
        holder.execute(
            "update ops.refresh_runs set status = 'failed', message = %s where status = 'running'", (BROKEN,)
        )
        started_at = now()
        holder.execute(
            "insert into ops.refresh_runs (started_at, started_by, status) values (%s, %s, 'running') "
            "returning refresh_run_id",
            (started_at, started_by),
        )
        run = Run(holder.fetchone()[0], started_at, settings)
        try:
            yield run
        except BaseException as error:
            run.fail(str(error) if isinstance(error, TowerError) else BROKEN)
            raise
        finally:
            with suppress(TowerError, psycopg2.Error):  # the warehouse may be gone: so be it
                run.save(run.status)
                # a closed connection frees it too, but only when the server has noticed
                holder.execute("select pg_advisory_unlock(%s)", (REFRESH_LOCK,))


def explained(error: Exception) -> str:
    """What went wrong, in one line; of a mistake of ours the terminal gets all of it."""
    if isinstance(error, TowerError):
        return str(error)
    if said := lack(error):
        return said
    traceback.print_exception(error)
    first = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
