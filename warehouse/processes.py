"""Programs that run in the background: their process, their port, and whether they answer yet."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from warehouse.errors import TowerError


def read_pid(file: Path) -> int | None:
    """The process id in the first line of a file; None without a readable one."""
    try:
        return int(file.read_text(encoding="utf-8").split("\n")[0])
    except (FileNotFoundError, ValueError, PermissionError):
        return None


def living(pid: int | None) -> psutil.Process | None:
    """The process of this number; None when there is none, or only what a dead one leaves until it is waited for."""
    try:
        process = psutil.Process(pid) if pid is not None else None
        return process if process and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def require_free_port(host: str, port: int, setting: str) -> None:
    """Raise TowerError when another program listens on a port; `setting` names what chooses it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TowerError(
                f"port {port} is in use by another program; set {setting} in .env to a free one"
            ) from error


def answers(address: str) -> bool:
    """Whether a health address replies with 200."""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
    """Ask until something is true; False when the seconds are over first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def start_in_background(
    command: Sequence[str], pid_file: Path, log: Path, cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one; its number goes into pid_file, what it says to the end of the log."""
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    pid_file.write_text(str(process.pid), encoding="utf-8")
    return process


def comes_up(process: subprocess.Popen[bytes], address: str, seconds: float) -> bool:
    """Wait until a program that was started answers; False when it ended or the seconds are over."""
    wait_until(lambda: process.poll() is not None or answers(address), seconds)
    return process.poll() is None and answers(address)


def stop_process(process: psutil.Process, seconds: float) -> None:
    """Ask a process to end, and end it when it does not."""
    try:
        process.terminate()
        process.wait(seconds)
    except psutil.TimeoutExpired:
        process.kill()
    except psutil.NoSuchProcess:
        return
