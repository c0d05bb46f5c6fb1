"""The loader: bad files change nothing and are named exactly; a kill at any moment leaves the last load whole."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.conftest import Company, empty_company
from warehouse.settings import ROOT


@pytest.fixture(scope="module")
def loaded(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A small company that has been loaded once."""
    folder = tmp_path_factory.mktemp("load")
    generate(Plan(60, 3, date(2026, 1, 1), date(2026, 6, 30)), folder / "data")
    company = empty_company(server, "tower_load", folder / "data", folder / "target")
    company.run("loader")
    return company


@pytest.fixture
def bad(loaded: Company, tmp_path: Path) -> Path:
    """A copy of the files, to be spoiled."""
    shutil.copytree(loaded.data, tmp_path / "bad")
    return tmp_path / "bad"


@pytest.fixture
def cursor(loaded: Company) -> Iterator[psycopg2.extensions.cursor]:
    """The database as owner."""
    connection = psycopg2.connect(loaded.environment["DATABASE_URL"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def edit(path: Path, line: int, change: Callable[[str], str]) -> None:
    """Change one line (the header is line 1)."""
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[line - 1] = change(lines[line - 1])
    path.write_text("\n".join(lines), encoding="utf-8")


def field(index: int, value: str) -> Callable[[str], str]:
    """Set one field of a line without quoted commas."""
    return lambda line: ",".join([*line.split(",")[:index], value, *line.split(",")[index + 1 :]])


def swap(path: Path, old: str, new: str) -> None:
    """Change the first place of a text; surrogates are bytes that are not UTF-8."""
    data = path.read_bytes()
    assert old.encode() in data
    path.write_bytes(data.replace(old.encode(), new.encode("utf-8", "surrogateescape"), 1))


# file, row (the header is 1), field from 0, value, what is said after the file's name
VALUES = [
    ("marketing/spend.csv", 9, 1, "31/31/2026", ":9: spend_date: type: '31/31/2026'"),
    ("product/events.csv", 20, 5, "yesterday", ":20: occurred_at: type: 'yesterday'"),
    ("product/events.csv", 20, 5, "infinity", ":20: occurred_at: type: 'infinity'"),
    ("billing/invoices.csv", 4, 5, "12k50", ":4: amount: type: '12k50'"),
    ("billing/subscription_changes.csv", 3, 4, "many", ":3: quantity: type: 'many'"),
    ("billing/subscription_changes.csv", 3, 4, "5.6", ":3: quantity: type: '5.6'"),
    ("product/features.csv", 7, 3, "perhaps", ":7: is_beta: type: 'perhaps'"),
    ("product/users.csv", 3, 2, "x" * 300, ":3: role: type"),
    ("product/users.csv", 5, 1, "", ":5: account_id: not_null"),
    ("product/users.csv", 6, 0, "U-000000", ":6: user_id: duplicate: 'U-000000'"),
    ("support/root_causes.csv", 3, 3, "odd", ":3: severity: accepted_values: 'odd'"),
    ("product/users.csv", 8, 1, "A-999999", ":8: account_id: relationships: 'A-999999'"),
    ("crm/targets.csv", 8, 5, "-1.00", ":8: target_value: minimum: '-1.00'"),
    ("crm/targets.csv", 8, 5, "1,2", ":8: -: shape"),
]
# file, old text, new text, what is said after the file's name
TEXTS = [
    ("marketing/spend.csv", "clicks", "klicks", ":1: clicks: columns"),
    ("marketing/spend.csv", "clicks", "klicks", ":1: klicks: columns: 'klicks'"),
    ("crm/targets.csv", "target_value", "target_value,metric", ":1: metric: columns"),
    ("crm/targets.csv", "T-00003,", "T-1\n", ":5: -: shape"),
    ("crm/targets.csv", "T-00003", "T-\udcff\udcfe03", ":5: -: encoding"),
    ("crm/targets.csv", "T-00003", "T-\0", ":5: -: encoding"),
]
SPOILS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    f"{file} {row} {value[:9]}": (file, lambda p, n=row, i=place, v=value: edit(p, n, field(i, v)), file + said)
    for file, row, place, value, said in VALUES
}
SPOILS |= {
    f"{file} {new!r} {said}": (file, lambda p, o=old, n=new: swap(p, o, n), file + said)
    for file, old, new, said in TEXTS
}
SPOILS |= {
    "missing file": ("crm/targets.csv", lambda p: p.unlink(), "crm/targets.csv:-: -: file"),
    "empty file": ("crm/targets.csv", lambda p: p.write_text(""), "crm/targets.csv:1: -: file"),
    "after a quoted newline": (
        "product/releases.csv",
        lambda p: (swap(p, "Smaller", "Small\ner"), edit(p, 4, field(1, "soon"))),
        "product/releases.csv:4: released_at: type: 'soon'",
    ),
}


@pytest.mark.parametrize("kind", SPOILS)
def test_a_bad_file_is_named_exactly_and_changes_nothing(
    kind: str, bad: Path, loaded: Company, cursor: psycopg2.extensions.cursor
) -> None:
    file, spoil, expected = SPOILS[kind]
    cursor.execute("select count(*), max(load_run_id) from ops.load_runs where status = 'succeeded'")
    before = cursor.fetchone()
    spoil(bad / file)
    result = loaded.run("loader", "--strict", "--data", str(bad), check=False)
    assert result.returncode == 1
    assert expected in result.stdout, result.stdout
    assert "Traceback" not in result.stderr
    assert "nothing was changed" in " ".join(result.stderr.split())
    cursor.execute("select count(*), max(load_run_id) from ops.load_runs where status = 'succeeded'")
    assert cursor.fetchone() == before
    cursor.execute("select status, rows_rejected > 0 from ops.load_runs order by load_run_id desc limit 1")
    assert cursor.fetchone() == ("failed", True)


def test_rows_read_are_rows_loaded_and_the_audit_says_so(loaded: Company, cursor: psycopg2.extensions.cursor) -> None:
    loaded.run("loader")
    cursor.execute(
        "select rows_read, rows_loaded, rows_rejected, data_start_date, as_of_date, file_hashes "
        "from ops.load_runs order by load_run_id desc limit 1"
    )
    read, rows, rejected, start, as_of, hashes = cursor.fetchone()
    assert (read, rejected, as_of) == (rows, 0, date(2026, 6, 30))
    assert start == date(2026, 1, 1)
    assert len(hashes) == 24
    cursor.execute("select count(*) from raw.product_events")
    assert cursor.fetchone()[0] == sum(1 for _ in (loaded.data / "product/events.csv").open()) - 1


def test_an_as_of_date_after_the_day_of_the_load_is_refused(loaded: Company) -> None:
    result = loaded.run("loader", "--as-of", "2999-01-01", check=False)
    assert result.returncode == 1
    assert "after the day of the load" in " ".join(result.stderr.split())


def test_a_missing_folder_says_what_to_type(loaded: Company) -> None:
    result = loaded.run("loader", "--data", "no-such-folder", check=False)
    assert "make gen-data" in result.stderr


def test_a_loader_killed_at_any_moment_leaves_a_whole_load(
    loaded: Company, tmp_path: Path, cursor: psycopg2.extensions.cursor
) -> None:
    other = tmp_path / "other"
    generate(Plan(90, 4, date(2026, 1, 1), date(2026, 6, 30)), other)
    whole = {
        tuple(
            sum(1 for _ in (folder / f"{name}.csv").open(encoding="utf-8")) - 1
            for name in ("crm/accounts", "product/users", "product/events")
        )
        for folder in (loaded.data, other)
    }
    seen: set[tuple[int, ...]] = set()
    stop = threading.Event()

    def poll() -> None:
        connection = psycopg2.connect(loaded.environment["DATABASE_URL"])
        connection.set_session(isolation_level="READ COMMITTED", autocommit=True)
        with connection.cursor() as reader:
            while not stop.is_set():
                reader.execute(
                    "select (select count(*) from raw.crm_accounts), (select count(*) from raw.product_users), "
                    "(select count(*) from raw.product_events)"
                )
                seen.add(reader.fetchone())
        connection.close()

    thread = threading.Thread(target=poll)
    thread.start()
    chance = random.Random(5)
    for attempt in range(10):
        command = [sys.executable, "-m", "loader", "--data", str(other if attempt % 2 else loaded.data)]
        child = subprocess.Popen(
            command, env=loaded.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.4, 1.8))
        child.send_signal(signal.SIGINT if attempt % 3 == 2 else signal.SIGKILL)
        child.wait(20)
    stop.set()
    thread.join()
    assert seen and seen <= whole
    loaded.run("loader")
