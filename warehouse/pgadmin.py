"""pgAdmin with the warehouse registered: the container, or the PyPI package in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

from warehouse import server
from warehouse.errors import TowerError
from warehouse.processes import answers, comes_up, living, read_pid, start_in_background, stop_process
from warehouse.server import docker
from warehouse.settings import Settings

REQUIREMENT = "pgadmin4==9.18"
START_SECONDS = 90


def start(settings: Settings) -> str:
    """Start pgAdmin in the background and return its address and sign-in."""
    if not settings.pgadmin_password:
        raise TowerError("PGADMIN_PASSWORD is empty; run `make setup`, which fills .env")
    mode, _ = server.choose(settings)
    hint = "the server «GTM Control Tower» is registered"
    if mode == "docker":
        docker.compose(settings, "up", "--detach", "--wait", "pgadmin")
        hint += " and asks once for TOWER_READER_PASSWORD"
    elif not answers(_health(settings)):
        _start_package(settings)
    return (
        f"pgAdmin: http://127.0.0.1:{settings.pgadmin_port} — sign in as {settings.pgadmin_email} "
        f"with PGADMIN_PASSWORD from .env; {hint}"
    )


def stop(settings: Settings) -> str:
    """Stop pgAdmin where it was started from the package; the container stops with `make down`."""
    process = _process(settings)
    if process:
        stop_process(process, seconds=15)
    _pid_file(settings).unlink(missing_ok=True)
    return "pgAdmin: stopped" if process else "pgAdmin: not running"


def _health(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.pgadmin_port}/misc/ping"


def _pid_file(settings: Settings) -> Path:
    return settings.root / ".run" / "pgadmin.pid"


def _process(settings: Settings) -> psutil.Process | None:
    """pgAdmin's process, if it is ours and alive."""
    process = living(read_pid(_pid_file(settings)))
    try:
        return process if process and "pgAdmin4.py" in process.cmdline() else None
    except psutil.NoSuchProcess:
        return None


def _start_package(settings: Settings) -> None:
    """Start the package in the background and wait until it answers."""
    home = settings.root / ".run" / "pgadmin"
    home.mkdir(parents=True, exist_ok=True)
    python = _environment(settings)
    package = _package(python)
    _write_servers(settings, home)
    _write_config(settings, home, package)
    environment = os.environ | {
        "PGADMIN_SETUP_EMAIL": settings.pgadmin_email,
        "PGADMIN_SETUP_PASSWORD": settings.pgadmin_password,
    }
    _fill(settings, home, [python, "setup.py"], package, environment)
    log = home / "pgadmin.log"
    process = start_in_background([python, "pgAdmin4.py"], _pid_file(settings), log, package, environment)
    if not comes_up(process, _health(settings), START_SECONDS):
        raise TowerError(f"pgAdmin did not start; see {log} (is port {settings.pgadmin_port} free?)")


def _package(python: str) -> Path:
    """The folder of pgAdmin's own files."""
    ask = "import importlib.util as u; print(u.find_spec('pgadmin4').submodule_search_locations[0])"
    return Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())


def _fill(settings: Settings, home: Path, setup: list[str], package: Path, environment: dict[str, str]) -> None:
    """Make pgAdmin's own database if it is missing, and register the warehouse in it."""
    servers = ["load-servers", str(home / "servers.json"), "--user", settings.pgadmin_email, "--replace"]
    for arguments in ([] if (home / "pgadmin4.db").exists() else [["setup-db"]]) + [servers]:
        command = [*setup, *arguments]
        result = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise TowerError(f"pgAdmin's set-up failed: {' '.join((result.stderr or result.stdout).split())[-300:]}")


def _environment(settings: Settings) -> str:
    folder = settings.root / ".venv-pgadmin"
    python = folder / "bin" / "python"
    if not (folder / ".complete").exists():
        print("installing pgAdmin into .venv-pgadmin (about a minute, once) …", file=sys.stderr)
        uv = [sys.executable, "-m", "uv"]
        for command in (
            [*uv, "venv", "-q", "--allow-existing", str(folder)],
            [*uv, "pip", "install", "-q", "--python", str(python), REQUIREMENT],
        ):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                raise TowerError(f"cannot install pgAdmin: {' '.join(result.stderr.split())[-300:]}")
        (folder / ".complete").touch()
    return str(python)


def _write_servers(settings: Settings, home: Path) -> None:
    """The warehouse as pgAdmin registers it, with the reader's password in a file."""
    url = settings.reader()
    # a signed-in user's files: pgAdmin ignores a password file that lies anywhere else
    own = home / "storage" / settings.pgadmin_email.replace("@", "_")
    own.mkdir(parents=True, exist_ok=True)
    passfile = own / "pgpass"
    passfile.touch(mode=0o600)
    password = str(url.password or "").replace("\\", "\\\\").replace(":", "\\:")
    passfile.write_text(f"{url.host}:{url.port}:*:{url.username}:{password}\n", encoding="utf-8")
    entry = {
        "Name": "GTM Control Tower",
        "Group": "Servers",
        "Host": url.host,
        "Port": url.port or 5432,
        "MaintenanceDB": url.database,
        "Username": url.username,
        "ConnectionParameters": {"sslmode": "prefer", "passfile": "/pgpass"},
    }
    (home / "servers.json").write_text(json.dumps({"Servers": {"1": entry}}, indent=2), encoding="utf-8")


def _write_config(settings: Settings, home: Path, package: Path) -> None:
    lines = {
        "SERVER_MODE": True,
        "DATA_DIR": str(home),
        "SQLITE_PATH": str(home / "pgadmin4.db"),
        "LOG_FILE": str(home / "pgadmin4.log"),
        "SESSION_DB_PATH": str(home / "sessions"),
        "STORAGE_DIR": str(home / "storage"),
        "DEFAULT_SERVER": "127.0.0.1",
        "DEFAULT_SERVER_PORT": settings.pgadmin_port,
        "UPGRADE_CHECK_ENABLED": False,
        "MASTER_PASSWORD_REQUIRED": False,
    }
    text = "".join(f"{key} = {value!r}\n" for key, value in lines.items())
    (package / "config_local.py").write_text(text, encoding="utf-8")
