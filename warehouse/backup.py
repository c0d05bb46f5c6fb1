"""What cannot be rebuilt, in one file and back: raw with the settings, ops with saved views, the history of accounts.

PostgreSQL's own pg_dump and pg_restore do it. Neither roles nor passwords are in the file, nor marts, which dbt builds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg2 import errors

from warehouse.connections import autocommit, connect
from warehouse.database import LOAD_LOCK, SCHEMA, prepare_database
from warehouse.errors import TowerError
from warehouse.publication import RESTORED
from warehouse.server.clients import Clients, clients
from warehouse.settings import Settings

KEPT = ("raw.*", "ops.*", "intermediate.account_history")
LEFT = "ops.row_scopes"  # follows access.yml, and names roles
# What a backup replaces goes first, with everything that was built on it.
CLEAR = f"""
begin;
set local lock_timeout = '60s';
do $$
declare
    found text;
begin
    if not pg_try_advisory_xact_lock({LOAD_LOCK}) then
        raise exception 'a load is running; wait until it ends, then try again';
    end if;
    for found in
        select nspname from pg_namespace
        where nspname in ('raw', 'staging', 'intermediate', 'marts', 'scores', 'candidate', 'before')
            or nspname ~ '^(marts|gone)_[0-9]'
    loop
        execute format('drop schema %I cascade', found);
    end loop;
    for found in
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname = 'ops' and format('%I.%I', schemaname, tablename) <> '{LEFT}'
    loop
        execute format('drop table %s cascade', found);
    end loop;
end
$$;
create schema raw;
create schema intermediate;
"""
# what was shown and built before is not in the file
SETTLE = b"""
update ops.publications set kept = false;
update ops.builds set status = 'failed', message = '%(why)s' where status in ('running', 'built', 'refused');
insert into ops.builds (started_at, finished_at, load_run_id, as_of_date, status, message)
select at, at, load_run_id, as_of_date, 'failed', '%(why)s'
from ops.load_runs cross join (select clock_timestamp() at time zone 'utc') as clock (at)
where status = 'succeeded' order by load_run_id desc limit 1;
""" % {b"why": RESTORED.encode()}
NEWER = b"SET transaction_timeout = 0;\n"  # what servers before version 17 do not know


@dataclass(frozen=True)
class Holding:
    """What a warehouse holds that a backup keeps."""

    company: str
    load: int | None
    as_of: Any
    saved_views: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever loaded or saved."""
        return self.load is None and not self.saved_views

    def describe(self) -> str:
        """In words."""
        loaded = f"load {self.load} of {self.company}, as of {self.as_of}" if self.load else "no load"
        views = f", {self.saved_views} saved view{'s' if self.saved_views > 1 else ''}" if self.saved_views else ""
        return loaded + views


def backup(settings: Settings, file: Path | None) -> str:
    """Write a backup, to backups/<company>-<UTC time>.dump unless `file` says where; returns a line that says what.

    Raises TowerError when the file exists, the warehouse is empty or there is no room.
    """
    held = holding(settings)
    if held.load is None:
        raise TowerError("nothing is loaded, so there is nothing to back up; run `make load-data`")
    path = file or settings.root / "backups" / f"{_slug(held.company)}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    if path.exists():
        raise TowerError(f"{path} exists already and is not overwritten; name another: make backup FILE=…")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)  # what is in it is not for everybody
        _dump(clients(settings), part)
        os.link(part, path)  # unlike renaming, it never replaces what has come to be there meanwhile
    except OSError as error:
        raise TowerError(f"cannot write {path}: {error.strerror}; free some space or name another file") from error
    finally:
        part.unlink(missing_ok=True)
    size = path.stat().st_size / 2**20
    name = path.relative_to(settings.root) if path.is_relative_to(settings.root) else path
    return f"{name}: {held.describe()}, {size:.1f} MB; put it back with: make restore FILE={name}"


def restore(settings: Settings, file: Path, force: bool = False) -> str:
    """Put a backup into an empty warehouse, in one transaction; `force` lets it replace what is there.

    The marts are gone until dbt has built them. Returns a line that says what was restored; raises TowerError when the
    file is no whole backup or the warehouse is filled: then nothing has changed.
    """
    tools = clients(settings)
    _refuse_foreign(tools, file)
    held = holding(settings)
    if not held.is_empty and not force:
        raise TowerError(
            f"the warehouse is filled ({held.describe()}); FORCE=1 replaces all of it, `make backup` keeps it first"
        )
    _replace(tools, file)
    prepare_database(settings)
    with autocommit(settings.owner()) as cursor:
        cursor.execute("analyze")
    return f"restored {holding(settings).describe()}"


