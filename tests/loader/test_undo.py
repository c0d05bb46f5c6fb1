"""A replacement can be undone until the next load: raw.*, what ops says of it, today, and the history of accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loader.load import keep_others_out
from loader.write.undo import Run, undo
from tests.loader.box import Box, make_box
from warehouse.connections import connect
from warehouse.errors import TowerError
from warehouse.url import DatabaseUrl

ACCOUNTS = (
    "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,created_at,status"
)
STATE = ("contradictions", "loaded_tables", "merged_rows", "word_spellings")
HISTORY = "select segment, valid from intermediate.account_history order by valid"


@pytest.fixture
def box(server: dict[str, str], request: pytest.FixtureRequest) -> Box:
    """A warehouse for one test."""
    return make_box(server, f"tower_undo_{request.node.name[5:18]}")


def folder(path: Path, accounts: dict[str, tuple[str, str, str]], day: str) -> Path:
    """Accounts with segment, employees and first day, a user of `day`, and a company that is named after it."""
    path.mkdir()
    rows = [
        f"{key},{key},{segment},Software,{employees},Germany,Europe,Referral,{created} 00:00:00,customer"
        for key, (segment, employees, created) in accounts.items()
    ]
    (path / "accounts.csv").write_text("\n".join([ACCOUNTS, *rows, ""]))
    (path / "users.csv").write_text(f"user_id,account_id,role,created_at\nU1,A1,admin,{day} 00:00:00\n")
    (path / "company.yml").write_text(f"name: Company of {day}\n")
    return path


def undone(box: Box) -> tuple[Run, Run]:
    """Undo the last load."""
    connection = connect(DatabaseUrl.parse(box.url))
    try:
        with connection, connection.cursor() as cursor:
            keep_others_out(cursor)
            return undo(cursor)
    finally:
        connection.close()


def state(box: Box) -> dict[str, Any]:
    """All that a load leaves: rows as text, by table."""
    raw = box.rows("select tablename from pg_tables where schemaname = 'raw' order by 1")
    tables = [f"raw.{name}" for (name,) in raw] + [f"ops.{name}" for name in STATE]
    return {name: box.rows(f"select t::text from {name} as t order by 1") for name in tables}


def schemas(box: Box) -> list[str]:
    """The schemas of copies."""
    return [name for (name,) in box.rows("select nspname from pg_namespace where nspname = 'before'")]


def test_everything_is_as_before_the_wrong_load(box: Box, tmp_path: Path) -> None:
    several = {
        "A1": ("SMB", "10", "2026-01-02"),
        "A2": ("smb", "20", "2026-01-03"),
        "A3": ("SMB", "5", "2026-01-03"),
    }
    good = folder(tmp_path / "good", several, "2026-01-05")
    assert box.load(good).run == 1 and schemas(box) == []
    box.rows("create table intermediate.account_history as select 'SMB' as segment, 1 as valid")
    before = state(box)
    assert len(before["raw.crm_accounts"]) == 3
    assert before["raw.company_settings"][0][0].startswith('("Company of 2026-01-05"')
    assert before["ops.word_spellings"] == [("(segment,smb,SMB,1)",)]

    wrong = folder(tmp_path / "wrong", {"A1": ("SMB", "1000", "2026-01-02")}, "2026-03-09")
    done = box.load(wrong)
    assert done.run == 2 and done.kept > 0 and schemas(box) == ["before"]
    box.rows("insert into intermediate.account_history values ('Enterprise', 2)")  # as a build with the wrong load does
    assert box.rows("select employee_count from raw.crm_accounts") == [(1000,)]
    assert box.rows("select * from ops.word_spellings") == []

    last, earlier = undone(box)
    assert (last.number, last.folder, str(last.as_of)) == (2, str(wrong), "2026-03-09")
    assert (earlier.number, earlier.folder, str(earlier.as_of)) == (1, str(good), "2026-01-05")
    assert state(box) == before and schemas(box) == []
    assert box.rows(HISTORY) == [("SMB", 1)]
    runs = "select load_run_id, status, as_of_date::text, message from ops.load_runs order by 1"
    assert box.rows(runs) == [
        (1, "succeeded", "2026-01-05", None),
        (2, "undone", "2026-03-09", "undone: load 1 is in force again"),
    ]
    with pytest.raises(TowerError, match="no load before load 1 to go back to"):
        undone(box)


def test_after_it_drops_are_judged_by_the_load_in_force(box: Box, tmp_path: Path) -> None:
    good = folder(tmp_path / "good", {"A1": ("SMB", "10", "2026-01-02")}, "2026-01-05")
    wrong = folder(tmp_path / "wrong", {"A1": ("SMB", "1000", "2026-01-02")}, "2026-03-09")
    box.load(good)
    box.load(wrong)
    undone(box)
    done = box.load(good, mode="merge")
    assert not done.run and set(done.skipped.values()) == {1}
    done = box.load(wrong, mode="merge")  # what was undone is new
    assert done.changes["crm.accounts"].changed == 1 and done.run == 3
    assert box.rows("select employee_count from raw.crm_accounts") == [(1000,)]


def test_a_refused_load_keeps_what_is_kept_and_a_merge_ends_it(box: Box, tmp_path: Path) -> None:
    good = folder(tmp_path / "good", {"A1": ("SMB", "10", "2026-01-02")}, "2026-01-05")
    wrong = folder(tmp_path / "wrong", {"A1": ("SMB", "1000", "2026-01-02")}, "2026-03-09")
    bad = folder(tmp_path / "bad", {"A1": ("SMB", "many", "2026-01-02")}, "2026-03-09")
    box.load(good)
    box.load(wrong)
    assert box.load(bad).problems
    assert undone(box)[1].number == 1
    assert box.rows("select employee_count from raw.crm_accounts") == [(10,)]

    box.load(wrong)
    drop = folder(tmp_path / "drop", {"A1": ("SMB", "30", "2026-01-02")}, "2026-03-10")
    assert box.load(drop, mode="merge").run
    with pytest.raises(TowerError, match=r"load 5 was a merge, and only a replacement can be undone; .*make load-data"):
        undone(box)
    assert box.rows("select employee_count from raw.crm_accounts") == [(30,)]


def test_it_says_when_there_is_nothing_to_undo(box: Box, tmp_path: Path) -> None:
    with pytest.raises(TowerError, match="nothing is loaded, so there is nothing to undo"):
        undone(box)
    one = {"A1": ("SMB", "10", "2026-01-02")}
    for number in range(3):
        box.load(folder(tmp_path / str(number), one, f"2026-01-0{number + 5}"))
    assert [run.number for run in undone(box)] == [3, 2]
    with pytest.raises(TowerError, match="what load 2 replaced is no longer kept: one load can be undone"):
        undone(box)


def test_other_columns_than_before_are_refused_and_a_history_made_anew_goes_back(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path / "good", {"A1": ("SMB", "10", "2026-01-02")}, "2026-01-05"))
    box.load(folder(tmp_path / "wrong", {"A1": ("SMB", "1000", "2026-01-02")}, "2026-03-09"))
    box.rows("alter table raw.product_users add column nickname varchar")
    with pytest.raises(TowerError, match=r"raw\.product_users has other columns .*nothing was changed"):
        undone(box)
    assert box.rows("select employee_count from raw.crm_accounts") == [(1000,)]
    box.rows("alter table raw.product_users drop column nickname")
    box.rows("create table intermediate.account_history as select 'SMB' as segment, 1 as valid")
    undone(box)
    assert box.rows("select to_regclass('intermediate.account_history')") == [(None,)]


def test_one_load_or_undo_at_a_time(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path / "good", {"A1": ("SMB", "10", "2026-01-02")}, "2026-01-05"))
    with connect(DatabaseUrl.parse(box.url)) as other, other.cursor() as cursor:
        keep_others_out(cursor)
        with pytest.raises(TowerError, match="another load is running"):
            undone(box)
    other.close()
