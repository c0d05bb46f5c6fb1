"""Drops: what is new is put in, what changed is replaced, what was loaded is left."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.loader.box import Box, make_box


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_modes")


@pytest.fixture
def base(box: Box, tmp_path: Path) -> Path:
    """A folder with accounts, loaded."""
    folder = tmp_path / "base"
    generate(Plan(60, 3, date(2026, 1, 1), date(2026, 6, 30)), tmp_path / "all")
    folder.mkdir()
    for name in ("crm/accounts.csv", "crm/sales_reps.csv", "product/users.csv", "support/sla_policies.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(tmp_path / "all" / name, folder / name)
    box.load(folder)
    return folder


def drop(folder: Path, name: str, base: Path, *rows: str) -> Path:
    """A file with the header of the base's file and some rows."""
    header = (base / name).read_text(encoding="utf-8").split("\n")[0]
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def role(box: Box, user: str) -> str | None:
    """The role of a user in the warehouse."""
    found = box.rows(f"select role from raw.product_users where user_id = '{user}'")
    return str(found[0][0]) if found else None


def test_merge_puts_in_and_replaces_by_key(box: Box, base: Path, tmp_path: Path) -> None:
    count = box.count("product_users")
    user = (base / "product/users.csv").read_text().split("\n")[1].split(",")
    changed = ",".join([user[0], user[1], "viewer" if user[2] != "viewer" else "admin", user[3]])
    new = f"U-999999,{user[1]},admin,2026-06-30 12:00:00"
    folder = drop(
        tmp_path / "drop", "product/users.csv", base, changed, new, "U-999998,A-nobody,admin,2026-06-30 12:00:00"
    )
    done = box.load(folder, mode="merge", max_rejects=0.5)
    change = done.changes["product.users"]
    assert (change.new, change.changed, change.same) == (1, 1, 0)
    assert box.count("product_users") == count + 1 and role(box, user[0]) == changed.split(",")[2]
    assert box.rows(f"select rule from ops.rejected_rows where load_run_id = {done.run}") == [("relationships",)]
    runs = box.rows("select count(*) from ops.load_runs")
    again = box.load(folder, mode="merge")
    assert not again.run and again.skipped == {"product/users.csv": done.run}
    assert box.rows("select count(*) from ops.load_runs") == runs


def test_append_adds_and_keeps_what_is_there(box: Box, base: Path, tmp_path: Path) -> None:
    user = (base / "product/users.csv").read_text().split("\n")[1].split(",")
    count, before = box.count("product_users"), role(box, user[0])
    changed = ",".join([user[0], user[1], "viewer" if user[2] != "viewer" else "admin", user[3]])
    rows = (changed, f"U-999999,{user[1]},admin,2026-06-30 12:00:00")
    done = box.load(drop(tmp_path / "drop", "product/users.csv", base, *rows), mode="append", max_rejects=0.5)
    assert box.count("product_users") == count + 1 and role(box, user[0]) == before
    assert box.rows(f"select line, rule from ops.rejected_rows where load_run_id = {done.run}") == [(2, "duplicate")]


def test_a_late_file_does_not_undo_a_newer_one(box: Box, base: Path, tmp_path: Path) -> None:
    account = (base / "product/users.csv").read_text().split("\n")[1].split(",")[1]

    def load(day: str, *rows: tuple[str, str]) -> None:
        lines = [f"{user},{account},{kind},2026-06-30 12:00:00" for user, kind in rows]
        done = box.load(drop(tmp_path / day, "product/users.csv", base, *lines), mode="merge")
        assert done.run and not done.problems

    load("2026-07-02", ("U-900001", "admin"))
    load("2026-07-03", ("U-900002", "admin"))
    load("2026-07-01", ("U-900001", "viewer"), ("U-900003", "viewer"))  # late: an older state, and a row of its own
    load("2026-07-04", ("U-900002", "viewer"))
    assert [role(box, f"U-90000{n}") for n in (1, 2, 3)] == ["admin", "viewer", "viewer"]
    assert box.rows(
        "select rule, raw_text like 'U-900001%' from ops.rejected_rows order by load_run_id desc limit 1"
    ) == [("late", True)]


def test_a_row_that_goes_back_to_what_it_was_counts_on_a_later_day(box: Box, base: Path, tmp_path: Path) -> None:
    account = (base / "product/users.csv").read_text().split("\n")[1].split(",")[1]

    def load(day: str, kind: str) -> int:
        line = f"U-900004,{account},{kind},2026-06-30 12:00:00"
        return box.load(drop(tmp_path / day, "product/users.csv", base, line), mode="merge").run

    assert load("2026-07-05", "admin") and load("2026-07-06", "viewer")
    assert load("2026-07-07", "admin") and role(box, "U-900004") == "admin"
    assert not load("2026-07-07", "admin") and not load("2026-07-05", "admin")  # a day that comes again does nothing
    assert not load("2026-07-06", "viewer") and role(box, "U-900004") == "admin"


def test_deleted_keys_go_unless_something_refers_to_them(box: Box, base: Path, tmp_path: Path) -> None:
    users = [line.split(",")[:2] for line in (base / "product/users.csv").read_text().split("\n")[1:3]]
    (tmp_path / "drop/product").mkdir(parents=True)
    (tmp_path / "drop/crm").mkdir()
    (tmp_path / "drop/product/users.deleted.csv").write_text(f"user_id\n{users[0][0]}\nU-none\n")
    (tmp_path / "drop/crm/accounts.deleted.csv").write_text(f"account_id\n{users[1][1]}\n")
    done = box.load(tmp_path / "drop", mode="merge", max_rejects=1.0)
    assert role(box, users[0][0]) is None and box.count("crm_accounts") == 60
    why = box.rows(f"select file, message from ops.rejected_rows where load_run_id = {done.run}")
    assert why == [("crm/accounts.deleted.csv", "product.users still refers to it")]


def test_the_window_spans_what_is_loaded(box: Box, base: Path, tmp_path: Path) -> None:
    header = "spend_id,spend_date,channel,campaign,amount,impressions,clicks,leads"
    for name, day in (("one", "2026-08-01"), ("two", "2026-07-05")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "spend.csv").write_text(f"{header}\nSP-{name},{day},LinkedIn,launch,5.00,1,1,1\n")
        done = box.load(tmp_path / name, mode="merge")
    assert (done.window.start, done.window.as_of) == (date(2026, 7, 5), date(2026, 8, 1))


def test_a_drop_with_many_files_lets_the_later_one_count(box: Box, base: Path, tmp_path: Path) -> None:
    account = (base / "product/users.csv").read_text().split("\n")[1].split(",")[1]
    for day, kind in (("2026-07-11", "admin"), ("2026-07-12", "viewer")):
        drop(tmp_path / "drop", "product/users.csv", base, f"U-900009,{account},{kind},2026-06-30 12:00:00")
        (tmp_path / "drop/product/users.csv").rename(tmp_path / f"drop/product/users-{day}.csv")
    done = box.load(tmp_path / "drop", mode="merge")
    assert role(box, "U-900009") == "viewer" and sum(outcome.loaded for outcome in done.outcomes) == 2
