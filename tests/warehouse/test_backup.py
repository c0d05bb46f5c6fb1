"""A backup holds what cannot be rebuilt, row by row; a restore puts it into an empty warehouse, whole or not at all."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from data_gen.plan import Plan
from tests.conftest import Company, empty_company, make_company
from tests.loader.box import Box, make_box
from tests.warehouse.test_account_history import change_segment, load
from warehouse.backup import backup, restore, warning
from warehouse.errors import TowerError
from warehouse.server import binaries, clients
from warehouse.settings import Settings, load_settings

ACCOUNT = "select account_id from raw.crm_accounts where segment = 'SMB' order by 1 limit 1"
SAVE = (
    "insert into ops.saved_views (name, page, query_string, created_at, created_by) "
    "values ('{}', 'board', 'a=1', '2026-11-01', 'ann') returning view_id"
)
TABLES = """
    select format('%I.%I', schemaname, tablename) from pg_tables
    where schemaname in ('raw', 'ops') and tablename <> 'row_scopes' or tablename = 'account_history' order by 1
"""
REBUILT = {"ops.builds", "ops.publications"}  # say too which of the marts that are not in the file were there


def settings_of(url: str, server: dict[str, str]) -> Settings:
    """The settings with which a warehouse on the tests' server is reached."""
    external = replace(load_settings(), warehouse="external", database_url=url)
    return replace(external, reader_password=server["TOWER_READER_PASSWORD"])


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """The result of a query."""
    return Box(url).rows(query)


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a backup keeps, as text."""
    tables = [str(name) for (name,) in rows(url, TABLES) if name not in REBUILT]
    return {table: rows(url, f"select t::text from {table} as t order by 1") for table in tables}


@pytest.fixture(scope="module")
def full(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A warehouse with two loads, of which the second moved an account to another segment, and a saved view."""
    plan = Plan(60, 5, date(2025, 5, 1), date(2026, 10, 31))
    company = make_company(server, tmp_path_factory.mktemp("backup"), "tower_backup", plan, ("parse",))
    load(company, "2026-10-24")
    [(account,)] = rows(company.environment["DATABASE_URL"], ACCOUNT)
    change_segment(company, str(account), "Enterprise")
    load(company, "2026-10-31")
    rows(company.environment["DATABASE_URL"], SAVE.format("Board"))
    return company


