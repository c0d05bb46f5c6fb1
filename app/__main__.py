"""`python -m app start|stop|run|status`: the dashboard in the background or the foreground."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import psutil
from rich.console import Console

from warehouse.errors import TowerError, run_cli
from warehouse.processes import (
    answers,
    comes_up,
    living,
    read_pid,
    require_free_port,
    start_in_background,
    stop_process,
)
from warehouse.settings import Settings, load_settings

START_SECONDS = 40
SERVER = Path(__file__).with_name("server.py")


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
    """The command line of the server."""
    address = os.environ.get("APP_HOST", "127.0.0.1")
    place = [f"--server.port={settings.app_port}", f"--server.address={address}", "--browser.serverAddress=localhost"]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *place]


def start(settings: Settings) -> str:
    """Start in the background and wait until it answers."""
    address = f"http://localhost:{settings.app_port}"
    running = process(settings)
    if running and answers(health(settings)):
        return f"dashboard: already running at {address}"
    if running:
        stop(settings)
    require_free_port("127.0.0.1", settings.app_port, "APP_PORT")
    log = settings.root / ".run" / "app.log"
    log.unlink(missing_ok=True)
    child = start_in_background(command(settings), pid_file(settings), log, settings.root)
    if not comes_up(child, health(settings), START_SECONDS):
        raise TowerError(f"the dashboard did not start; {log} says why")
    return f"dashboard: {address}"


def stop(settings: Settings) -> str:
    """Stop the dashboard that was started in the background."""
    running = process(settings)
    if running is None:
        return "dashboard: not running"
    stop_process(running, seconds=8)
    pid_file(settings).unlink(missing_ok=True)
    return "dashboard: stopped"


def status(settings: Settings) -> str:
    """Whether it runs, and where."""
    if answers(health(settings)):
        return f"dashboard: running at http://localhost:{settings.app_port}"
    return "dashboard: not running; `make app` starts it"


def health(settings: Settings) -> str:
    """The address that replies once the dashboard can be used."""
    return f"http://127.0.0.1:{settings.app_port}/_stcore/health"


def pid_file(settings: Settings) -> Path:
    """Where the process id of each port's dashboard is kept."""
    return settings.root / ".run" / f"app-{settings.app_port}.pid"


def process(settings: Settings) -> psutil.Process | None:
    """The dashboard's process, if it is ours and alive."""
    found = living(read_pid(pid_file(settings)))
    try:
        return found if found and "streamlit" in " ".join(found.cmdline()) else None
    except psutil.NoSuchProcess:
        return None


if __name__ == "__main__":
    run_cli(main)
