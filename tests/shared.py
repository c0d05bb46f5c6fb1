"""What all processes of one test run share: a PostgreSQL, and the companies, each built once and then copied.

The first process that needs a thing makes it while the others wait; what it is then lies in the run's folder as JSON.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pprint
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from metrics.compiled import KEPT
from tests.forked import run_module
from warehouse.connections import autocommit
from warehouse.publication import CANDIDATE
from warehouse.results import ARTEFACTS, PARSED
from warehouse.server import binaries
from warehouse.server.embedded import EmbeddedServer
from warehouse.settings import ROOT, load_settings
from warehouse.url import DatabaseUrl

LENGTH = 24  # of the names of databases that companies have
# what warehouse.dbt tells dbt of most companies: dbt reads anew the files to which it says something else
COMMON = {"TOWER_BOOKS": "error", "TOWER_TIMEZONE": "UTC", "TOWER_FISCAL_MONTH": "1", "TOWER_FX_RATES": "{}"}
FOLDER = "TOWER_TEST_RUN"  # the environment variable that names the run's folder to every process of it


def open_run() -> None:
    """Make the run's folder, unless a process above has made it."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="tower-tests-"))  # pytest's own folder is closed to others, now and then
        folder.chmod(0o755)  # root runs PostgreSQL as another user, who must be able to get here
        os.environ[FOLDER] = str(folder)


def close_run() -> None:
    """Stop the server and remove the folder."""
    folder = Path(os.environ.pop(FOLDER))
    EmbeddedServer(load_settings(), folder / "warehouse").down()
    shutil.rmtree(folder, ignore_errors=True)


def run_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (run_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(name: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What `make` returned to the first process that asked for `name`."""
    kept = run_folder() / f"{name}.json"
    with locked(name):
        if not kept.exists():
            kept.write_text(json.dumps(make()), encoding="utf-8")
        return dict(json.loads(kept.read_text(encoding="utf-8")))


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server() -> dict[str, str]:
    """Start an embedded PostgreSQL; returns the environment that points to it."""
    owner, reader, port = secrets.token_hex(8), secrets.token_hex(8), str(free_port())
    settings = {
        "WAREHOUSE": "external",
        "POSTGRES_PORT": port,
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_DB": "tower",
        "TOWER_OWNER_PASSWORD": owner,
        "TOWER_READER_PASSWORD": reader,
        "DATABASE_URL": f"postgresql://tower_owner:{owner}@127.0.0.1:{port}/tower",
    }
    with pytest.MonkeyPatch.context() as patch:
        for key, value in (settings | {"WAREHOUSE": "embedded"}).items():
            patch.setenv(key, value)
        server = EmbeddedServer(load_settings(), run_folder() / "warehouse")
        server.up()
    with (server.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        # what it holds need not outlive a crash, who loads or builds analyzes, and connections are many
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            file.write(f"{name} = off\n")
        file.write("scram_iterations = 1\n")
    binaries.run(server.folder, "pg_ctl", "-D", str(server.data), "reload")
    with autocommit(DatabaseUrl.parse(settings["DATABASE_URL"])) as cursor:
        cursor.execute("set scram_iterations = 1")
        cursor.execute("alter role tower_owner password %s", (owner,))
    return settings


def named(name: str) -> str:
    """The database of a company: all such names are of one length, so that artefacts can be lent by replacing them."""
    assert len(name) <= LENGTH, name
    return name.ljust(LENGTH, "_")


def parsed() -> dict[str, str]:
    """Let dbt read the project once a run; returns the folder of its artefacts and the database that they speak of."""
    name, target = named("tower_parsed"), run_folder() / "parsed"
    own = {"DATABASE_URL": f"postgresql://nobody:none@127.0.0.1:1/{name}", "DBT_TARGET_PATH": str(target)}
    command = [sys.executable, "-m", "warehouse.dbt", "--quiet", "parse"]
    subprocess.run(command, cwd=ROOT, env=os.environ | COMMON | own | {"WAREHOUSE": "external"}, check=True)
    return {"target": str(target), "database": name, "url": own["DATABASE_URL"]}


def lend_parse(company: Company) -> None:
    """Spare a new company dbt's reading of the project: it finds what another has read, under its own name.

    dbt reads anew when the connection that it remembers, by a hash, is not the one it has.
    """
    lent = once("parsed", parsed)
    target = Path(company.environment["DBT_TARGET_PATH"])
    target.mkdir(parents=True, exist_ok=True)
    mine = DatabaseUrl.parse(company.environment["DATABASE_URL"])
    hashes = _connection_hash(DatabaseUrl.parse(lent["url"])), _connection_hash(mine)
    for name in (PARSED, *ARTEFACTS):  # dbt writes again what is older than what it has read
        content = (Path(lent["target"]) / name).read_bytes().replace(*hashes)
        (target / name).write_bytes(content.replace(lent["database"].encode(), str(mine.database).encode()))
    kept = run_folder() / KEPT  # the SQL of metrics names no database: one place for all companies
    kept.mkdir(exist_ok=True)
    (target / KEPT).symlink_to(kept)


def _connection_hash(url: DatabaseUrl) -> bytes:
    """What dbt's state check keeps of a connection."""
    from dbt.adapters.postgres.connections import PostgresCredentials  # costs a second that few tests need

    known = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "schema": "marts"}
    keys = sorted(PostgresCredentials(database=url.database, **known).connection_info())
    return hashlib.sha256(pprint.pformat(keys).encode()).hexdigest().encode()


def new_database(server: Mapping[str, str], name: str, template: str = "template1") -> str:
    """Make a database on the tests' server, empty or as a copy; returns the owner's URL of it."""
    # two copies of one template at a time are refused
    with locked("databases"), autocommit(DatabaseUrl.parse(server["DATABASE_URL"])) as cursor:
        cursor.execute(f"create database {name} template {template} strategy file_copy")
    return server["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"


@dataclass(frozen=True)
class Company:
    """A built company: its files, and the environment in which every command of the project finds it."""

    data: Path
    environment: dict[str, str]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `python -m …` against this company."""
        result = run_module(arguments, self.environment)
        assert not check or result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return result

    def show(self) -> None:
        """Let `marts` be the candidate as it is, for a company of which only parts are built."""
        with autocommit(DatabaseUrl.parse(self.environment["DATABASE_URL"])) as cursor:
            cursor.execute(f"grant usage on schema {CANDIDATE} to tower_reader")
            cursor.execute(f"grant select on all tables in schema {CANDIDATE} to tower_reader")
            cursor.execute("select tablename from pg_tables where schemaname = %s", (CANDIDATE,))
            for (name,) in cursor.fetchall():
                cursor.execute(
                    f"create or replace view marts.{name} with (security_invoker = true) as "
                    f"select * from {CANDIDATE}.{name}"
                )

    def copy(self, server: Mapping[str, str], name: str, target: Path) -> Company:
        """The same company in a database of another name, with artefacts of dbt that speak of that one."""
        name, built = named(name), Path(self.environment["DBT_TARGET_PATH"])
        target.mkdir(parents=True)
        for file in built.glob("*.json"):
            text = file.read_text(encoding="utf-8").replace(self.environment["POSTGRES_DB"], name)
            (target / file.name).write_text(text, encoding="utf-8")
        own = {"DATABASE_URL": new_database(server, name, self.environment["POSTGRES_DB"]), "POSTGRES_DB": name}
        company = Company(self.data, self.environment | own | {"DBT_TARGET_PATH": str(target)})
        lend_parse(company)
        return company