def warning(settings: Settings) -> str:
    """What a restore would take away, in a line; nothing where the warehouse is empty."""
    held = holding(settings)
    told = "what is shown goes with it, and the dashboard waits until the backup is built"
    return "" if held.is_empty else f"replacing {held.describe()}: {told}"


def holding(settings: Settings) -> Holding:
    """What the warehouse holds. Raises TowerError when it was never prepared."""
    connection = connect(settings.owner())
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select max(load_run_id), max(as_of_date), (select count(*) from ops.saved_views) from ("
                "select * from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1) as last"
            )
            load, as_of, views = cursor.fetchone()
            cursor.execute("select to_regclass('raw.company_settings') is not null")
            [is_named] = cursor.fetchone()
            if is_named:
                cursor.execute("select company_name from raw.company_settings")
            [name] = (is_named and cursor.fetchone()) or [None]
    except errors.UndefinedTable as error:
        raise TowerError("the warehouse is not prepared; run `make up`") from error
    finally:
        connection.close()
    return Holding(name or "a company without a name", load, as_of, views)


def _slug(company: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", company.lower()).strip("-")[:60] or "tower"


def _dump(tools: Clients, path: Path) -> None:
    chosen = [f"--table={name}" for name in KEPT] + [f"--exclude-table={LEFT}"]
    command = tools.command("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *chosen)
    if tools.is_here:
        command.append(f"--file={path}")
    with path.open("r+b") as stream:
        done = subprocess.run(
            command, env=tools.environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise TowerError(f"the backup failed: {_said(done.stderr)}; nothing was written")
        os.fsync(stream.fileno())


def _refuse_foreign(tools: Clients, file: Path) -> None:
    """Raise TowerError for what is no backup of a warehouse."""
    if not file.is_file():
        raise TowerError(f"there is no file {file}; `make backup` writes one")
    try:
        with file.open("rb") as stream:
            is_dump = os.pread(stream.fileno(), 5, 0) == b"PGDMP"
            command = tools.plain("pg_restore", "--list")
            listed = subprocess.run(command, env=tools.environment, stdin=stream, capture_output=True, check=False)
    except OSError as error:
        raise TowerError(f"cannot read {file}: {error.strerror}") from error
    if is_dump and listed.returncode:
        raise _damaged(file, listed.stderr)
    if not is_dump or b"TABLE ops load_runs " not in listed.stdout:
        raise TowerError(f"{file} is no backup that `make backup` wrote; nothing was changed")


def _replace(tools: Clients, file: Path) -> None:
    """Empty the warehouse and fill it from the file, in one transaction that ends only when the file was read whole."""
    reading = tools.plain("pg_restore", "--file=-", "--no-owner", "--no-privileges")
    writing = tools.command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1")
    with file.open("rb") as source, tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as refusals:
        reader = subprocess.Popen(
            reading, env=tools.environment, stdin=source, stdout=subprocess.PIPE, stderr=complaints
        )
        writer = subprocess.Popen(
            writing, env=tools.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=refusals
        )
        assert reader.stdout and writer.stdin
        is_cut = False
        try:
            writer.stdin.write(CLEAR.encode())
            start = reader.stdout.read(1 << 16)
            writer.stdin.write(start.replace(NEWER, b""))
            shutil.copyfileobj(reader.stdout, writer.stdin, 1 << 20)
            is_cut = reader.wait() != 0
            if not is_cut:
                writer.stdin.write(b"reset all;\n" + SCHEMA.read_bytes() + SETTLE + b"commit;\n")
            writer.stdin.close()
        except BrokenPipeError:
            pass  # psql has ended: what it said is looked at below
        finally:
            reader.stdout.close()
        reader.wait()
        has_failed = writer.wait() != 0
        for stream in (complaints, refusals):
            stream.seek(0)
        if is_cut:
            raise _damaged(file, complaints.read())
        if has_failed:
            raise TowerError(f"the restore failed: {_said(refusals.read())}; nothing was changed")


def _damaged(file: Path, said: bytes) -> TowerError:
    return TowerError(f"{file} is cut off or damaged ({_said(said)}); nothing was changed")


def _said(stderr: bytes) -> str:
    """The first line in which a program says what is wrong, without its name."""
    lines = stderr.decode(errors="replace").splitlines() or ["without a word"]
    line = next((line for line in lines if "error:" in line.lower()), lines[0])
    return re.sub(r"^.*?error:\s*", "", line, flags=re.IGNORECASE).strip()
