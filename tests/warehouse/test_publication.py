"""What is published is shown whole or not at all, and stays until something better passes; no mart names a person."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from app.data import tower
from tests.conftest import empty_company, enter
from warehouse import dbt, publication
from warehouse.__main__ import main as warehouse
from warehouse.connections import autocommit, connect, owner_connection
from warehouse.dbt import run as run_dbt
from warehouse.errors import TowerError
from warehouse.publication import BUILD_LOCK, build, carried, check_built, is_waiting, publish, refuse, rollback
from warehouse.reading import Reader, fetch, shown
from warehouse.results import Results, read_results
from warehouse.settings import ROOT, Settings, load_settings

STAFF = ("rep_name", "owner_name", "changed_by", "loaded_by")  # who works here is no secret inside the company
MARTS = ("dim_one", "dim_two", "fct_usage")
PASSED = Results(("model", "test"))
ANOTHER_LOAD = """
    insert into ops.load_runs (started_at, loaded_by, status, source_folder, file_hashes, rows_read, rows_loaded,
        rows_rejected, as_of_date)
    values (now(), 'a test', 'succeeded', '', '{}', 0, 0, 0, '2026-10-31')
"""
LOADED = """
    create table raw.crm_accounts ();
    create table raw.company_fx_rates (currency varchar, valid_from date, rate numeric);
    create table raw.company_settings as
    select 'UTC' as timezone, 1 as fiscal_year_first_month, 'constant' as fx_method, 'USD' as reporting_currency
"""
UNDONE = "update ops.load_runs set status = 'undone' where load_run_id = (select max(load_run_id) from ops.load_runs)"
BOTH = "select (select value from marts.dim_one) as one, (select value from marts.dim_two) as two"


@pytest.fixture
def tiny(server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A warehouse with a load and nothing built."""
    name = f"tower_shown_{tmp_path.name[-10:].strip('_').lower()}"
    enter(empty_company(server, name, tmp_path, tmp_path / "target"), monkeypatch)
    with autocommit(load_settings().owner()) as cursor:
        cursor.execute(ANOTHER_LOAD)
    return load_settings()


def make(settings: Settings, value: int) -> None:
    """What dbt does: marts in the candidate, here each with one row of the same value."""
    with build(settings, afresh=True), autocommit(settings.owner()) as cursor:
        for mart in MARTS:
            cursor.execute(f"create table candidate.{mart} as select {value} as value")


def seen() -> list[tuple[int, int]]:
    """What a reader sees in two marts."""
    return [(int(one), int(two)) for one, two in fetch(BOTH, {}).itertuples(index=False)]


