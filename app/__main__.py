"""`python -m app start|stop|run|status`: the dashboard in the background or the foreground."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from rich.console import Console

from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings


def main() -> int:
    """Parse the command line and act."""
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    parser.add_argument(
        "action", choices=("start", "stop", "run", "status"), help="start in the background, stop, run here, or tell"
    )
    action = parser.parse_args().action
    settings = load_settings()
    out = Console(soft_wrap=True, highlight=False)
    if action == "run":
        os.execv(sys.executable, command(settings))
    actions = {"start": start, "stop": stop, "status": status}
    out.print(actions[action](settings))
    return 0


def command(settings: Settings) -> list[str]:
    """The Streamlit command line."""
    host = os.environ.get("APP_HOST", "127.0.0.1")
    script = Path(__file__).parent / "main.py"
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        f"--server.port={settings.app_port}",
        f"--server.address={host}",
    ]


def start(settings: Settings) -> str:
    """Start in the background and wait until it answers."""
    running = process(settings)
    if running and answers(settings):
        return f"dashboard: already running at http://localhost:{settings.app_port}"
    if running:
        stop(settings)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.app_port))
        except OSError as error:
            raise TowerError(
                f"port {settings.app_port} is in use by another program; set APP_PORT in .env to a free one"
            ) from error
    folder = settings.root / ".run"
    folder.mkdir(exist_ok=True)
    with (folder / "app.log").open("wb") as log:
        child = subprocess.Popen(
            command(settings),
            cwd=settings.root,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pid_file(settings).write_text(str(child.pid))
    deadline = time.monotonic() + 40
    while not answers(settings):
        if child.poll() is not None or time.monotonic() > deadline:
            raise TowerError(f"the dashboard did not start; {folder / 'app.log'} says why")
        time.sleep(0.2)
    return f"dashboard: http://localhost:{settings.app_port}"


def stop(settings: Settings) -> str:
    """Stop the dashboard that was started in the background."""
    running = process(settings)
    if running is None:
        return "dashboard: not running"
    running.send_signal(signal.SIGTERM)
    try:
        running.wait(8)
    except psutil.TimeoutExpired:
        running.kill()
    pid_file(settings).unlink(missing_ok=True)
    return "dashboard: stopped"


def status(settings: Settings) -> str:
    """Whether it runs, and where."""
    return (
        f"dashboard: running at http://localhost:{settings.app_port}"
        if answers(settings)
        else "dashboard: not running; `make app` starts it"
    )


def pid_file(settings: Settings) -> Path:
    """Where the process id of each port's dashboard is kept."""
    return settings.root / ".run" / f"app-{settings.app_port}.pid"


def process(settings: Settings) -> psutil.Process | None:
    """The dashboard's process, if it is ours and alive."""
    try:
        found = psutil.Process(int(pid_file(settings).read_text()))
        return found if found.status() != psutil.STATUS_ZOMBIE and "streamlit" in " ".join(found.cmdline()) else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def answers(settings: Settings) -> bool:
    """Whether the health address replies."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.app_port}/_stcore/health", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    run_cli(main)
