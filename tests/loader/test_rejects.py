"""Bad rows are set aside, named and given back; what hung on them goes with them; nothing is lost in silence."""

from __future__ import annotations

import csv
import os
import shutil
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.conftest import Company
from tests.loader.box import Box, make_box
from tests.loader.test_loading import edit, field


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_rejects")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company without a fault."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    generate(Plan(150, 3, date(2026, 1, 1), date(2026, 6, 30)), folder)
    return folder


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


def lines_of(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8").split("\n")


def test_a_bad_row_takes_along_what_refers_to_it(box: Box, data: Path) -> None:
    users = data / "product/users.csv"
    user = lines_of(users)[5].split(",")[0]
    edit(users, 6, field(3, "soon"))
    done = box.load(data, max_rejects=0.2)
    outcomes = {outcome.file: outcome for outcome in done.outcomes}
    assert outcomes["product/users.csv"].rejected == 1
    mine = [row for row in csv.DictReader((data / "product/events.csv").open()) if row["user_id"] == user]
    assert outcomes["product/events.csv"].rejected == len(mine) > 0
    rows = box.rows(f"select * from ops.rejected_rows where load_run_id = {done.run} and file = 'product/users.csv'")
    text = lines_of(users)[5]
    said = "not a timestamp (2026-10-31 23:59:59) between 1900 and 2200"
    assert rows == [(done.run, "product.users", "product/users.csv", 6, "type", "created_at", said, text)]
    why = box.rows(
        f"select distinct rule, column_name, message from ops.rejected_rows where load_run_id = {done.run} "
        "and file = 'product/events.csv'"
    )
    assert why == [("relationships", "user_id", "its row in product.users was rejected")]
    for line, raw in box.rows(
        f"select line, raw_text from ops.rejected_rows where load_run_id = {done.run} and file = 'product/events.csv'"
    ):
        assert lines_of(data / "product/events.csv")[line - 1] == raw


def test_the_first_good_row_of_a_key_wins(box: Box, data: Path) -> None:
    users = data / "product/users.csv"
    first, second = lines_of(users)[1], lines_of(users)[2]
    with users.open("a", encoding="utf-8") as stream:
        stream.write(first + "\n" + field(2, "viewer" if "admin" in second else "admin")(second) + "\n")
    done = box.load(data)
    why = box.rows(f"select rule, message from ops.rejected_rows where load_run_id = {done.run} order by line")
    assert why == [
        ("duplicate", "the same row stands in line 2; the first row is kept"),
        ("duplicate", "the key stands in line 3; the first row is kept"),
    ]
    edit(users, 2, field(3, "soon"))  # the first row is bad now, so the second takes its place
    done = box.load(data)
    why = box.rows(f"select line, rule from ops.rejected_rows where load_run_id = {done.run} order by line")
    assert [rule for _, rule in why] == ["type", "duplicate"]
    assert box.count("product_users") == len(lines_of(users)) - 2 - 2


def test_too_many_bad_rows_of_a_table_stop_the_load_and_are_kept_to_be_mended(box: Box, data: Path) -> None:
    good = box.load(data)
    before = box.content("crm_accounts")
    for line in (3, 4):
        edit(data / "crm/accounts.csv", line, lambda text: text.replace('"A-', '"B-', 1) + ",1")
    done = box.load(data)  # 2 of 150 is more than 1 %
    assert done.problems and not done.run and box.content("crm_accounts") == before
    assert box.rows("select max(load_run_id) from ops.load_runs where status = 'succeeded'") == [(good.run,)]
    rows = box.rows(
        f"select line, rule from ops.rejected_rows where load_run_id = {done.refused_run} and rule = 'shape'"
    )
    assert sorted(rows) == [(3, "shape"), (4, "shape")]
    assert box.rows(
        f"select distinct status, rows_loaded from ops.load_files where load_run_id = {done.refused_run}"
    ) == [("not loaded", 0)]
    assert box.load(data, max_rejects=1.0).run


def test_one_bad_row_is_enough_for_strict(box: Box, data: Path) -> None:
    edit(data / "product/events.csv", 9, field(5, "soon"))
    assert box.load(data, strict=True).problems
    assert not box.load(data).problems


def test_rejected_rows_come_back_as_files_that_can_be_mended_and_merged(
    box: Box, whole: Path, data: Path, tmp_path: Path
) -> None:
    expected = {}
    box.load(whole)
    for table in ("support_tickets", "product_events"):
        expected[table] = box.content(table)
    events, tickets = data / "product/events.csv", data / "support/tickets.csv"
    edit(events, 5, field(5, "soon"))
    edit(events, 70, field(5, "soon"))
    text = tickets.read_text(encoding="utf-8").replace("Sent from my", "Sent\nfrom my").split("\n")
    tickets.write_text("\n".join(text), encoding="utf-8")
    text[3] = text[3].replace('"closed"', '"soon"').replace('"resolved"', '"soon"')
    (tickets).write_text("\n".join(text), encoding="utf-8")
    done = box.load(data, max_rejects=0.05)
    company = Company(data, os.environ | {"WAREHOUSE": "external", "DATABASE_URL": box.url})
    said = company.run("loader", "rejects", "--run", str(done.run), "--out", str(tmp_path / "mend")).stdout
    assert "MODE=merge" in said
    mended = (tmp_path / "mend/product/events.csv").read_text().replace("soon", "2026-03-01 10:00:00")
    assert mended.split("\n")[0] == lines_of(events)[0] and len(mended.split("\n")) == 4
    (tmp_path / "mend/product/events.csv").write_text(mended)
    before = box.count("product_events")
    merged = box.load(tmp_path / "mend", mode="merge", max_rejects=1.0)
    assert merged.changes["product.events"].new == 2
    assert box.count("product_events") == before + 2 == len(lines_of(whole / "product/events.csv")) - 2
    reasons = list(csv.DictReader((tmp_path / "mend/reasons.csv").open()))
    assert {row["rule"] for row in reasons} == {"accepted_values", "type"}


def test_a_load_without_rejected_rows_and_one_that_never_was_are_told_apart(box: Box, whole: Path) -> None:
    run = box.load(whole).run
    company = Company(whole, os.environ | {"WAREHOUSE": "external", "DATABASE_URL": box.url})
    for asked, line in ((run, f"load {run} has no rejected rows"), (777, f"no load 777; the last is load {run}")):
        said = company.run("loader", "rejects", "--run", str(asked), check=False)
        assert said.returncode == 1 and said.stderr.endswith(f"{line}\n") and said.stderr.count("\n") == 1


def test_rows_come_back_when_their_parent_is_mended_in_its_file(box: Box, whole: Path, data: Path) -> None:
    box.load(whole)
    expected = {table: box.content(table) for table in ("product_users", "product_events")}
    users = data / "product/users.csv"
    good = users.read_bytes()
    edit(users, 6, field(3, "soon"))
    box.load(data, max_rejects=0.2)
    assert box.content("product_events") != expected["product_events"]
    users.write_bytes(good)
    done = box.load(data, mode="merge")
    assert "product/events.csv" not in done.skipped and "crm/deals.csv" in done.skipped
    assert {table: box.content(table) for table in expected} == expected
    assert not box.load(data, mode="merge").run  # now that nothing lacks its parent, nothing is new


def test_the_reader_sees_rejects_and_files(server: dict[str, str], box: Box) -> None:
    url = box.url.replace("tower_owner", "tower_reader").replace(
        server["TOWER_OWNER_PASSWORD"], server["TOWER_READER_PASSWORD"]
    )
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from ops.rejected_rows join ops.load_files using (load_run_id)")
        assert cursor.fetchone()
    connection.close()


def test_one_damaged_byte_or_quote_costs_one_row(box: Box, data: Path) -> None:
    path = data / "product/users.csv"
    text = path.read_bytes().split(b"\n")
    text[10] = text[10].replace(b"U-", b"\xc3\xa9\xff", 1)
    text[20] = text[20].replace(b",A-", b',"A-', 1)
    text[30] = text[30].replace(b",A-", b",\0A-", 1)
    path.write_bytes(b"\n".join(text))
    done = box.load(data, max_rejects=1.0)
    rows = box.rows(
        f"select line, rule, raw_text from ops.rejected_rows where load_run_id = {done.run} "
        "and file = 'product/users.csv' order by line"
    )
    assert [row[:2] for row in rows] == [(11, "encoding"), (21, "shape"), (31, "encoding")]
    assert "\\x00" in rows[2][2] and "\\udcff" in rows[0][2]
    assert box.count("product_users") == len(text) - 2 - 3
