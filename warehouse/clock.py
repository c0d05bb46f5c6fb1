"""The clock beside what is recorded: one that was set back would put what is new behind what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.settings import Settings

RECORDED = {
    "ops.load_runs": ("started_at", "finished_at"),
    "ops.builds": ("started_at", "finished_at"),
    "ops.publications": ("published_at", "shown_at"),
    "ops.refresh_runs": ("started_at", "finished_at"),
}
LATEST = " union all ".join(f"select max({name}) from {table}" for table, names in RECORDED.items() for name in names)
GRACE = timedelta(minutes=1)  # by which the clocks of two machines may differ


def now() -> datetime:
    """The clock, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def check_clock(cursor: Any) -> None:
    """Raise TowerError when the clock is behind what was recorded last."""
    cursor.execute(f"select max(at) from ({LATEST}) as recorded (at)")
    [last], at = cursor.fetchone(), now()
    if last and at < last - GRACE:
        raise TowerError(
            f"the clock says {at:%Y-%m-%d %H:%M} UTC, but the last load, build or refresh was at {last:%Y-%m-%d %H:%M};"
            " set the clock right, or, if it was wrong then, run `.venv/bin/python -m warehouse clock`"
        )


def take_back(settings: Settings) -> str:
    """Let what is recorded ahead of the clock be of now; returns a line that says so. What is shown stays."""
    at, found = now(), 0
    with autocommit(settings.owner()) as cursor:
        cursor.execute("select publication_id from ops.shown")
        shown = cursor.fetchone()
        for table, names in RECORDED.items():
            for name in names:
                cursor.execute(f"update {table} set {name} = %s where {name} > %s", (at, at))
                found += cursor.rowcount
        if shown:
            cursor.execute(
                "update ops.publications set shown_at = %s where publication_id = %s and shown_at = %s",
                (at + timedelta(microseconds=1), *shown, at),
            )
    times = f"{found} recorded time{'s' * (found != 1)}"
    return f"{times} lay ahead of the clock and now {'are' if found != 1 else 'is'} of {at:%Y-%m-%d %H:%M} UTC"
