"""What is checked before a commit and after a push, read from the files that say so."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.settings import ROOT

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_hooks_fetch_nothing_and_call_what_the_lock_installs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    assert {hook["language"] for hook in HOOKS} == {"system"}
    programs = {shlex.split(hook["entry"])[0] for hook in HOOKS}
    assert programs == {".venv/bin/ruff", ".venv/bin/python", "awk"}


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        ("x" * 72, True),
        ("x" * 73, False),
        ("Say why\n\nBecause " + "x" * 90, True),
        ("Say why\nbecause", False),
        ("Say why\n# a comment", True),
    ],
)
def test_a_subject_has_at_most_72_characters(tmp_path: Path, message: str, fits: bool) -> None:
    (hook,) = (hook for hook in HOOKS if hook["id"] == "subject")
    (tmp_path / "message").write_text(message + "\n")
    done = subprocess.run([*shlex.split(hook["entry"]), tmp_path / "message"], capture_output=True, check=False)
    assert (done.returncode == 0) == fits


def test_a_push_runs_what_the_project_runs_and_lint_comes_first() -> None:
    steps = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert re.findall(r"^make (\w+)$", (ROOT / ".ci/run").read_text(), re.M) == ["lint", "test"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_lint_asks_no_warehouse() -> None:
    (needs,) = re.findall(r"^lint: (\w*) ##", (ROOT / "Makefile").read_text(), re.M)
    assert needs == "setup"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_list_of_decisions_is_whole() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\]\((.+?\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
