"""Publications: dbt builds in `candidate`, and what has passed is shown whole, in one transaction, as `marts`.

A publication is a schema of tables, marts_<number>, that nothing changes any more. `marts` holds views of the one that
is shown: they are made beside those of before and take their name, so that no reader waits and none sees parts of two.
The last few stay, and each can be shown again. ops.builds says how builds went, ops.publications what was shown when.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from warehouse import definitions
from warehouse.clock import check_clock, now
from warehouse.connections import autocommit, owner_connection
from warehouse.errors import TowerError
from warehouse.results import Results
from warehouse.settings import Settings

CANDIDATE = definitions.CANDIDATE
INCREMENTAL = re.compile(r"materialized\s*=\s*'incremental'")
READERS = sql.SQL("tower_reader, tower_scoped")
BUILD_LOCK = 7_203_115  # held by whoever fills the candidate: one at a time
BROKEN = "it was broken off"
RESTORED = "a backup was restored"
TORN = "other data were loaded, or a load was undone, while it was built; run `make dbt-run dbt-test` again"
WAIT = "2s"  # for somebody who holds on to what is to be dropped
TRIES = 5  # to empty the candidate: dbt whose build was killed may need some seconds to end
BUSY = (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected)
HOLDERS = f"""
    select distinct format('%s (%s)', pid, coalesce(nullif(application_name, ''), usename))
    from pg_locks join pg_class on pg_class.oid = relation join pg_stat_activity using (pid)
    where relnamespace = to_regnamespace('{CANDIDATE}') and granted and pid <> pg_backend_pid() order by 1
"""


@contextmanager
def build(settings: Settings, afresh: bool) -> Iterator[None]:
    """Note a build in ops.builds while it runs, with an empty candidate before it; one that breaks off has failed.

    Marts that dbt goes on with, such as fct_usage, are carried over from the publication shown, unless `afresh`.
    """
    with autocommit(settings.owner()) as holder:
        holder.execute("select pg_try_advisory_lock(%s)", (BUILD_LOCK,))
        if not holder.fetchone()[0]:
            raise TowerError("another build is running; wait until it ends, or stop it")
        try:
            with _noted(settings, afresh):
                yield
        finally:
            with suppress(psycopg2.Error):  # a closed connection frees it too, but only when the server has noticed
                holder.execute("select pg_advisory_unlock(%s)", (BUILD_LOCK,))


@contextmanager
def _noted(settings: Settings, afresh: bool) -> Iterator[None]:
    """Make the candidate and note the build; what an earlier one that was killed left as running has failed."""
    with autocommit(settings.owner()) as cursor:
        check_clock(cursor)
        cursor.execute("update ops.builds set status = 'failed', message = %s where status = 'running'", (BROKEN,))
        cursor.execute(
            "insert into ops.builds (started_at, load_run_id, as_of_date, status, models) "
            "select %s, load_run_id, as_of_date, 'running', %s from ops.load_runs where status = 'succeeded' "
            "order by load_run_id desc limit 1 returning build_id",
            (now(), _models(settings)),
        )
        [number] = cursor.fetchone()
    status, message = "failed", BROKEN
    try:
        with _of_one_load(settings):
            with autocommit(settings.owner()) as cursor:
                _empty_candidate(cursor, [] if afresh else carried(settings))
            yield
        status, message = "built", ""
    except TowerError as error:
        message = str(error)
        raise
    finally:
        with suppress(TowerError, psycopg2.Error), autocommit(settings.owner()) as cursor:  # it may be gone: so be it
            cursor.execute(
                "update ops.builds set finished_at = %s, status = %s, message = %s where build_id = %s",
                (now(), status, message[:4000], number),
            )


@contextmanager
def _of_one_load(settings: Settings) -> Iterator[None]:
    """Raise TowerError when what is loaded changes meanwhile: the marts would be of both, and tests fail for that."""
    before = _loads(settings)
    try:
        yield
    except TowerError as error:
        try:
            torn = _loads(settings) != before
        except TowerError:  # the warehouse is gone: that is not why
            raise error from None
        if not torn:
            raise
    if _loads(settings) != before:
        raise TowerError(TORN)


def _loads(settings: Settings) -> tuple[int, int]:
    """The load that is in force, and the last one that ever was."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select max(load_run_id) filter (where status = 'succeeded'), max(load_run_id) "
            "from ops.load_runs where status in ('succeeded', 'undone')"
        )
        return cursor.fetchone()


def _models(settings: Settings) -> str:
    """A hash of the SQL that makes marts."""
    files = [
        path for part in ("models", "macros", "snapshots") for path in (settings.root / "dbt" / part).rglob("*.sql")
    ]
    content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(files))
    return hashlib.sha256(content).hexdigest()


