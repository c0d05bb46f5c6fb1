"""What a login that reads can do to others: nothing that PostgreSQL lets one take away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg2
import pytest

from tests.conftest import Company, enter
from warehouse.access import Scope
from warehouse.connections import autocommit, connect, reader_url
from warehouse.database import LOAD_LOCK, prepare_database
from warehouse.errors import TowerError
from warehouse.settings import Settings
from warehouse.url import DatabaseUrl

SMALL = Scope(segments=("SMB",))


@pytest.fixture(scope="module")
def settings(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The company, with one row scope."""
    file = tmp_path_factory.mktemp("access") / "access.yml"
    file.write_text("default: {segments: [SMB]}")
    with pytest.MonkeyPatch.context() as patch:
        found = replace(enter(company, patch), access_file=file)
        prepare_database(found)
        yield found
        file.write_text("users: {}")
        prepare_database(found)


@pytest.fixture(params=["whole", "scope"])
def login(request: pytest.FixtureRequest, settings: Settings) -> DatabaseUrl:
    """tower_reader, and the login of a scope."""
    return reader_url(settings, SMALL.role(settings.database_name) if request.param == "scope" else None)


def done(url: DatabaseUrl, *statements: str) -> Any:
    """The first row of the last of some statements that may write."""
    with autocommit(url) as cursor:
        cursor.execute("set default_transaction_read_only = off")
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table mine (x integer)",
        "create function pg_temp.mine() returns integer language sql as 'select 1'",
        "create table marts.mine (x integer)",
        "create table public.mine (x integer)",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'mine')",
        f"select pg_advisory_lock({LOAD_LOCK})",
        f"select pg_try_advisory_lock({LOAD_LOCK})",
        f"select pg_try_advisory_xact_lock({LOAD_LOCK})",
        f"select pg_advisory_lock_shared({LOAD_LOCK})",
        "select pg_terminate_backend(pg_backend_pid())",
        "select pg_cancel_backend(pg_backend_pid())",
        "do $$ begin lock table marts.dim_account in access exclusive mode; end $$",
    ],
)
def test_what_would_harm_others_is_closed(login: DatabaseUrl, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        done(login, statement)


def test_an_idle_transaction_and_a_long_statement_are_ended(login: DatabaseUrl) -> None:
    with autocommit(login) as cursor:
        for setting, value in (("idle_in_transaction_session_timeout", "1min"), ("statement_timeout", "30s")):
            cursor.execute(f"show {setting}")
            assert cursor.fetchone() == (value,)


def test_what_a_login_changed_of_itself_is_set_back(settings: Settings, login: DatabaseUrl) -> None:
    done(
        login,
        "alter role current_user set statement_timeout = '1ms'",
        f"alter role current_user in database {settings.database_name} set search_path = nowhere",
        "alter role current_user password 'mine'",
    )
    with pytest.raises(TowerError):
        connect(login)
    prepare_database(settings)
    assert done(login, "show statement_timeout") == ("30s",)
    assert done(login, "show search_path") == ('"$user", public',)


def test_the_server_says_who_made_a_view_and_lets_only_them_delete_it(settings: Settings) -> None:
    whole, scoped = settings.reader(), reader_url(settings, SMALL.role(settings.database_name))
    insert = "insert into ops.saved_views (name, page, query_string) values ('Board', 'board', '') "
    made = done(whole, insert + "returning created_by, created_at is not null, person")
    assert made == ("tower_reader", True, "")
    delete = "delete from ops.saved_views where name = 'Board' returning name"
    for column, value in (("created_by", "'tower_reader'"), ("created_at", "'2020-01-01'")):
        forged = f"insert into ops.saved_views (name, page, query_string, {column}) values ('x', 'board', '', {value})"
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            done(scoped, forged)
    assert done(scoped, "select name from ops.saved_views") == ("Board",)
    assert done(scoped, delete) is None
    assert done(whole, delete) == ("Board",)
