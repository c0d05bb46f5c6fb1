"""Row scopes in PostgreSQL: a scoped login reads its own rows of every mart, and can't widen what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from rich.console import Console

from metrics import catalogue, query
from metrics.lists import behind
from tests.conftest import Company
from warehouse.__main__ import show_access
from warehouse.access import EVERYTHING, Access, Scope, read_access, unknown_words
from warehouse.connections import autocommit, connect, reader_url
from warehouse.database import prepare_database
from warehouse.errors import TowerError
from warehouse.reading import Reader
from warehouse.settings import Settings, load_settings
from warehouse.url import DatabaseUrl

WORDS = {"dim_company", "dim_word", "dim_segment", "dim_region", "dim_channel", "dim_plan_tier", "dim_stage"}
OPEN = WORDS | {"dim_band", "dim_calendar", "dim_date", "dim_feature", "dim_product", "dim_sales_rep", "dim_source"}
OPEN |= {"dim_tower", "metricflow_time_spine", "score_figures"}
SCOPES = [
    Scope(segments=("SMB",)),
    Scope(regions=("Europe", "North America")),
    Scope(segments=("Enterprise", "Mid-Market"), regions=("Europe",)),
]
FILE = """
users:
  Ann@Example.com: {segments: [SMB]}
  ben@example.com: {regions: [North America, Europe]}
  eve@example.com: {segments: [Mid-Market, Enterprise], regions: [Europe]}
  cfo@example.com: everything
"""


@pytest.fixture(scope="module")
def settings(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The company, with access.yml in force."""
    file = tmp_path_factory.mktemp("access") / "access.yml"
    file.write_text(FILE)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in (company.environment | {"ACCESS_FILE": str(file)}).items():
            patch.setenv(key, value)
        found = load_settings()
        prepare_database(found)
        yield found
        file.write_text("users: {}")
        prepare_database(found)


def run(url: DatabaseUrl, statement: str) -> list[Any]:
    """The rows of one statement on a connection of its own."""
    connection = connect(url)
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())
    finally:
        connection.close()


def login(settings: Settings, scope: Scope) -> DatabaseUrl:
    """Where a scope reads."""
    return reader_url(settings, scope.role(settings.database_name))


def relations(settings: Settings) -> dict[str, set[str]]:
    """Everything that tower_reader can read in marts and scores, with its columns."""
    found = run(
        settings.owner(),
        "select c.oid::regclass::text, array_agg(a.attname::text) from pg_class c join pg_attribute a on "
        "a.attrelid = c.oid and a.attnum > 0 and not attisdropped where c.relkind in ('r', 'p', 'v', 'm', 'f') and "
        "c.relnamespace in ('marts'::regnamespace, 'scores'::regnamespace) and "
        "has_table_privilege('tower_reader', c.oid, 'select') group by 1",
    )
    return {name: set(columns) for name, columns in found}


def tables(settings: Settings) -> str:
    """The schema of the tables that marts shows."""
    [(number,)] = run(settings.owner(), "select max(publication_id) from ops.publications where kept")
    return f"marts_{number}"


def allowed(name: str, columns: set[str], scope: Scope) -> str:
    """The rows that a scope may see, as a condition for the unrestricted reader."""
    if name.split(".")[-1] in OPEN:
        return "true"
    parts = ["true"]
    for column, values in (("segment", scope.segments), ("region", scope.regions)):
        if values is not None:
            listed = ", ".join(f"'{value}'" for value in values)
            parts.append(f"{column} in ({listed})" if column in columns else "false")
    return " and ".join(parts)


@pytest.mark.parametrize("scope", SCOPES, ids=Scope.describe)
def test_a_scope_reads_its_own_rows_of_every_mart_and_no_others(settings: Settings, scope: Scope) -> None:
    found = relations(settings)
    assert len(found) > 50
    filled = 0
    for name, columns in found.items():
        digest = f"select count(*), sum(hashtextextended(t::text, 0)) from {name} as t"
        seen = run(login(settings, scope), digest)
        assert seen == run(settings.reader(), f"{digest} where {allowed(name, columns, scope)}"), name
        filled += seen[0][0] > 0
    assert filled > 25


def test_every_mart_of_accounts_says_their_segment_and_region(settings: Settings) -> None:
    for name, columns in relations(settings).items():
        assert "account_id" not in columns or {"segment", "region"} <= columns, name


def test_the_unrestricted_reader_sees_every_row(settings: Settings) -> None:
    for name in relations(settings):
        assert run(settings.reader(), f"select count(*) from {name}") == run(
            settings.owner(), f"select count(*) from {name}"
        )


