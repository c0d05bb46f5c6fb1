"""A dashboard that answers one selection after another, while builds come and go, does not grow."""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from tests.app.test_pages import open_app
from tests.conftest import Company, enter
from tests.warehouse.test_publication import PASSED
from warehouse.connections import autocommit
from warehouse.dbt import target_path
from warehouse.publication import build, publish
from warehouse.reading import shown
from warehouse.settings import Settings

REBUILDS = 3
MOST = 1.15  # of what the process holds once it is warm
SELECTIONS = [
    {"from": f"2025-{start:02}", "to": f"2026-{end:02}", "segment": segment}
    for start, end, segment in product((5, 7, 9, 11, 12), (4, 6, 8, 10), ("SMB", "Mid-Market", "Enterprise"))
]


def held() -> int:
    """Bytes of memory that this process holds, once what is garbage is gone."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def rebuild(settings: Settings) -> None:
    """Another publication of the same marts."""
    number = shown()[0]
    with build(settings, afresh=True), autocommit(settings.owner()) as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = %s", (f"marts_{number}",))
        for (name,) in cursor.fetchall():
            cursor.execute(f"create table candidate.{name} as table marts_{number}.{name}")
    assert publish(settings, PASSED, target=target_path(settings)) == number + 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say what a process holds")
def test_sixty_selections_and_three_rebuilds_leave_memory_as_it_was(
    company_of: Callable[[str], Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = enter(company_of("seed42:grow"), monkeypatch)
    assert len(SELECTIONS) == 60
    for page, segment in product(("executive", "movements"), ("SMB", "Enterprise")):  # what is read once for all
        open_app(page, {"segment": segment})
    warm = held()
    for place, selection in enumerate(SELECTIONS):
        test = open_app("executive" if place % 6 else "movements", selection)
        assert not test.exception and not test.error
        if place % 20 == 19:
            rebuild(settings)
    grown = held() / warm
    assert grown <= MOST, f"{grown:.2f} times what it was"
