"""PostgreSQL's client programs that fit the server: our own, or the container's where ours are missing or too old."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import make_dsn

from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.server import binaries
from warehouse.server.choice import choose
from warehouse.settings import Settings


@dataclass(frozen=True)
class Clients:
    """How to call the programs, which read and write streams: what comes before their names, and the sign-in."""

    start: tuple[str, ...]
    folder: str
    address: str
    environment: dict[str, str]

    @property
    def is_here(self) -> bool:
        """Whether they see our files."""
        return not self.start

    def plain(self, program: str, *arguments: str) -> list[str]:
        """A command that needs no server."""
        return [*self.start, self.folder + program, *arguments]

    def command(self, program: str, *arguments: str) -> list[str]:
        """A command that connects as the owner."""
        return self.plain(program, "--no-password", f"--dbname={self.address}", *arguments)


def clients(settings: Settings) -> Clients:
    """The programs that fit the server. Raises TowerError when there are none."""
    url = settings.owner()
    with autocommit(url) as cursor:
        cursor.execute("select current_setting('server_version_num')::int / 10000")
        [server] = cursor.fetchone()
    environment = os.environ | {"PGPASSWORD": str(url.password or "")}
    address = dict(url.query) | {"user": url.username, "dbname": url.database}
    folder = _folder()
    ours = _version(folder) if folder else 0
    if folder and ours >= server:
        return Clients((), f"{folder}/", make_dsn(**address, host=url.host, port=url.port), environment)
    if choose(settings)[0] == "docker":
        start = ("docker", "compose", "--project-directory", str(settings.root), "exec", "-T", "-e", "PGPASSWORD")
        return Clients((*start, "postgres"), "", make_dsn(**address, host="127.0.0.1"), environment)
    found = f"pg_dump {ours} is older than the server, {server}" if ours else "pg_dump is not installed"
    raise TowerError(f"{found}; install the client of PostgreSQL {server} or newer")


def _folder() -> Path | None:
    """Where pg_dump lies, with pg_restore and psql beside it."""
    try:
        folder = binaries.binaries()
    except TowerError:
        return None
    if (folder / "pg_dump").exists():
        return folder
    found = shutil.which("pg_dump")
    return Path(found).resolve().parent if found else None


def _version(folder: Path) -> int:
    said = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\b(\d+)(\.|devel|beta|rc|\b)", said)
    return int(found[1]) if found else 0
