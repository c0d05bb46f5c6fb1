"""The embedded server: starts, heals after a kill, stops, and says in one line what is wrong."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import free_port
from warehouse.connections import connect
from warehouse.errors import TowerError
from warehouse.server.embedded import EmbeddedServer
from warehouse.settings import ROOT, Settings, load_settings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a server of its own."""
    values = {
        "WAREHOUSE": "embedded",
        "POSTGRES_PORT": str(free_port()),
        "TOWER_OWNER_PASSWORD": "o",
        "TOWER_READER_PASSWORD": "r",
        "POSTGRES_DB": "tower",
    }
    for key, value in values.items():
        monkeypatch.setenv(key, value)
    return load_settings()


@pytest.fixture
def server(settings: Settings) -> Iterator[EmbeddedServer]:
    """A server in a folder that root's stand-in can enter; stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(settings, Path(folder) / "warehouse")
        yield server
        server.down()


def answers(settings: Settings) -> bool:
    connect(settings.reader()).close()
    return True


def test_it_starts_twice_and_stops_twice(server: EmbeddedServer, settings: Settings) -> None:
    assert "made and started" in server.up()
    assert "already running" in server.up()
    assert answers(settings)
    with connect(settings.owner()) as owner, owner.cursor() as cursor:
        cursor.execute("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = 'tower_owner'")
        assert cursor.fetchone() == (False, True, True)
        cursor.execute("select count(*) from pg_roles where rolsuper and rolname <> 'postgres'")
        assert cursor.fetchone() == (0,)
    owner.close()
    assert server.down() == "stopped"
    assert server.down() == "not running"
    with pytest.raises(TowerError, match="run `make up`"):
        answers(settings)


def test_a_killed_server_heals_and_keeps_its_data(server: EmbeddedServer, settings: Settings) -> None:
    server.up()
    connection = connect(settings.owner())
    connection.cursor().execute("create table ops.kept as select 42 as answer")
    connection.commit()
    pid = server.pid()
    assert pid
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs(family[1:], timeout=10)
    assert "started" in server.up()
    with connect(settings.owner()) as again, again.cursor() as cursor:
        cursor.execute("select answer from ops.kept")
        assert cursor.fetchone() == (42,)


def test_a_stale_pid_file_does_not_keep_it_from_starting(server: EmbeddedServer, settings: Settings) -> None:
    server.up()
    server.down()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n{settings.port}\n\n\n")
    (server.data / "postmaster.pid").chmod(0o644)
    assert "started" in server.up()
    assert answers(settings)


def test_a_half_made_data_folder_is_made_anew(server: EmbeddedServer, settings: Settings) -> None:
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("18\n")
    server.up()
    assert answers(settings)


def test_a_port_in_use_says_what_to_set(server: EmbeddedServer, settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.port))
        other.listen()
        with pytest.raises(TowerError, match=f"port {settings.port} is in use.*POSTGRES_PORT"):
            server.up()


def test_a_wrong_password_is_told_apart(server: EmbeddedServer, settings: Settings) -> None:
    server.up()
    with pytest.raises(TowerError, match=r"refuses the password of tower_owner.*\.env"):
        connect(dataclasses.replace(settings, owner_password="wrong").owner())


def test_the_reader_may_neither_write_nor_see_raw(server: EmbeddedServer, settings: Settings) -> None:
    server.up()
    for statement in ("create table marts.x (a int)", "select * from ops.pg_nothing", "create schema mine"):
        connection = connect(settings.reader())
        with pytest.raises(Exception, match=r"read-only|permission|does not exist"):
            connection.cursor().execute(statement)
        connection.close()
    connection = connect(settings.reader())
    cursor = connection.cursor()
    cursor.execute(
        "select has_schema_privilege('raw', 'usage'), has_schema_privilege('staging', 'usage'), "
        "has_schema_privilege('marts', 'usage')"
    )
    assert cursor.fetchone() == (False, False, True)
    connection.close()


def runs_as_nobody(interpreter: str) -> bool:
    """Whether another user can run this interpreter, and it is of our version."""
    check = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        return (
            subprocess.run(
                [interpreter, "-c", check], user="nobody", cwd="/", capture_output=True, check=False
            ).returncode
            == 0
        )
    except PermissionError:
        return False


@pytest.mark.server
@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another user; the other tests run as an ordinary user then"
)
def test_an_ordinary_user_can_run_it(settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        copied = Path(folder) / "code"
        shutil.copytree(ROOT / "warehouse", copied / "warehouse")
        shutil.copyfile(ROOT / "access.example.yml", copied / "access.yml")
        shutil.chown(copied, "nobody")
        packages = Path(folder) / "packages"
        library = next(Path(p) for p in sys.path if p.endswith("site-packages"))
        readable = all(part.stat().st_mode & 0o005 == 0o005 for part in [library, *library.parents])
        if not readable:
            pytest.skip("the environment lies in a private folder that other users cannot enter")
        script = (
            "from pathlib import Path\n"
            "from warehouse.server.embedded import EmbeddedServer\n"
            "from warehouse.settings import load_settings\n"
            f"s = EmbeddedServer(load_settings(), Path({str(packages)!r}))\nprint(s.up())\nprint(s.down())\n"
        )
        interpreter = next(
            (
                p
                for p in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin"))
                if p and runs_as_nobody(p)
            ),
            None,
        )
        if interpreter is None:
            pytest.skip("no Python of this version that other users can run")
        result = subprocess.run(
            [interpreter, "-c", script],
            cwd=copied,
            user="nobody",
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"HOME": folder, "PYTHONPATH": str(library)},
        )
        assert result.returncode == 0, result.stderr
        assert "made and started" in result.stdout and "stopped" in result.stdout