def states(settings: Settings, query: str) -> list[object]:
    """The first column of a query about ops."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def test_a_candidate_is_not_shown_before_its_tests_have_passed(tiny: Settings) -> None:
    make(tiny, 1)
    with pytest.raises(TowerError, match="not built"):
        seen()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        connect(tiny.reader()).cursor().execute("select * from candidate.dim_one")
    publish(tiny, PASSED)
    assert seen() == [(1, 1)] and not is_waiting(tiny)
    make(tiny, 2)
    refuse(tiny, "unique_dim_one: Got 3 results")
    assert seen() == [(1, 1)] and is_waiting(tiny)
    assert states(tiny, "select status || ' ' || message from ops.builds order by build_id") == [
        "published ",
        "refused unique_dim_one: Got 3 results",
    ]


def test_a_build_that_breaks_leaves_what_is_shown(tiny: Settings) -> None:
    make(tiny, 1)
    number = publish(tiny, PASSED)
    with pytest.raises(TowerError, match="fct_x"), build(tiny, afresh=True):
        raise TowerError("dbt build failed: fct_x: division by zero")
    with suppress(KeyboardInterrupt), build(tiny, afresh=True):
        raise KeyboardInterrupt
    assert seen() == [(1, 1)] and not is_waiting(tiny)
    with pytest.raises(TowerError, match="no candidate waits"):
        publish(tiny, PASSED)
    told = "select status || ': ' || message from ops.builds where build_id > 1 order by build_id"
    assert states(tiny, told) == ["failed: dbt build failed: fct_x: division by zero", "failed: it was broken off"]
    assert states(tiny, "select publication_id from ops.publications") == [number]


def test_what_continues_a_publication_is_compared_with_it(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(dbt.subprocess, "run", lambda command, **_: asked.append(command[1:]))
    for value, compared in ((1, 0), (2, 1), (3, 2)):  # nothing was shown before the first
        make(tiny, value)
        publish(tiny, PASSED)
        dbt.restate(tiny)
        assert asked == [["-m", "metrics", "restated"]] * compared


def test_the_last_three_stay_and_each_can_be_shown_again(tiny: Settings) -> None:
    for value in (1, 2, 3, 4):
        make(tiny, value)
        publish(tiny, PASSED)
    assert states(tiny, "select publication_id from ops.publications where kept order by 1") == [2, 3, 4]
    with owner_connection(tiny) as connection, connection.cursor() as cursor:
        assert re.fullmatch(r"3 publications kept, \d+ MB on the disk", publication.room(cursor))
        cursor.execute(
            "create table marts_4.big as select repeat(md5(n::text), 20) as text from generate_series(1, 9000) as n"
        )
        assert publication.room(cursor).startswith("3 publications kept, 6 MB")  # 12 rows a page: 750 of 8 KiB
    assert states(tiny, r"select nspname from pg_namespace where nspname ~ '^(marts|gone)_' order by 1") == [
        "marts_2",
        "marts_3",
        "marts_4",
    ]
    assert rollback(tiny) == 3 and seen() == [(3, 3)]
    assert rollback(tiny) == 2 and seen() == [(2, 2)]
    with pytest.raises(TowerError, match=r"nothing earlier is kept; .* kept: 4, 3"):
        rollback(tiny)
    with pytest.raises(TowerError, match="publication 1 cannot be shown again"):
        rollback(tiny, 1)
    assert rollback(tiny, 4) == 4 and seen() == [(4, 4)]
    make(tiny, 5)
    assert publish(tiny, PASSED) == 5 and seen() == [(5, 5)]


def test_what_nobody_tested_is_shown_only_with_a_reason(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tiny, 1)
    monkeypatch.setattr("sys.argv", ["warehouse", "publish"])
    with pytest.raises(TowerError, match='make publish FORCE=1 WHY="'):
        warehouse()
    monkeypatch.setattr("sys.argv", ["warehouse", "publish", "--force", "--why", "the board meets in an hour"])
    warehouse()
    assert "publication 1 is shown, with the reason" in capsys.readouterr().out and seen() == [(1, 1)]
    assert states(tiny, "select status || ': ' || forced from ops.publications") == [
        "untested: the board meets in an hour"
    ]


def test_two_builds_at_once_are_refused_and_a_killed_one_is_told(tiny: Settings) -> None:
    asked = (ROOT / "app/queries/last_build.sql").read_text()

    def told() -> tuple[str, str]:
        row = fetch(asked, {"lock": BUILD_LOCK}).iloc[0]
        return str(row["status"]), str(row["message"])

    with build(tiny, afresh=True):
        assert told() == ("running", "")
        with pytest.raises(TowerError, match="another build is running"), build(tiny, afresh=True):
            pass
        assert told() == ("running", "")
    assert told() == ("built", "")
    with autocommit(tiny.owner()) as cursor:
        cursor.execute("update ops.builds set status = 'running'")  # as a kill leaves it
    assert told() == ("failed", "it was broken off")
    make(tiny, 1)
    assert states(tiny, "select status from ops.builds order by build_id") == ["failed", "built"]


def change_loads(settings: Settings, statement: str) -> None:
    """What another load, or taking one back, leaves in ops.load_runs."""
    with autocommit(settings.owner()) as cursor:
        cursor.execute(statement)


def test_a_build_during_which_other_data_came_is_never_shown(tiny: Settings) -> None:
    make(tiny, 1)
    publish(tiny, PASSED)
    with pytest.raises(TowerError, match="other data were loaded"), build(tiny, afresh=True):
        change_loads(tiny, ANOTHER_LOAD)
    with pytest.raises(TowerError, match="other data were loaded"), build(tiny, afresh=True):
        change_loads(tiny, UNDONE)
        raise TowerError("dbt build failed: assert_cash_ties: Got 334 results")
    assert not is_waiting(tiny) and seen() == [(1, 1)]
    make(tiny, 2)
    assert publish(tiny, PASSED) == 2 and seen() == [(2, 2)]


def test_a_candidate_of_a_load_that_was_undone_is_not_shown(tiny: Settings) -> None:
    make(tiny, 1)
    publish(tiny, PASSED)
    change_loads(tiny, ANOTHER_LOAD)
    make(tiny, 2)
    change_loads(tiny, UNDONE)
    with pytest.raises(TowerError, match="of load 2, but load 1 is in force; run `make dbt-run dbt-test`"):
        publish(tiny, PASSED)
    assert seen() == [(1, 1)]


def test_a_rollback_leaves_what_waits(tiny: Settings) -> None:
    for value in (1, 2):
        make(tiny, value)
        publish(tiny, PASSED)
    make(tiny, 3)
    assert rollback(tiny) == 1 and seen() == [(1, 1)] and is_waiting(tiny)
    assert publish(tiny, PASSED) == 3 and seen() == [(3, 3)]
    with build(tiny, afresh=True):
        assert rollback(tiny, 2) == 2
        with pytest.raises(TowerError, match="no candidate waits"):
            publish(tiny, PASSED)


def test_a_mart_that_dbt_goes_on_with_is_carried_over(tiny: Settings) -> None:
    assert carried(tiny) == ["fct_usage"]
    make(tiny, 1)
    publish(tiny, PASSED)
    with build(tiny, afresh=False):
        assert states(tiny, "select value from candidate.fct_usage") == [1]
        assert states(tiny, "select tablename from pg_tables where schemaname = 'candidate'") == ["fct_usage"]
    with build(tiny, afresh=True):
        assert states(tiny, "select tablename from pg_tables where schemaname = 'candidate'") == []


def test_an_open_transaction_stops_neither_the_swap_nor_the_next_build(tiny: Settings) -> None:
    make(tiny, 1)
    publish(tiny, PASSED)
    analyst = connect(tiny.reader())
    analyst.cursor().execute(BOTH)
    began = time.monotonic()
    for value in (2, 3, 4, 5):
        make(tiny, value)
        publish(tiny, PASSED)
        assert seen() == [(value, value)]
    assert "marts_1" in states(tiny, "select nspname from pg_namespace")  # somebody still reads it
    analyst.close()
    assert time.monotonic() - began < 60
    make(tiny, 6)
    publish(tiny, PASSED)
    left = states(tiny, r"select nspname from pg_namespace where nspname ~ '^(marts|gone)_' order by 1")
    assert left == ["marts_4", "marts_5", "marts_6"]


def test_tests_of_a_build_that_is_not_whole_are_refused_at_once(tiny: Settings) -> None:
    def said() -> str:
        with pytest.raises(TowerError) as caught:
            run_dbt(["test"])
        return str(caught.value)

    change_loads(tiny, LOADED)
    assert said() == "nothing is built yet; run `make dbt-run`"
    with suppress(TowerError), build(tiny, afresh=True):
        assert said() == "a build is running; wait until it ends"
        raise TowerError("dbt run failed: fct_churn: division by zero")
    assert said() == "the last build failed: fct_churn: division by zero; run `make dbt-run`"
    with suppress(TowerError), build(tiny, afresh=True):
        change_loads(tiny, ANOTHER_LOAD)
    assert said() == (
        "the last build failed: other data were loaded, or a load was undone, while it was built; run `make dbt-run`"
    )
    change_loads(tiny, "update ops.builds set status = 'running'")  # as a kill leaves it
    assert said().startswith("the last build failed: ")
    with suppress(KeyboardInterrupt), build(tiny, afresh=True):
        raise KeyboardInterrupt
    assert said() == "the last build failed: it was broken off; run `make dbt-run`"
    make(tiny, 1)
    check_built(tiny)
    publish(tiny, PASSED)
    check_built(tiny)


def test_a_candidate_that_somebody_holds_is_said_and_noted(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "WAIT", "100ms")
    make(tiny, 1)
    holder = connect(tiny.owner())
    holder.cursor().execute("set application_name = 'dbt'; begin; select * from candidate.dim_one")
    said = f"what is to be built anew is still used by {holder.info.backend_pid} (dbt); end that and try again"
    with pytest.raises(TowerError) as caught:
        make(tiny, 2)
    assert str(caught.value) == said
    assert states(tiny, "select status || ': ' || message from ops.builds order by build_id") == [
        "built: ",
        f"failed: {said}",
    ]
    monkeypatch.setattr(publication, "WAIT", "2s")
    threading.Timer(3, holder.close).start()  # longer than one try waits
    make(tiny, 3)
    assert publish(tiny, PASSED) and seen() == [(3, 3)]


def test_marts_of_an_earlier_version_are_named_as_such(tiny: Settings) -> None:
    with pytest.raises(TowerError, match=r"^nothing is published yet; run `make dbt-run dbt-test`$"):
        shown()
    with autocommit(tiny.owner()) as cursor:
        cursor.execute("create table marts.dim_one as select 1 as value")
    said = "^an earlier version built the marts: build them anew; run `make dbt-run dbt-test`$"
    with pytest.raises(TowerError, match=said):
        shown()
    make(tiny, 2)
    publish(tiny, PASSED)
    assert shown() == (1, "")


@pytest.fixture
def polled(tiny: Settings) -> Iterator[list[tuple[int, ...]]]:
    """What two readers see all the time: of what is shown, in one statement; of one publication, in two."""
    make(tiny, 0)
    publish(tiny, PASSED)
    polls: list[tuple[int, ...]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            polls.extend(seen())
            number, _ = shown()
            both = (fetch(f"select value from marts.dim_{which}", {}, Reader(None, number)) for which in ("one", "two"))
            polls.append(tuple(int(frame.iloc[0, 0]) for frame in both))

    threads = [threading.Thread(target=watch) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield polls
    done.set()
    for thread in threads:
        thread.join()


def test_a_reader_never_sees_parts_of_two_publications(tiny: Settings, polled: list[tuple[int, ...]]) -> None:
    for value in range(1, 9):
        make(tiny, value)
        time.sleep(0.1)
        publish(tiny, PASSED)
        if value % 3 == 0:
            rollback(tiny)
    assert len(polled) > 50 and {one for one, _ in polled} >= {1, 4, 8}
    assert all(one == two for one, two in polled), polled


def test_what_dbt_left_of_an_earlier_run_says_nothing_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "run_results.json").write_text('{"results": [{"unique_id": "test.gtm.a", "status": "pass"}]}')
    assert read_results(tmp_path, 0).kinds == ("test",)
    assert read_results(tmp_path, time.time() + 60).failed == "dbt stopped before it ran anything"
    assert read_results(tmp_path / "none", 0).failed == "dbt stopped before it ran anything"


def test_failures_are_named_the_first_five(tmp_path: Path) -> None:
    found = ", ".join(
        f'{{"unique_id": "test.gtm.t{n}.hash", "status": "fail", "message": "Got {n} results\\nmore"}}'
        for n in range(7)
    )
    (tmp_path / "run_results.json").write_text(f'{{"results": [{found}]}}')
    said = read_results(tmp_path, 0).failed
    assert said.startswith("t0: Got 0 results; t1: Got 1 results; ") and said.endswith("t4: Got 4 results; and 2 more")


def test_the_dashboard_reads_the_publication_that_is_shown(in_company: Settings) -> None:
    found = tower("")
    [number] = states(in_company, "select max(publication_id) from ops.publications where kept")
    assert found.publication == number and found.reader == Reader(None, number)
    pinned = fetch("select count(*) as n, 'marts.x' as word from marts.dim_account -- it's marts.x", {}, found.reader)
    assert pinned["n"].iloc[0] == 500 and pinned["word"].iloc[0] == "marts.x"


def test_no_mart_names_a_person(in_company: Settings) -> None:
    reader = in_company.reader().text()
    with psycopg2.connect(reader) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where table_schema in ('marts', 'scores') and data_type in ('text', 'character varying')"
        )
        columns = [row for row in cursor.fetchall() if row[2] not in STAFF]
    assert len(columns) > 200
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create temporary table people as select first_name || ' ' || last_name as person from raw.crm_contacts"
        )
        for schema, table, column in columns:
            cursor.execute(
                f"select count(*) from {schema}.{table} where \"{column}\" like '%_@_%._%' "
                f'or "{column}" in (select person from people)'
            )
            assert cursor.fetchone()[0] == 0, f"{schema}.{table}.{column}"