@pytest.mark.parametrize(
    "attempt",
    [
        "set role tower_reader",
        "set role tower_owner",
        "set role tower_scoped",
        "reset role",
        "set session authorization tower_reader",
        "reset session authorization",
        "reset all",
        "discard all",
        "set row_security = off",
        "set tower.segments = 'Enterprise'",
        "set search_path = pg_temp, marts",
        "begin read write",
        "set default_transaction_read_only = off; delete from ops.row_scopes",
        "set default_transaction_read_only = off; update ops.row_scopes set segments = '{*}'",
        "set default_transaction_read_only = off; select ops.protect_rows('marts.dim_account', true)",
        "set default_transaction_read_only = off; drop policy scope on marts.dim_account",
        "set default_transaction_read_only = off; alter table marts.dim_account disable row level security",
        "set default_transaction_read_only = off; grant tower_reader to current_user",
        "set default_transaction_read_only = off; alter role current_user bypassrls",
    ],
)
def test_no_statement_widens_a_scope(settings: Settings, attempt: str) -> None:
    connection = connect(login(settings, SCOPES[0]))
    connection.autocommit = True
    cursor = connection.cursor()
    for statement in attempt.replace("marts.", f"{tables(settings)}.").split("; "):
        try:
            cursor.execute(statement)
        except psycopg2.Error as error:
            assert error.pgcode in ("42501", "22023", "0LP01", "0A000"), error  # not allowed
    for column, values in (("segment", {"SMB"}), ("session_user", {SCOPES[0].role(settings.database_name)})):
        try:
            cursor.execute(f"select distinct {column}::text from marts.fct_revenue_monthly")
            assert {value for (value,) in cursor.fetchall()} <= values
        except psycopg2.errors.InsufficientPrivilege:
            assert "row_security" in attempt or "tower_scoped" in attempt
    connection.close()


@pytest.mark.parametrize("relation", ["ops.row_scopes", "intermediate.int_as_of", "raw.crm_accounts", "pg_authid"])
def test_what_lies_behind_the_marts_is_closed(settings: Settings, relation: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(login(settings, SCOPES[0]), f"select * from {relation}")


def test_a_function_that_leaks_never_meets_hidden_rows(settings: Settings) -> None:
    with autocommit(settings.owner()) as owner:
        owner.execute(
            "create function marts.tell(value text) returns boolean language plpgsql cost 0.0000001 "
            "as $$ begin raise notice '%', value; return true; end $$"
        )
        try:
            connection = connect(login(settings, SCOPES[0]))
            connection.cursor().execute("select count(*) from marts.dim_account where marts.tell(segment)")
            told = {notice.split(":")[1].strip() for notice in connection.notices if notice.startswith("NOTICE")}
            connection.close()
        finally:
            owner.execute("drop function marts.tell")
    assert told == {"SMB"}


def test_statistics_do_not_tell_of_hidden_rows(settings: Settings) -> None:
    asked = f"select count(*) from pg_stats where schemaname = '{tables(settings)}' and tablename = 'dim_account'"
    assert run(settings.owner(), asked)[0][0] > 0
    assert run(login(settings, SCOPES[0]), asked)[0][0] == 0


def test_a_mart_is_closed_until_its_rows_are_protected(settings: Settings) -> None:
    owner = connect(settings.owner())
    owner.autocommit = True
    shown = tables(settings)
    try:
        owner.cursor().execute(f"create table {shown}.unprotected as select * from marts.dim_account")
        assert run(settings.reader(), f"select count(*) from {shown}.unprotected")[0][0] > 0
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run(login(settings, SCOPES[0]), f"select count(*) from {shown}.unprotected")
    finally:
        owner.cursor().execute(f"drop table {shown}.unprotected")
        owner.close()


def test_a_scope_that_is_no_longer_named_can_not_log_in(settings: Settings) -> None:
    text = settings.access_file.read_text()
    url = login(settings, SCOPES[1])
    assert run(url, "select count(*) from marts.dim_account")[0][0] > 0
    settings.access_file.write_text(text.replace("ben@", "#ben@"))
    try:
        prepare_database(settings)
        with pytest.raises(TowerError, match="make access"):
            connect(url)
    finally:
        settings.access_file.write_text(text)
        prepare_database(settings)
    assert run(url, "select count(*) from marts.dim_account")[0][0] > 0


def test_metrics_of_a_scope_equal_the_filtered_metrics(settings: Settings) -> None:
    scope = SCOPES[2]
    known = [name for name, metric in catalogue().items() if {"segment", "region"} <= {*metric.dimensions}]
    assert len(known) > 50
    filters = {"segment": scope.segments or (), "region": scope.regions or ()}
    expected = query(known, filters=filters)
    seen = query(known, reader=Reader(scope.role(settings.database_name)))
    assert expected.iloc[0].compare(seen.iloc[0]).empty
    assert seen.iloc[0].notna().sum() > 40


@pytest.mark.parametrize("name", ["mrr", "win_rate", "tickets", "failed_attempts"])
def test_the_list_behind_a_number_holds_the_rows_of_a_scope(settings: Settings, name: str) -> None:
    scope = SCOPES[2]
    expected = behind([name], selection={"segment": scope.segments or (), "region": scope.regions or ()})
    seen = behind([name], reader=Reader(scope.role(settings.database_name)))
    assert (
        expected.sort_values("account")
        .reset_index(drop=True)
        .equals(seen.sort_values("account").reset_index(drop=True))
    )
    assert not seen.empty


def test_metrics_that_are_kept_for_the_whole_company_are_empty_for_a_scope(settings: Settings) -> None:
    closed = [name for name, metric in catalogue().items() if not {"segment", "region"} & {*metric.dimensions}]
    assert "cac" in closed
    seen = query(closed, reader=Reader(SCOPES[0].role(settings.database_name))).iloc[0]
    assert seen[seen.fillna(0) != 0].empty


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("users: {ann: all}", "line 1: ann must be `everything`"),
        ("users:\n  ann: {segment: [SMB]}", "line 2: 'segment' of ann is unknown; write segments or regions"),
        ("users:\n  no: {segmnts: [SMB]}", "line 2: 'segmnts' of no is unknown; write segments or regions"),
        ("users: {ann: {regions: [EU], 1: [SMB]}}", "line 1: '1' of ann is unknown; write segments or regions"),
        ("users:\n\n  Ann: {segments: SMB}", "line 3: segments of Ann must be a list"),
        ("users: {ann: {segments: ['*']}}", "segments of ann must be a list"),
        ("users: {ann: {segments: []}}", "segments of ann must be a list"),
        ("user: {}", "must hold `users` and `default`"),
        ("users: [ann]", "`users` must map"),
        ("users: {", "is not YAML"),
        ("", "access.yml is empty, so nobody is let in"),
        ("# users: {}", "access.yml is empty, so nobody is let in"),
        ("users: {}\ndefault:", "line 2: default must be `everything`"),
        ("users:\n  ann@x.com: everything\n  ann@x.com: {segments: [SMB]}", "line 3: ann@x.com is named in line 2"),
        (
            "users:\n  Ann@x.com: everything\n\n  ' ann@X.com ': {segments: [SMB]}",
            "line 4: ann@x.com is named in line 2",
        ),
        ("users:\n  ' ': everything", "line 2: a name is empty"),
        ("users: {}\nusers: {ann@x.com: everything}", "line 2: users is named in line 1"),
        ("default: {segments: [SMB],\n  segments: [Enterprise]}", "line 2: segments is named in line 1"),
    ],
)
def test_a_mistake_in_access_yml_is_named_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "access.yml"
    file.write_text(text)
    with pytest.raises(TowerError, match=r"access\.yml") as caught:
        read_access(file)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_word_that_the_warehouse_does_not_know_is_named_for_each_who_should_see_it() -> None:
    access = Access(
        {"ann@x.com": Scope(("SBM", "SMB")), "ben@x.com": Scope(regions=("europe",)), "cfo@x.com": EVERYTHING},
        Scope(("SMB",), ("Asia",)),
        {"ann@x.com": 2, "ben@x.com": 3, "cfo@x.com": 4, "default": 6},
    )
    assert unknown_words(access, {"segments": ["SMB", "Scale"], "regions": ["Europe"]}) == [
        "line 2: ann@x.com: segment 'SBM' is unknown; the warehouse knows SMB, Scale",
        "line 3: ben@x.com: region 'europe' is unknown; the warehouse knows Europe",
        "line 6: default: region 'Asia' is unknown; the warehouse knows Europe",
    ]
    assert unknown_words(access, {}) == []  # nothing is built yet


