"""The loader's wings stand beside each other: who imports whom, and how high it is built."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from warehouse.settings import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "loader").rglob("*.py")
}
MAY_IMPORT = {
    "files": {"files"},
    "mapping": {"mapping", "files"},
    "check": {"check", "files"},
    "write": {"write", "check", "files"},
}
SHARED = {"loader.sql", "loader.duck", "loader.loaded"}


@lru_cache
def imports(module: str) -> frozenset[str]:
    """The modules of the project that a module imports when it is loaded."""
    found = set()
    for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & MODULES.keys()) or {node.module}
    return frozenset(found)


def floors(module: str) -> int:
    """How many modules of the loader stand on each other below and with this one."""
    return 1 + max((floors(below) for below in imports(module) & MODULES.keys()), default=0)


def test_each_wing_imports_only_those_below() -> None:
    for module in MODULES:
        wing = module.split(".")[1] if module.count(".") > 1 else ""
        for other in imports(module) if wing else ():
            if other.startswith("loader.") and other not in SHARED:
                assert other.split(".")[1] in MAY_IMPORT[wing], f"{module} imports {other}"


def test_the_loader_is_seven_floors_high_at_most() -> None:
    assert max(floors(module) for module in MODULES) <= 7


def test_nobody_above_is_imported() -> None:
    above = {"metrics", "app", "insights", "api", "alerts", "scoring", "benchmarks", "data_gen"}
    for module in MODULES:
        assert not {name.split(".")[0] for name in imports(module)} & above, module


def test_each_wing_says_what_it_is() -> None:
    for wing in ("", *MAY_IMPORT):
        text = ast.get_docstring(ast.parse(Path(ROOT / "loader" / wing / "__init__.py").read_text(encoding="utf-8")))
        assert text and len(text.split("\n")) > 2
