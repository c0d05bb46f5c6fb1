"""A clock that was set back: one line, nothing done; and what is shown is what was shown last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from refresh.record import noted
from tests.loader.box import Box
from tests.refresh.conftest import ONE
from tests.warehouse.test_publication import PASSED, make, seen, states, tiny
from warehouse import clock
from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.publication import publish, rollback
from warehouse.reading import shown
from warehouse.settings import Settings

__all__ = ["tiny"]

SAYS = (
    r"^the clock says 20.* UTC, but the last load, build or refresh was at 2099-01-01 00:00; set the clock right, or,"
)


def ahead(settings: Settings, table: str, column: str) -> None:
    """What is recorded last was recorded in another time."""
    with autocommit(settings.owner()) as cursor:
        cursor.execute(f"update {table} set {column} = '2099-01-01'")


@pytest.mark.parametrize(
    ("table", "column"),
    [("ops.load_runs", "started_at"), ("ops.builds", "finished_at"), ("ops.publications", "shown_at")],
)
def test_loads_builds_and_refreshes_are_refused_in_one_line_and_change_nothing(
    tiny: Settings, tmp_path: Path, table: str, column: str
) -> None:
    make(tiny, 1)
    publish(tiny, PASSED)
    ahead(tiny, table, column)
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm/accounts.csv").write_text(ONE)
    counts = " union all ".join(f"select count(*) from ops.{name}" for name in ("load_runs", "builds", "refresh_runs"))
    before = states(tiny, counts)
    for act in (
        lambda: make(tiny, 2),
        lambda: Box(tiny.owner().text()).load(tmp_path),
        lambda: noted(tiny, "hand").__enter__(),
    ):
        with pytest.raises(TowerError, match=SAYS) as error:
            act()
        assert "\n" not in str(error.value)
    assert states(tiny, counts) == before and seen() == [(1, 1)]
    assert clock.take_back(tiny).startswith("1 recorded time")
    make(tiny, 2)
    assert publish(tiny, PASSED) == shown()[0] == 2 and seen() == [(2, 2)]


def test_a_clock_that_is_seconds_behind_shows_what_is_new(tiny: Settings) -> None:
    for value in (1, 2, 3):
        make(tiny, value)
        number = publish(tiny, PASSED)
        with autocommit(tiny.owner()) as cursor:
            late = clock.now() + timedelta(seconds=value * 15), number
            cursor.execute("update ops.publications set shown_at = %s where publication_id = %s", late)
        assert (shown()[0], seen()) == (number, [(value, value)])
    assert rollback(tiny, 1) == shown()[0] == 1 and seen() == [(1, 1)]


def test_times_that_lie_ahead_are_taken_back_and_what_is_shown_stays(tiny: Settings) -> None:
    for value in (1, 2):
        make(tiny, value)
        publish(tiny, PASSED)
    rollback(tiny)
    with autocommit(tiny.owner()) as cursor:
        cursor.execute("update ops.publications set shown_at = shown_at + interval '50 years'")
    assert clock.take_back(tiny).startswith("2 recorded times lay ahead of the clock and now are of 20")
    assert shown()[0] == 1 and seen() == [(1, 1)]
    make(tiny, 3)
    assert publish(tiny, PASSED) == shown()[0] == 3
