"""The login roles that read: tower_reader, and one for each row scope of access.yml, which row-level security knows."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from warehouse.access import DIMENSIONS, Scope, read_access, unknown_words
from warehouse.connections import reader_url
from warehouse.errors import TowerError
from warehouse.settings import Settings

LIMITS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_read_only": "on",
}


def make_readers(cursor: Any, settings: Settings) -> None:
    """Make tower_reader, and tower_scoped, which every row scope belongs to. The cursor is the owner's."""
    cursor.execute("select rolname from pg_roles where rolname in ('tower_reader', 'tower_scoped')")
    present = {name for (name,) in cursor.fetchall()}
    _make_login(cursor, settings.database_name, "tower_reader", settings.reader_password, "tower_reader" in present)
    if "tower_scoped" not in present:
        cursor.execute("create role tower_scoped nologin")


def apply_access(cursor: Any, settings: Settings) -> None:
    """Make the roles of the scopes in access.yml, and drop those that it no longer names. The cursor is the owner's.

    Raises TowerError, and changes nothing, when the file names a segment or region that the built marts do not know.
    """
    access = read_access(settings.access_file)
    if unknown := unknown_words(access, words_known(cursor)):
        raise TowerError(f"{settings.access_file.name}, {'; '.join(unknown)}")
    wanted = {str(scope.role(settings.database_name)): scope for scope in access.scopes()}
    cursor.execute("select role_name from ops.row_scopes")
    known = {name for (name,) in cursor.fetchall()}
    cursor.execute("select rolname from pg_roles where starts_with(rolname, 'tower_scope_')")
    present = {name for (name,) in cursor.fetchall()}
    for role in known - wanted.keys():
        cursor.execute("delete from ops.row_scopes where role_name = %s", (role,))
        cursor.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))
    for role, scope in wanted.items():
        _make_login(cursor, settings.database_name, role, str(reader_url(settings, role).password), role in present)
        cursor.execute(sql.SQL("grant tower_scoped to {}").format(sql.Identifier(role)))
        _keep_scope(cursor, role, scope)


def words_known(cursor: Any) -> dict[str, list[str]]:
    """The segments and regions of the built marts, in the company's order; nothing before they are built."""
    found = {}
    for dimension in DIMENSIONS:
        name = dimension.removesuffix("s")
        cursor.execute("select to_regclass(%s) is not null", (f"marts.dim_{name}",))
        if cursor.fetchone()[0]:
            table = sql.Identifier("marts", f"dim_{name}")
            cursor.execute(sql.SQL("select {} from {} order by position").format(sql.Identifier(name), table))
            found[dimension] = [word for (word,) in cursor.fetchall()]
    return found


def _make_login(cursor: Any, database: str, role: str, password: str, present: bool) -> None:
    """A role that signs in with a password, only reads, and whose statements and idle transactions are ended.

    What it has changed of itself, its password too, is set back: PostgreSQL lets every role do that.
    """
    name, verb = sql.Identifier(role), sql.SQL("alter" if present else "create")
    cursor.execute(sql.SQL("{} role {} login password {}").format(verb, name, sql.Literal(password)))
    if present:
        cursor.execute(sql.SQL("alter role {} reset all").format(name))
        cursor.execute(sql.SQL("alter role {} in database {} reset all").format(name, sql.Identifier(database)))
    for setting, value in LIMITS.items():
        cursor.execute(sql.SQL("alter role {} set {} = {}").format(name, sql.Identifier(setting), sql.Literal(value)))


def _keep_scope(cursor: Any, role: str, scope: Scope) -> None:
    """What a role may see, where the policies of the marts look it up; * is everything."""
    values = {key: list(getattr(scope, key) or "*") for key in DIMENSIONS}
    cursor.execute(
        "insert into ops.row_scopes (role_name, segments, regions) values (%s, %s, %s) "
        "on conflict (role_name) do update set segments = excluded.segments, regions = excluded.regions",
        (role, values["segments"], values["regions"]),
    )
