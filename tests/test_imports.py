"""Packages depend one way, and no module imports itself by a detour, wherever in a file the import stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.settings import ROOT

FLOORS = {  # package: what it may import; the data flow the same way
    "warehouse": set(),
    "company": {"warehouse"},
    "data_gen": {"company", "warehouse"},
    "loader": {"company", "warehouse"},
    "scoring": {"company", "data_gen", "warehouse"},
    "metrics": {"company", "warehouse"},
    "app": {"company", "warehouse", "metrics"},
    "insights": {"company", "warehouse", "metrics"},
    "alerts": {"company", "warehouse", "metrics"},
    "refresh": {"company", "warehouse", "loader", "metrics", "insights", "alerts", "app"},  # what runs all the others
}
COMMANDS = {("loader.__main__", "metrics.readiness")}  # the doctor says what the dashboard would show of the files
REPORTS = {("refresh.doors", "app.views.executive.board")}  # the board report goes by mail, too
Graph = dict[str, set[str]]


def modules(folder: Path, packages: set[str]) -> dict[str, Path]:
    """Every module of the packages by its dotted name; a package goes by its own."""
    found = {}
    for package in packages:
        for file in (folder / package).rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules that a module imports: at its top, within functions and for type hints alike."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(name.split(".")[: -node.level]) if node.level else ""
            origin = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                submodule = f"{origin}.{alias.name}"
                yield from (target for target in (submodule,) if target in known)
                if submodule not in known and origin in known:
                    yield origin


def graph(folder: Path, packages: set[str]) -> Graph:
    """What each module imports of the packages."""
    known = modules(folder, packages)
    return {name: {*imported(name, file, known)} - {name} for name, file in known.items()}


def circles(edges: Graph) -> list[list[str]]:
    """Groups of modules that import each other, by whatever detour (Tarjan, 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for target in edges[name]:
            if target not in order:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], order[target])
        if lowest[name] == order[name]:
            at = stack.index(name)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for name in edges:
        if name not in order:
            visit(name)
    return sorted(found)


@pytest.fixture(scope="module")
def edges() -> Graph:
    """The imports of the project."""
    return graph(ROOT, set(FLOORS))


def test_no_module_imports_itself_by_a_detour(edges: Graph) -> None:
    assert len(edges) > 100
    assert circles(edges) == []


def test_packages_import_downwards_only(edges: Graph) -> None:
    wrong = {
        (name, target)
        for name, targets in edges.items()
        for target in targets
        if (mine := name.partition(".")[0]) != (theirs := target.partition(".")[0]) and theirs not in FLOORS[mine]
    }
    assert sorted(wrong - COMMANDS) == []


def test_primitives_know_no_page_and_no_page_another(edges: Graph) -> None:
    wrong = {
        (name, target)
        for name, targets in edges.items()
        for target in targets
        if target.startswith("app.views.") and name.split(".")[:3] != target.split(".")[:3]
    }
    assert sorted(wrong - REPORTS) == []


def test_a_package_says_what_comes_in_and_who_calls(edges: Graph) -> None:
    for name, file in modules(ROOT, set(FLOORS)).items():
        if file.name == "__init__.py":
            assert len(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "") > 30, name


def test_a_detour_is_found_wherever_the_import_stands(tmp_path: Path) -> None:
    package = tmp_path / "lonely"
    package.mkdir()
    (package / "__init__.py").write_text('"""Nothing."""')
    (package / "first.py").write_text("from lonely import second")
    (package / "second.py").write_text("def late():\n    from lonely.third import x")
    (package / "third.py").write_text(
        "from typing import TYPE_CHECKING\nx = 1\nif TYPE_CHECKING:\n    from .first import second\n"
    )
    assert circles(graph(tmp_path, {"lonely"})) == [["lonely.first", "lonely.second", "lonely.third"]]