def carried(settings: Settings) -> list[str]:
    """The marts that dbt builds incrementally."""
    files = (settings.root / "dbt/models/marts").rglob("*.sql")
    return sorted(file.stem for file in files if INCREMENTAL.search(file.read_text(encoding="utf-8")))


def publish(
    settings: Settings, results: Results, why: str = "", is_new_start: bool = False, target: Path | None = None
) -> int:
    """Show the candidate that was built last; returns the publication's number.

    `results` are those of its tests. `why` is the reason for showing what they have not passed; it stands on every
    page; a new start continues nothing that was shown; `target` is where dbt has written its definitions. Raises
    TowerError when nothing waits, or what waits is not of the load that is in force.
    """
    for warning in results.warnings:
        print(f"warning: {warning}")
    in_force, _ = _loads(settings)
    with owner_connection(settings) as connection, connection, connection.cursor() as cursor:
        found = waiting(cursor)
        if found is None or not _tables(cursor, CANDIDATE):
            raise TowerError("no candidate waits to be published; run `make dbt-run`, and `make dbt-test` to test it")
        if found[1] != in_force:
            raise TowerError(
                f"the candidate is of load {found[1]}, but load {in_force} is in force; run `make dbt-run dbt-test`"
            )
        passed = 0 if "test" in results.kinds else _passed(cursor, found[0])
        cursor.execute(
            "insert into ops.publications (published_at, build_id, load_run_id, as_of_date, models, tests, status, "
            "warnings, forced, continues, kept) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true) "
            "returning publication_id",
            (
                now(),
                *found,
                len(_tables(cursor, CANDIDATE)),
                results.tests or passed,
                "held" if passed else "succeeded" if "test" in results.kinds and not why else "untested",
                "; ".join(results.warnings)[:4000],
                why[:4000],
                None if is_new_start else shown(cursor),
            ),
        )
        [number] = cursor.fetchone()
        cursor.execute("update ops.builds set status = 'published' where build_id = %s", (found[0],))
        if target:
            definitions.keep(cursor, number, target / definitions.MANIFEST)
        cursor.execute(f"alter schema {CANDIDATE} rename to marts_{number}")
        _make_views(cursor, CANDIDATE, number)  # on them dbt tests on, and builds single models
        _show(cursor, number)
    _drop_old(settings)
    return int(number)


def check_built(settings: Settings) -> None:
    """Raise TowerError when the newest build is not whole: what tests would find in it says nothing."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select status, message, exists (select from pg_locks where locktype = 'advisory' and objid = %s and "
            "database = (select oid from pg_database where datname = current_database())) "
            "from ops.builds order by build_id desc limit 1",
            (BUILD_LOCK,),
        )
        status, message, is_held = cursor.fetchone() or ("", "", False)
    if not status:
        raise TowerError("nothing is built yet; run `make dbt-run`")
    if status == "running" and is_held:
        raise TowerError("a build is running; wait until it ends")
    if message == RESTORED:
        raise TowerError(f"{RESTORED}, and nothing is built of it yet; run `make dbt-run`, then `make dbt-test`")
    if status in ("running", "failed"):
        why = re.sub(r"^dbt \w+ failed: |; run `make .*", "", message) or BROKEN
        raise TowerError(f"the last build failed: {why}; run `make dbt-run`")


def is_waiting(settings: Settings) -> bool:
    """Whether a whole candidate is not published yet."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        return waiting(cursor) is not None


def waiting(cursor: Any) -> tuple[int, int, Any] | None:
    """Number, load and as-of date of the newest build, when it is whole and not published."""
    cursor.execute("select build_id, load_run_id, as_of_date, status from ops.builds order by build_id desc limit 1")
    found = cursor.fetchone()
    return found[:3] if found and found[3] in ("built", "refused") else None


def refuse(settings: Settings, message: str, tests: int = 0) -> int | None:
    """Note that the newest build, though whole, did not pass: its tests, or after so many of them the gate.

    Returns the build's number; None when none waits.
    """
    with autocommit(settings.owner()) as cursor:
        found = waiting(cursor)
        if found is not None:
            cursor.execute(
                "update ops.builds set status = 'refused', message = %s, tests = %s where build_id = %s",
                (message[:4000], tests, found[0]),
            )
    return found[0] if found else None


def _passed(cursor: Any, build: int) -> int:
    """How many tests a build has passed that was held all the same."""
    cursor.execute("select tests from ops.builds where build_id = %s", (build,))
    return int(cursor.fetchone()[0])


