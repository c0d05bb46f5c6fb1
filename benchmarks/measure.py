"""Commands timed as whole processes, and a database of their own to run in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from warehouse.connections import connect
from warehouse.errors import TowerError
from warehouse.settings import load_settings

DATABASE = "tower_bench"


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds; peak MB of the command's process tree, and of PostgreSQL (shared memory left out)."""

    seconds: float
    memory: float
    server: float


def measure(command: Sequence[str], environment: Mapping[str, str], stdin: str = "") -> Measured:
    """Run a command to its end. Raises TowerError when it fails."""
    began, peak, server = time.perf_counter(), 0.0, 0.0
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdin
        process.stdin.write(stdin)
        process.stdin.close()
        tree = psutil.Process(process.pid)
        while True:
            try:
                process.wait(timeout=0.25)
                break
            except subprocess.TimeoutExpired:
                peak, server = max(peak, _tree(tree)), max(server, _server())
        seconds = time.perf_counter() - began
        if process.returncode != 0:
            log.seek(0)
            raise TowerError(f"{' '.join(command)} failed:\n{log.read()[-2000:]}")
    return Measured(seconds, peak / 1e6, server / 1e6)


def _tree(process: psutil.Process) -> float:
    total = 0
    try:
        for member in [process, *process.children(recursive=True)]:
            total += member.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return float(total)


def _server() -> float:
    total = 0
    for process in psutil.process_iter(["name", "memory_info"]):
        if (process.info["name"] or "").startswith("postgres") and process.info["memory_info"]:
            memory = process.info["memory_info"]
            total += memory.rss - getattr(memory, "shared", 0)
    return float(total)


@contextmanager
def bench_environment(folder: Path, accounts: int) -> Iterator[dict[str, str]]:
    """The environment of a company of its own, in a database that is dropped afterwards."""
    settings = load_settings()
    url = settings.owner().set(database=DATABASE).text()
    connection = connect(settings.owner())
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        try:
            cursor.execute(f"drop database if exists {DATABASE} with (force)")
            cursor.execute(f"create database {DATABASE}")
        except psycopg2.errors.InsufficientPrivilege as error:
            raise TowerError(
                "the owner may not create the database tower_bench; grant CREATEDB to bench here"
            ) from error
        yield os.environ | {
            "WAREHOUSE": "external",
            "DATABASE_URL": url,
            "POSTGRES_DB": DATABASE,
            "DATA_DIR": str(folder / "data"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "NUM_ACCOUNTS": str(accounts),
            "AS_OF_DATE": "",
        }
    finally:
        with suppress(psycopg2.Error):
            connection.cursor().execute(f"drop database if exists {DATABASE} with (force)")
        connection.close()


def settle() -> None:
    """Write out what earlier runs left, so that the next one does not pay for it."""
    connection = connect(load_settings().owner())
    connection.autocommit = True
    with suppress(psycopg2.errors.InsufficientPrivilege):
        connection.cursor().execute("checkpoint")
    connection.close()
    os.sync()


def python(*arguments: str) -> list[str]:
    """A module of the project as a command."""
    return [sys.executable, "-m", *arguments]
