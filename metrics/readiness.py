"""What the dashboard can show with some of the contract's tables: pages and metrics, and what would light them up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table as Grid

from company.contract import FAST

NEEDS = Path(__file__).with_name("readiness.yml")


@dataclass(frozen=True)
class Ready:
    """A page or metric. `missing` are the raw tables without which `share` of it, from 0 to 1, stays empty."""

    kind: str
    label: str
    missing: tuple[str, ...]
    share: float

    @property
    def state(self) -> str:
        """works, in part or empty."""
        return "works" if not self.missing else "in part" if self.share < 1 else "empty"


def needs_of_marts() -> dict[str, set[str]]:
    """The raw tables that a mart is empty without."""
    groups = _yaml(NEEDS)["marts"]
    return {mart: {"crm.accounts", *group["needs"]} for group in groups for mart in group["marts"]}


def readiness(project: Path, filled: set[str]) -> list[Ready]:
    """Pages first, then metrics, for the raw tables (source.name) that have rows. `project` is the dbt project."""
    marts = needs_of_marts()
    found = []
    for page in _yaml(project / "models/exposures.yml")["exposures"]:
        parts = [marts.get(name, set()) for name in _refs(page["depends_on"]) if not name.startswith("dim_")]
        lacking = [part - filled for part in parts if part - filled]
        share = len(lacking) / len(parts) if parts else 0.0
        found.append(Ready("page", page["label"], tuple(sorted(set().union(*lacking))), share))
    extra = {name: set(group["needs"]) for group in _yaml(NEEDS)["metrics"] for name in group["metrics"]}
    bodies = [_yaml(path) for path in sorted((project / "semantic").glob("*.yml"))]
    homes = {
        measure["name"]: _refs([model["model"]])[0]
        for body in bodies
        for model in body.get("semantic_models") or []
        for measure in model["measures"]
    }
    metrics = {metric["name"]: metric for body in bodies for metric in body.get("metrics") or []}
    for name, metric in metrics.items():
        if not ((metric.get("config") or {}).get("meta") or {}).get("part"):
            wanted = set().union(*(marts.get(homes[m], set()) for m in _measures(metric, metrics, homes)))
            missing = tuple(sorted((wanted | extra.get(name, set())) - filled))
            found.append(Ready("metric", name, missing, 1.0 if missing else 0.0))
    return found


def print_readiness(out: Console, project: Path, filled: set[str]) -> None:
    """A table of pages, and the metrics by what they lack."""
    lines = readiness(project, filled)
    grid = Grid("page", "state", "would be lit up by", box=None, pad_edge=False)
    for line in (line for line in lines if line.kind == "page"):
        grid.add_row(line.label, line.state, ", ".join(line.missing) or "-")
    out.print(grid)
    groups: dict[tuple[str, ...], list[str]] = {}
    for line in (line for line in lines if line.kind == "metric"):
        groups.setdefault(line.missing, []).append(line.label)
    for missing, names in sorted(groups.items()):
        what = f"need {', '.join(missing)}" if missing else "work"
        out.print(f"{len(names)} metrics {what}: {', '.join(sorted(names))}", markup=False)


def _yaml(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(encoding="utf-8"), FAST) or {})


def _refs(texts: list[str]) -> list[str]:
    return [name for text in texts for name in re.findall(r"ref\('(\w+)'\)", text)]


def _measures(metric: dict[str, Any], metrics: dict[str, Any], homes: dict[str, str]) -> set[str]:
    """The measures below a metric, however the YAML nests them."""
    found: set[str] = set()

    def walk(part: Any, key: str = "") -> None:
        if isinstance(part, list):
            for item in part:
                walk(item, key)
        elif isinstance(part, dict):
            for name, item in part.items():
                walk(item, key if name == "name" else name)
        elif isinstance(part, str) and key in ("measure", "measures", "base_measure", "conversion_measure"):
            found.update({part} & homes.keys())
        elif isinstance(part, str) and key in ("numerator", "denominator", "metrics", "metric") and part in metrics:
            found.update(_measures(metrics[part], metrics, homes))

    walk(metric["type_params"])
    return found
