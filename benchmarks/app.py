"""`make bench-app`: people who walk the dashboard's pages, speaking Streamlit's own protocol to one app process.

Times are from asking for a page to the end of its script, as the server sends it; drawing in the browser is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import socket
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
from rich.console import Console
from rich.table import Table
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.__main__ import command, health
from warehouse.errors import TowerError, run_cli
from warehouse.processes import comes_up
from warehouse.settings import load_settings

SELECTIONS = ("", "segment=SMB", "segment=Mid-Market", "segment=Enterprise", "region=Europe", "channel=LinkedIn")
out = Console(soft_wrap=True, highlight=False)


class Visitor:
    """One browser's session: opens the dashboard, then asks for page after page."""

    def __init__(self, connection: ClientConnection, query: str) -> None:
        self.connection, self.query = connection, query
        self.pages: dict[str, str] = {}  # title to the hash that names it in the protocol
        self.failures: list[str] = []

    async def visit(self, title: str = "") -> float:
        """Seconds until a page (the first one without a title) has been sent to its end."""
        began = time.perf_counter()
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.pages.get(title, "")
        await self.connection.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self.connection.recv(decode=False))
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.pages = {page.page_name: page.page_script_hash for page in answer.navigation.app_pages}
            elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                self._check(answer, title)
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return time.perf_counter() - began

    def _check(self, answer: ForwardMsg, title: str) -> None:
        element = answer.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.failures.append(f"{title}: {element.exception.message}")
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            self.failures.append(f"{title}: {element.alert.body}")


@contextmanager
def dashboard() -> Iterator[tuple[str, psutil.Process]]:
    """A freshly started dashboard: its websocket address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = replace(load_settings(), app_port=int(probe.getsockname()[1]))
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command(settings), cwd=settings.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            if not comes_up(child, health(settings), seconds=60):
                log.seek(0)
                raise TowerError(f"the dashboard did not start: {log.read()[-500:].decode()}")
            yield f"ws://127.0.0.1:{settings.app_port}/_stcore/stream", psutil.Process(child.pid)
        finally:
            child.terminate()
            child.wait(10)


def session(address: str) -> connect:
    """A connection as a browser makes it."""
    return connect(address, subprotocols=["streamlit"], max_size=None, max_queue=None)  # type: ignore[list-item]


async def alone(
    address: str, process: psutil.Process, rounds: int = 4
) -> tuple[dict[str, list[float]], dict[str, float], list[str]]:
    """One visitor on every page, again and again: times (the first is cold), and seconds of the processor when warm."""
    times: dict[str, list[float]] = defaultdict(list)
    work: dict[str, float] = {}
    async with session(address) as connection:
        visitor = Visitor(connection, "")
        first = await visitor.visit()
        for _ in range(rounds):
            for title in visitor.pages:
                used = sum(process.cpu_times()[:2])
                times[title].append(await visitor.visit(title))
                work[title] = min(work.get(title, 60.0), sum(process.cpu_times()[:2]) - used)
        times[next(iter(visitor.pages))][0] = first
    return times, work, visitor.failures


async def walk(address: str, number: int, until: float, think: float) -> tuple[dict[str, list[float]], list[str]]:
    """One of many: opens the dashboard, then a page at random after each pause for reading."""
    choose = random.Random(number)
    times: dict[str, list[float]] = defaultdict(list)
    await asyncio.sleep(choose.uniform(0, think))
    async with session(address) as connection:
        visitor = Visitor(connection, SELECTIONS[number % len(SELECTIONS)])
        times["(opening the dashboard)"].append(await visitor.visit())
        while True:
            pause = choose.uniform(0.5, 1.5) * think
            if time.monotonic() + pause > until:
                return times, visitor.failures
            await asyncio.sleep(pause)
            title = choose.choice(list(visitor.pages))
            times[title].append(await visitor.visit(title))


async def crowd(
    address: str, process: psutil.Process, users: int, seconds: float, think: float
) -> tuple[dict[str, list[float]], list[str], float]:
    """All visitors at once: times, failures, and the app's memory in MB after half of the time."""

    async def halfway() -> float:
        await asyncio.sleep(seconds / 2)
        return float(process.memory_info().rss / 1e6)

    until = time.monotonic() + seconds
    memory = asyncio.create_task(halfway())
    walks = await asyncio.gather(*(walk(address, number, until, think) for number in range(users)))
    times: dict[str, list[float]] = defaultdict(list)
    for found, _ in walks:
        for title, values in found.items():
            times[title] += values
    return times, [failure for _, failures in walks for failure in failures], await memory


def _first(values: list[float]) -> float:
    return values[0]


def _later(values: list[float]) -> float:
    return statistics.median(values[1:])


def quantile(values: list[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run(users: int, seconds: float, think: float) -> None:
    """Print a row per page, the whole, and memory."""
    with dashboard() as (address, process):
        single, work, failures = asyncio.run(alone(address, process))
        before = process.memory_info().rss / 1e6
        many_times, failed, middle = asyncio.run(crowd(address, process, users, seconds, think))
        after = process.memory_info().rss / 1e6
    grid = Table("page", "cold s", "warm s", "of it CPU", "visits", "p50 s", "p95 s", "× warm", box=None)
    for column in grid.columns[1:]:
        column.justify = "right"
    crowded = {title: many_times.get(title, []) for title in {**single, **many_times}}
    for title, many in crowded.items():
        warm = statistics.median(single[title][1:]) if title in single else None
        own = [f"{single[title][0]:.2f}", f"{warm:.2f}", f"{work[title]:.2f}"] if warm else ["", "", ""]
        figures = [f"{quantile(many, share):.2f}" for share in (0.5, 0.95)] if many else ["", ""]
        ratio = f"{quantile(many, 0.5) / warm:.1f}" if many and warm else ""
        grid.add_row(title, *own, f"{len(many):,}", *figures, ratio)
    every = [value for values in crowded.values() for value in values]
    cold, warm = (statistics.median(f(values) for values in single.values()) for f in (_first, _later))
    used = statistics.median(work.values())
    figures = [f"{value:.2f}" for value in (cold, warm, used)] + [f"{len(every):,}"]
    figures += [f"{quantile(every, share):.2f}" for share in (0.5, 0.95)] + [f"{quantile(every, 0.5) / warm:.1f}"]
    grid.add_row("all", *figures, style="bold")
    out.print(grid)
    out.print(
        f"{users} users, {think:g} s of reading between pages, {seconds:g} s; the app's memory: {before:,.0f} MB after "
        f"one user, {middle:,.0f} MB after half of the time, {after:,.0f} MB at the end"
    )
    if wrong := failures + failed:
        raise TowerError(f"{len(wrong)} elements of the pages were errors, such as: {wrong[0]}")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app", description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180, help="how long they walk")
    parser.add_argument("--think", type=float, default=20, help="seconds between two pages of a user, on average")
    options = parser.parse_args()
    run(options.users, options.seconds, options.think)


if __name__ == "__main__":
    run_cli(main)
