"""Builds that are killed at random moments, while a reader polls twenty numbers from six marts: none is ever torn."""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from tests.warehouse.test_publication import PASSED, tiny
from warehouse.connections import autocommit, connect
from warehouse.errors import TowerError
from warehouse.publication import build, publish, refuse, rollback
from warehouse.settings import Settings, load_settings

__all__ = ["tiny"]  # the fixture
MARTS = ("dim_one", "dim_two", "dim_three", "fct_one", "fct_two", "fct_usage")
KILLS, EVERY = 20, 0.1
NUMBERS = 20
POLL = "select " + ", ".join(f"(select v{n} from marts.{MARTS[n % len(MARTS)]})" for n in range(NUMBERS))
FORKED = multiprocessing.get_context("fork")


def fill(settings: Settings, value: int) -> None:
    """What dbt does: six marts, each with twenty columns of one value."""
    columns = ", ".join(f"{value} as v{n}" for n in range(NUMBERS))
    with build(settings, afresh=True), autocommit(settings.owner()) as cursor:
        for mart in MARTS:
            cursor.execute(f"create table candidate.{mart} as select {columns}")
            time.sleep(0.005)


def patiently(settings: Settings, value: int) -> None:
    """Build once the server has ended what a killed build had begun. Raises TowerError after ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        try:
            fill(settings, value)
            return
        except TowerError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def work(first: int) -> None:
    """Build on and on; what three divides fails its tests, and every fifth time an earlier one is shown again."""
    settings = load_settings()
    for value in count(first):
        patiently(settings, value)
        if value % 3 == 0:
            refuse(settings, "a test failed")
        else:
            publish(settings, PASSED)
        if value % 5 == 0:
            with suppress(TowerError):  # what is shown may be the oldest that is kept
                rollback(settings)


@contextmanager
def polled(settings: Settings) -> Iterator[list[set[int]]]:
    """What a reader sees meanwhile, every tenth of a second: the different values of each poll."""
    found: list[set[int]] = []
    done = threading.Event()

    def poll() -> None:
        connection = connect(settings.reader())
        while not done.wait(EVERY):
            with connection, connection.cursor() as cursor:
                cursor.execute(POLL)
                found.append(set(cursor.fetchone()))
        connection.close()

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def test_twenty_kills_show_no_torn_and_no_untested_number(
    tiny: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(7)
    fill(tiny, 1)
    publish(tiny, PASSED)
    with polled(tiny) as found:
        for kill in range(KILLS):
            worker = FORKED.Process(target=work, args=(1_000 * (kill + 1),))
            worker.start()
            time.sleep(0.15 + 0.35 * chance.random())
            worker.kill()
            worker.join()
            assert worker.exitcode == -signal.SIGKILL
        patiently(tiny, 100_000)
        publish(tiny, PASSED)
        polls = len(found)
        while len(found) < polls + 2:  # the first of them may have begun before
            time.sleep(EVERY)
    with capsys.disabled():
        print(f"\n{len(found)} polls of {NUMBERS} numbers through {KILLS} kills")
    assert len(found) > 40
    assert {len(values) for values in found} == {1}, "numbers of two publications"
    shown = [value for values in found for value in values]
    assert not [value for value in shown if value % 3 == 0], "what did not pass its tests"
    assert len(set(shown)) > 3 and shown[-1] == 100_000
