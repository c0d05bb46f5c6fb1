"""A pid file whose number now belongs to another program: after a reboot the server must start all the same."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port
from warehouse.connections import connect
from warehouse.server import binaries
from warehouse.server.embedded import EmbeddedServer
from warehouse.settings import Settings, load_settings


@pytest.fixture
def settings() -> Settings:
    """Settings of a server of its own."""
    return dataclasses.replace(
        load_settings(),
        warehouse="embedded",
        host="127.0.0.1",
        port=free_port(),
        database="tower",
        owner_password="o",
        reader_password="r",
    )


@pytest.fixture
def stopped(settings: Settings) -> Iterator[EmbeddedServer]:
    """A server that was made and stopped again."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(settings, Path(folder) / "warehouse")
        server.up()
        server.down()
        yield server
        server.down()


def claim(server: EmbeddedServer, pid: int) -> None:
    """Write a pid file as the server would have."""
    file = server.data / "postmaster.pid"
    file.write_text(f"{pid}\n{server.data}\n0\n{server.settings.port}\n\n\n")
    shutil.copystat(server.data / "PG_VERSION", file)
    owner = (server.data / "PG_VERSION").stat()
    shutil.chown(file, owner.st_uid, owner.st_gid)


def test_a_reused_number_of_the_servers_own_user_does_not_block_it(stopped: EmbeddedServer, settings: Settings) -> None:
    user = binaries.account()
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **identity) as stranger:  # type: ignore[call-overload]
        claim(stopped, stranger.pid)
        assert not stopped.is_running()
        assert "started" in stopped.up()
        connect(settings.reader()).close()
        assert stranger.poll() is None
        stranger.kill()


def test_another_postgresql_is_not_taken_for_ours(stopped: EmbeddedServer, settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        other = EmbeddedServer(dataclasses.replace(settings, port=free_port()), Path(folder) / "warehouse")
        other.up()
        try:
            foreign = other.pid()
            assert foreign
            claim(stopped, foreign)
            assert "started" in stopped.up()
            connect(settings.reader()).close()
            assert stopped.pid() != foreign
            assert stopped.down() == "stopped"
            assert other.is_running()
        finally:
            other.down()