def rollback(settings: Settings, to: int | None = None) -> int:
    """Show an earlier publication again, the one before unless `to` names it; returns its number."""
    with owner_connection(settings) as connection, connection, connection.cursor() as cursor:
        cursor.execute("select publication_id from ops.publications where kept order by publication_id desc")
        kept = [number for (number,) in cursor.fetchall()]
        current = shown(cursor)
        earlier = [number for number in kept if current is not None and number < current]
        wanted: int | None = to if to is not None else max(earlier, default=None)
        if wanted is None or wanted not in kept or wanted == current:
            problem = "nothing earlier is kept" if wanted is None else f"publication {wanted} cannot be shown again"
            others = ", ".join(str(number) for number in kept if number != current)
            raise TowerError(f"{problem}; besides the one that is shown these are kept: {others or 'none'}")
        _show(cursor, wanted)
    return wanted


def shown(cursor: Any) -> int | None:
    """The number of the publication that is shown."""
    cursor.execute("select publication_id from ops.shown")
    found = cursor.fetchone()
    return int(found[0]) if found else None


def room(cursor: Any) -> str:
    """How many publications are kept, and what they take on the disk."""
    cursor.execute(
        "select count(distinct relnamespace), coalesce(sum(pg_total_relation_size(pg_class.oid)), 0) from pg_class "
        r"inner join pg_namespace on pg_namespace.oid = relnamespace where nspname ~ '^marts_\d+$' and relkind = 'r'"
    )
    kept, size = cursor.fetchone()
    return f"{kept} publication{'s' * (kept != 1)} kept, {size / 2**20:,.0f} MB on the disk"


def _show(cursor: Any, number: int) -> None:
    """Let `marts` be the views of a publication."""
    _make_views(cursor, "marts_next", number)
    for schema in (f"marts_{number}", "marts_next"):
        cursor.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(schema), READERS))
    cursor.execute(sql.SQL("grant select on all tables in schema marts_next to {}").format(READERS))
    cursor.execute(f"alter schema marts rename to gone_{number}_{now():%Y%m%d%H%M%S%f}")
    cursor.execute("alter schema marts_next rename to marts")
    later = "greatest(%s, (select max(shown_at) + interval '1 microsecond' from ops.publications))"
    cursor.execute(f"update ops.publications set shown_at = {later} where publication_id = %s", (now(), number))


def _make_views(cursor: Any, schema: str, number: int) -> None:
    """A new schema with a view of each mart of a publication, which checks the rights of whoever reads."""
    cursor.execute(f"create schema {schema}")
    for table in _tables(cursor, f"marts_{number}"):
        view, source = sql.Identifier(schema, table), sql.Identifier(f"marts_{number}", table)
        statement = "create view {} with (security_invoker = true) as select * from {}"
        cursor.execute(sql.SQL(statement).format(view, source))


def _drop_old(settings: Settings) -> None:
    """Drop what no page can come back to, but what somebody still reads: the next time will do."""
    with autocommit(settings.owner()) as cursor:
        cursor.execute(f"set lock_timeout = '{WAIT}'")
        number = shown(cursor)
        cursor.execute(
            "select publication_id from ops.publications where kept and publication_id <> %s "
            "order by publication_id desc offset %s",
            (number, max(settings.publications_kept - 1, 0)),
        )
        old = {f"marts_{found}": found for (found,) in cursor.fetchall()}
        cursor.execute(r"select nspname from pg_namespace where nspname ~ '^gone_\d+_\d+$' order by 1")
        for schema in [*(name for (name,) in cursor.fetchall()), *old]:
            try:
                cursor.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
            except psycopg2.errors.LockNotAvailable:
                continue
            if schema in old:
                cursor.execute("update ops.publications set kept = false where publication_id = %s", (old[schema],))


def _empty_candidate(cursor: Any, carried_over: list[str]) -> None:
    """Make the candidate anew; its cursor commits each statement. Raises TowerError that says who holds on to it."""
    cursor.execute(f"set lock_timeout = '{WAIT}'")
    for left in reversed(range(TRIES)):
        try:
            cursor.execute(f"drop schema if exists {CANDIDATE} cascade")
            break
        except BUSY:
            if left:
                continue
            cursor.execute(HOLDERS)
            who = ", ".join(name for (name,) in cursor.fetchall()) or "somebody"
            raise TowerError(f"what is to be built anew is still used by {who}; end that and try again") from None
    cursor.execute("reset lock_timeout")
    cursor.execute(f"create schema {CANDIDATE}")
    cursor.execute(f"alter default privileges in schema {CANDIDATE} grant select on tables to tower_reader")
    number = shown(cursor)
    for table in carried_over if number is not None else []:
        if table in _tables(cursor, f"marts_{number}"):
            new, old = sql.Identifier(CANDIDATE, table), sql.Identifier(f"marts_{number}", table)
            cursor.execute(sql.SQL("create table {} (like {} including all)").format(new, old))
            cursor.execute(sql.SQL("insert into {} select * from {}").format(new, old))


def _tables(cursor: Any, schema: str) -> list[str]:
    cursor.execute("select tablename from pg_tables where schemaname = %s order by tablename", (schema,))
    return [name for (name,) in cursor.fetchall()]
