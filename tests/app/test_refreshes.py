"""Data health says of every refresh how it went."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
            ("nothing to do", "no file waits", "[]"),
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
    assert listed["steps"].tolist() == ["load 1.5 s · build failed 20 s, 2 tries", ""]
    assert listed["seconds"].tolist() == [90, 90]
    assert listed["message"].tolist() == ["build: fct_mrr: no *way*", "no file waits"]