def test_a_word_that_no_row_has_is_refused_and_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    file.write_text("users:\n  ann@x.com: {segments: [SBM], regions: [Europe]}")
    said = "access.yml, line 2: ann@x.com: segment 'SBM' is unknown; the warehouse knows SMB, Mid-Market, Enterprise"
    for act in (lambda new: show_access(new, Console()), prepare_database):
        with pytest.raises(TowerError) as caught:
            act(replace(settings, access_file=file))
        assert str(caught.value) == said
    for scope in SCOPES:
        assert run(login(settings, scope), "select count(*) from marts.dim_account")[0][0] > 0


def test_a_missing_file_lets_nobody_in_and_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    missing = tmp_path / "access.yml"
    for act in (read_access, lambda path: prepare_database(replace(settings, access_file=path))):
        with pytest.raises(TowerError, match=r"access\.yml is missing, so nobody is let in"):
            act(missing)
    assert run(login(settings, SCOPES[0]), "select count(*) from marts.dim_account")[0][0] > 0


def test_a_user_that_nobody_named_is_refused_unless_there_is_a_default(tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    file.write_text(FILE)
    access = read_access(file)
    assert access.scope("ANN@example.com") == access.scope(" ann@example.com") == SCOPES[0]
    assert access.scope("stranger@example.com") is None
    assert access.scope("") is None
    assert access.scope(None) == EVERYTHING
    file.write_text(FILE + "default: {segments: [SMB]}")
    assert read_access(file).scope("stranger@example.com") == read_access(file).scope(None) == SCOPES[0]
