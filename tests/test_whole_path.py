"""What the README tells people to type, typed in a copy of the project: also after the server was killed half-way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.conftest import free_port
from warehouse.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


class Project:
    """A copy of the project in a folder of its own, with free ports and the environment that already exists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        for name in filter(None, files):
            if (ROOT / name).is_file():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        (Path(sys.prefix) / ".complete").touch()
        ports = {name: str(free_port()) for name in ("POSTGRES_PORT", "APP_PORT", "PGADMIN_PORT")}
        known = {key for key in os.environ if key.startswith(("TOWER_", "POSTGRES_", "DBT_", "DATA", "MAKE"))}
        inherited = {key: value for key, value in os.environ.items() if key not in known}
        self.environment = inherited | ports | {"WAREHOUSE": "embedded", "NUM_ACCOUNTS": "60"}

    def start(self, *targets: str) -> subprocess.Popen[str]:
        """Begin `make …`."""
        return subprocess.Popen(
            ["make", *targets],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def make(self, *targets: str) -> str:
        """Run `make …` to its end; it must succeed."""
        process = self.start(*targets)
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output[-4000:]
        return output


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """The copy; whatever runs in it is stopped at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tower"
        folder.mkdir()
        for part in (folder, folder.parent):
            part.chmod(0o755)
        project = Project(folder)
        yield project
        project.make("down")


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    """Poll until something is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def dbt_builds(parent: int) -> bool:
    """Whether dbt is at work under a process, past its start."""
    for process in psutil.Process(parent).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "warehouse.dbt_program" in " ".join(process.cmdline()) and time.time() - process.create_time() > 5:
                return True
    return False


def test_make_all_after_the_server_was_killed_during_the_build(project: Project) -> None:
    first = project.start("all")
    wait_for(lambda: first.poll() is not None or dbt_builds(first.pid))
    pid = int((project.folder / ".warehouse/pgdata/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    output = first.communicate(timeout=120)[0]
    assert first.returncode != 0 and "dbt build failed" in output

    output = project.make("all")
    assert f"http://localhost:{project.environment['APP_PORT']}" in output
    assert re.search(r"MRR \$[\d.]+[kM].* · NRR .* · Logo churn", output.splitlines()[-1])
    page = urllib.request.urlopen(f"http://127.0.0.1:{project.environment['APP_PORT']}/_stcore/health", timeout=10)
    assert page.status == 200
    assert "# " in (project.folder / "INSIGHTS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["status", "metrics", "load-data", "dbt-run", "insights", "app", "up"])
def test_a_target_runs_alone_after_make_all_has_run_it(project: Project, target: str) -> None:
    assert "error:" not in project.make(target).lower()


def test_a_file_in_the_inbox_goes_all_the_way(project: Project) -> None:
    header, first, *_ = (project.folder / "data/crm/accounts.csv").read_text().splitlines()
    renamed = first.replace(first.split(",")[1], '"Zebra, Inc."')
    (project.folder / "inbox").mkdir(exist_ok=True)
    (project.folder / "inbox/accounts.csv").write_text(f"{header}\n{renamed}\n")
    output = project.make("refresh")
    assert "1 changed" in output and "refresh 1: succeeded" in output
    assert list((project.folder / "inbox").iterdir()) == []
    assert [path.name for path in (project.folder / "archive").rglob("*.csv")] == ["accounts.csv"]


def test_the_other_targets_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"make ([a-z][a-z-]+)", README))
    assert len(named) > 12
    for target in sorted(named):
        result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
