"""pgAdmin with the warehouse registered: the container, or the PyPI package in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from warehouse import docker, server
from warehouse.errors import TowerError
from warehouse.settings import Settings

REQUIREMENT = "pgadmin4==9.18"


def start(settings: Settings) -> str:
    """Start pgAdmin in the background and return its address and sign-in."""
    if not settings.pgadmin_password:
        raise TowerError("PGADMIN_PASSWORD is empty; run `make setup`, which fills .env")
    mode, _ = server.choose(settings)
    hint = "the server «GTM Control Tower» is registered"
    if mode == "docker":
        docker.compose(settings, "up", "--detach", "--wait", "pgadmin")
        hint += " and asks once for TOWER_READER_PASSWORD"
    elif not _answers(settings):
        _start_package(settings)
    return (
        f"pgAdmin: http://127.0.0.1:{settings.pgadmin_port} — sign in as {settings.pgadmin_email} "
        f"with PGADMIN_PASSWORD from .env; {hint}"
    )


def stop(settings: Settings) -> str:
    """Stop pgAdmin where it was started from the package; the container stops with `make down`."""
    pid_file = settings.root / ".run" / "pgadmin.pid"
    if not pid_file.exists():
        return "pgAdmin: not running"
    try:
        process = psutil.Process(int(pid_file.read_text()))
        if "pgAdmin4.py" in process.cmdline():  # otherwise the number belongs to another program by now
            process.terminate()
            process.wait(15)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        process.kill()
    pid_file.unlink()
    return "pgAdmin: stopped"


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.pgadmin_port}/misc/ping", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _start_package(settings: Settings) -> None:
    home = settings.root / ".run" / "pgadmin"
    home.mkdir(parents=True, exist_ok=True)
    python = _environment(settings)
    package = Path(
        subprocess.run(
            [python, "-c", "import importlib.util as u; print(u.find_spec('pgadmin4').submodule_search_locations[0])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    _write_config(settings, home, package)
    environment = os.environ | {
        "PGADMIN_SETUP_EMAIL": settings.pgadmin_email,
        "PGADMIN_SETUP_PASSWORD": settings.pgadmin_password,
    }
    fresh = not (home / "pgadmin4.db").exists()
    commands = [[python, "setup.py", "setup-db"]] if fresh else []
    commands.append(
        [python, "setup.py", "load-servers", str(home / "servers.json"), "--user", settings.pgadmin_email, "--replace"]
    )
    for command in commands:
        result = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise TowerError(f"pgAdmin's set-up failed: {' '.join((result.stderr or result.stdout).split())[-300:]}")
    with (home / "pgadmin.log").open("ab") as log:
        process = subprocess.Popen(
            [python, "pgAdmin4.py"],
            cwd=package,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (settings.root / ".run" / "pgadmin.pid").write_text(str(process.pid))
    deadline = time.monotonic() + 90
    while not _answers(settings):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TowerError(
                f"pgAdmin did not start; see {home / 'pgadmin.log'} (is port {settings.pgadmin_port} free?)"
            )
        time.sleep(0.5)


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


def _write_config(settings: Settings, home: Path, package: Path) -> None:
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