@pytest.fixture(scope="module")
def file(full: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup."""
    path = tmp_path_factory.mktemp("file") / "kept" / "tower.dump"
    said = full.run("warehouse", "backup", "--file", str(path)).stdout
    assert f"{path}: load 3 of Synthetic Company, as of 2026-10-31, 1 saved view, " in said
    assert path.stat().st_mode & 0o077 == 0
    return path


@pytest.fixture(scope="module")
def box(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Another warehouse, with a user, a saved view, a mart and a view on what was loaded."""
    box, folder = make_box(server, "tower_filled"), tmp_path_factory.mktemp("filled")
    columns = "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,created_at"
    values = "A1,Acme,SMB,Software,10,Germany,Europe,Referral,2026-01-02 00:00:00"
    (folder / "accounts.csv").write_text(f"{columns},status\n{values},prospect\n")
    assert box.load(folder, as_of=date(2026, 1, 2)).run == 1
    box.rows(SAVE.format("Other"))
    box.rows("create table marts.fct_left as select 1 as other")
    box.rows("create view staging.stg_accounts as select * from raw.crm_accounts")
    return box


def test_everything_comes_back_into_an_empty_warehouse(
    full: Company, file: Path, server: dict[str, str], tmp_path: Path
) -> None:
    other = empty_company(server, "tower_restored", full.data, tmp_path / "target")
    before, url = full.environment["DATABASE_URL"], other.environment["DATABASE_URL"]
    assert "restored load 3 of Synthetic Company" in other.run("warehouse", "restore", str(file)).stdout
    kept = contents(before)
    assert len(kept["raw.crm_accounts"]) == 60 and len(kept["ops.load_runs"]) == 3
    assert len(kept["intermediate.account_history"]) == 61
    assert contents(url) == kept
    told = other.run("warehouse.dbt", "test", check=False).stderr
    assert (
        told
        == "error: a backup was restored, and nothing is built of it yet; run `make dbt-run`, then `make dbt-test`\n"
    )
    other.run(
        "warehouse.dbt",
        "--quiet",
        "build",
        "--select",
        "+dim_account_history",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    other.show()
    history = "select account_id, segment, valid_from, valid_to from marts.dim_account_history order by 1, 3"
    assert rows(url, history) == rows(before, history) and len(rows(url, history)) == 61
    reader = f"postgresql://tower_reader:{server['TOWER_READER_PASSWORD']}@{url.split('@')[1]}"
    assert rows(reader, "select count(*) from ops.load_runs") == [(3,)]
    assert rows(url, SAVE.format("New")) == [(2,)]


def test_a_filled_warehouse_is_replaced_only_when_told(
    full: Company, file: Path, box: Box, server: dict[str, str]
) -> None:
    settings = settings_of(box.url, server)
    with pytest.raises(TowerError, match=r"filled \(load 1 of .*, as of 2026-01-02, 1 saved view\); FORCE=1 replaces"):
        restore(settings, file)
    assert box.count("crm_accounts") == 1
    gone = r"replacing load 1 of .*, 1 saved view: what is shown goes with it, and the dashboard waits until the backup"
    assert re.match(gone, warning(settings))
    restore(settings, file, force=True)
    assert contents(box.url) == contents(full.environment["DATABASE_URL"])
    assert box.rows("select to_regclass('marts.fct_left'), to_regclass('staging.stg_accounts')") == [(None, None)]


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_file_that_is_cut_off_changes_nothing(
    file: Path, server: dict[str, str], full: Company, tmp_path: Path, share: float
) -> None:
    cut = tmp_path / "cut.dump"
    cut.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    before = contents(full.environment["DATABASE_URL"])
    with pytest.raises(TowerError, match=r"is cut off or damaged .*nothing was changed") as error:
        restore(settings_of(full.environment["DATABASE_URL"], server), cut, force=True)
    assert "\n" not in str(error.value)
    assert contents(full.environment["DATABASE_URL"]) == before
    assert rows(full.environment["DATABASE_URL"], "select count(*) from marts.dim_account_history") == [(61,)]


def test_what_is_no_backup_is_refused(full: Company, server: dict[str, str], tmp_path: Path) -> None:
    settings = settings_of(full.environment["DATABASE_URL"], server)
    with pytest.raises(TowerError, match="there is no file"):
        restore(settings, tmp_path / "none.dump")
    (tmp_path / "text.dump").write_text("select 1;")
    with pytest.raises(TowerError, match="is no backup that `make backup` wrote"):
        restore(settings, tmp_path / "text.dump")
    tools = clients.clients(settings)
    other = tmp_path / "other.dump"
    only = tools.command("pg_dump", "--format=custom", f"--file={other}", "--table=raw.crm_accounts")
    subprocess.run(only, env=tools.environment, check=True)
    with pytest.raises(TowerError, match="is no backup that `make backup` wrote"):
        restore(settings, other)


def test_a_file_that_exists_is_not_overwritten(full: Company, server: dict[str, str], tmp_path: Path) -> None:
    mine = tmp_path / "mine.dump"
    mine.write_text("mine")
    with pytest.raises(TowerError, match="exists already and is not overwritten"):
        backup(settings_of(full.environment["DATABASE_URL"], server), mine)
    assert mine.read_text() == "mine" and [*tmp_path.iterdir()] == [mine]


def test_an_empty_warehouse_has_nothing_to_back_up(server: dict[str, str], tmp_path: Path) -> None:
    box = make_box(server, "tower_nothing")
    assert warning(settings_of(box.url, server)) == ""
    with pytest.raises(TowerError, match="nothing is loaded"):
        backup(settings_of(box.url, server), tmp_path / "a.dump")
    assert not [*tmp_path.iterdir()]


def test_a_restore_beside_a_load_is_refused(box: Box, server: dict[str, str], file: Path) -> None:
    with psycopg2.connect(box.url) as loading, loading.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7203114)")
        with pytest.raises(TowerError, match="a load is running; wait until it ends"):
            restore(settings_of(box.url, server), file, force=True)
    loading.close()


def test_a_client_that_is_too_old_says_which_one_is_needed(
    full: Company, server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.9'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setattr(binaries, "binaries", lambda: tmp_path)
    settings = settings_of(full.environment["DATABASE_URL"], server)
    with pytest.raises(
        TowerError, match="pg_dump 14 is older than the server, 18; install the client of PostgreSQL 18"
    ):
        backup(settings, tmp_path / "a.dump")
    monkeypatch.setattr(clients, "choose", lambda settings: ("docker", "it is so"))
    inside = clients.clients(settings).command("psql", "-X")
    assert inside[:2] == ["docker", "compose"] and inside[-5:-3] == ["postgres", "psql"]
    assert "host=127.0.0.1" in inside[-2] and "port" not in inside[-2]
