"""Thirty days, one drop after the other: nothing of the past moves, and the warehouse ends where a rebuild ends."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from company.contract import read_contract
from data_gen.generate import generate
from data_gen.next_day import next_day
from data_gen.plan import Plan
from tests.conftest import Company
from tests.loader.box import Box, make_box
from tests.shared import COMMON, lend_parse, named
from warehouse.dbt import dbt_environment
from warehouse.errors import TowerError
from warehouse.settings import ROOT, load_settings

PLAN = Plan(50, 11, date(2026, 1, 1), date(2026, 3, 20))
TABLES = [table.relation for table in read_contract(ROOT / "dbt")]
DAILY = ("int_as_of", "int_usage_days", "int_user_days", "dim_account", "fct_usage")  # what fct_usage needs of a day


@pytest.fixture
def box(server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A warehouse that holds the company up to the window's last day; this process's settings are its own."""
    box = make_box(server, named(f"tower_days_{tmp_path.name[-12:].strip('_').lower()}"))
    own = {"DATABASE_URL": box.url, "DATA_DIR": str(tmp_path / "data"), "DBT_TARGET_PATH": str(tmp_path / "target")}
    own |= {"NUM_ACCOUNTS": str(PLAN.accounts), "SEED": str(PLAN.seed), "AS_OF_DATE": ""}
    own |= {"DATA_START_DATE": str(PLAN.start), "DATA_END_DATE": str(PLAN.end)}
    for key, value in (server | own).items():
        monkeypatch.setenv(key, value)
    for key, value in (dbt_environment(load_settings()) | COMMON).items():
        monkeypatch.setenv(key, value)
    lend_parse(Company(tmp_path / "data", {**os.environ}))
    generate(PLAN, tmp_path / "data")
    box.load(tmp_path / "data")
    return box


def rows(box: Box, mart: str, where: str = "true") -> list[tuple[Any, ...]]:
    """The rows of a mart, in one order."""
    return box.rows(f"select * from candidate.{mart} where {where} order by 1")


def test_thirty_days_of_drops_equal_a_rebuild_and_leave_closed_months_alone(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.cli.main import dbtRunner  # costs seconds, which `make check` need not spend

    from warehouse.dbt_light import WAYS

    for owner, name, way in WAYS:
        monkeypatch.setattr(owner, name, way)

    def run(*models: str) -> None:
        result = runner.invoke(["--quiet", "--no-write-json", "--log-level-file=none", "run", "--select", *models])
        assert result.success, result.exception

    runner = dbtRunner(manifest=dbtRunner().invoke(["--quiet", "parse"]).result)  # type: ignore[arg-type]
    run("+fct_usage", "+fct_revenue_monthly")
    first, closed = rows(box, "fct_usage"), rows(box, "fct_revenue_monthly", "revenue_month < '2026-03-01'")
    for number in range(1, 31):
        day, counts = next_day(load_settings(), tmp_path / "days")
        done = box.load(tmp_path / "days" / str(day), mode="merge", max_rejects=0.0)
        assert day == done.window.as_of == PLAN.end + timedelta(days=number)
        assert sum(outcome.loaded for outcome in done.outcomes) == counts["rows"] > 0
        run(*DAILY)
        if number % 10 == 0:
            daily = rows(box, "fct_usage")
            run("+fct_usage", "+fct_revenue_monthly", "--full-refresh")
            assert daily == rows(box, "fct_usage")
            now = rows(box, "fct_revenue_monthly", f"revenue_month < '{day:%Y-%m-01}'")
            assert closed and not set(closed) - set(now)
            closed = now
    assert len(daily) > len(first) > 300
    merged = {table: box.content(table) for table in TABLES}
    generate(replace(PLAN, until=day), tmp_path / "whole")
    box.load(tmp_path / "whole")
    assert merged == {table: box.content(table) for table in TABLES}


def test_make_next_day_says_what_is_new_and_merges_it(box: Box, tmp_path: Path) -> None:
    company = Company(tmp_path / "data", {**os.environ})
    said = company.run("data_gen.next_day").stdout
    assert f"2026-03-21: {box.count('crm_accounts') - 50} new accounts, " in said and "as of 2026-03-21" in said
    assert (tmp_path / "data-days/2026-03-21/product/events.csv").exists()
    assert "2026-03-22: " in company.run("data_gen.next_day").stdout


def test_next_day_refuses_another_company(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", "12")
    with pytest.raises(TowerError, match="does not hold the synthetic company"):
        next_day(load_settings(), tmp_path / "days")


def test_the_day_after_the_horizon_says_what_to_do(box: Box, tmp_path: Path) -> None:
    generate(replace(PLAN, until=PLAN.horizon), tmp_path / "data")
    box.load(tmp_path / "data")
    with pytest.raises(TowerError, match=r"drawn up to 2026-06-30.*DATA_END_DATE"):
        next_day(load_settings(), tmp_path / "days")
