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
    """A page or metric. `missing` are the raw tables without which `share` of it, from 0 to 1, stays empty.

    `needs` are all the tables that it rests on, those of a metric that works without them too; `partly` are those of
    them that are lacking: what it says then rests on the others.
    """

    kind: str
    label: str
    missing: tuple[str, ...]
    share: float
    needs: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """works, in part or empty."""
        if not self.missing:
            return "in part" if self.partly else "works"
        return "in part" if self.share < 1 else "empty"


def needs_of_marts() -> dict[str, set[str]]:
    """The raw tables that a mart is empty without."""
    return {mart: {"crm.accounts", *needs} for mart, needs in _needs("marts").items()}


def readiness(project: Path, filled: set[str]) -> list[Ready]:
    """Pages first, then metrics, for the raw tables (source.name) that have rows. `project` is the dbt project."""
    return [*_pages(project, filled), *_metrics(project, filled)]


def _pages(project: Path, filled: set[str]) -> list[Ready]:
    marts, partly, found = needs_of_marts(), _needs("partly"), []
    for page in _yaml(project / "models/exposures.yml")["exposures"]:
        facts = [name for name in _refs(page["depends_on"]) if not name.startswith(("dim_", "score_"))]
        parts = [marts.get(name, set()) for name in facts]
        lacking = [part - filled for part in parts if part - filled]
        share = len(lacking) / len(parts) if parts else 0.0
        less = set().union(*(partly.get(name, set()) for name in facts)) - filled
        wanted = set().union(*parts)
        missing = set().union(*lacking)
        found.append(Ready("page", page["label"], _said(missing), share, _said(wanted), _said(less - missing)))
    return found


def _metrics(project: Path, filled: set[str]) -> list[Ready]:
    marts, partly, parts, extra = needs_of_marts(), _needs("partly"), _needs("parts"), _needs("metrics")
    bodies = [_yaml(path) for path in sorted((project / "semantic").glob("*.yml"))]
    homes = {
        measure["name"]: _refs([model["model"]])[0]
        for body in bodies
        for model in body.get("semantic_models") or []
        for measure in model["measures"]
    }
    metrics = {metric["name"]: metric for body in bodies for metric in body.get("metrics") or []}
    found = []
    for name, metric in metrics.items():
        if not ((metric.get("config") or {}).get("meta") or {}).get("part"):
            rests_on = {homes[measure] for measure in _measures(metric, metrics, homes)}
            wanted = set().union(extra.get(name, set()), *(marts.get(mart, set()) for mart in rests_on))
            also = parts.get(name, set().union(*(partly.get(mart, set()) for mart in rests_on))) - wanted
            missing, less = wanted - filled, also - filled
            share = 1.0 if missing else 0.0
            found.append(Ready("metric", name, _said(missing), share, _said(wanted | also), _said(less)))
    return found


def _said(tables: set[str]) -> tuple[str, ...]:
    """Tables in order; of a table that is lacking its kinds of rows, such as product.events.login, are not said."""
    return tuple(sorted(name for name in tables if name.rpartition(".")[0] not in tables))


def print_readiness(out: Console, project: Path, filled: set[str]) -> None:
    """A table of pages, and the metrics by what they lack."""
    lines = readiness(project, filled)
    grid = Grid("page", "state", "would be lit up by", box=None, pad_edge=False)
    for line in (line for line in lines if line.kind == "page"):
        grid.add_row(line.label, line.state, ", ".join(sorted({*line.missing, *line.partly})) or "-")
    out.print(grid)
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for line in (line for line in lines if line.kind == "metric"):
        groups.setdefault((line.missing, () if line.missing else line.partly), []).append(line.label)
    for (missing, partly), names in sorted(groups.items()):
        one = len(names) == 1
        what = f"need{'s' * one} {', '.join(missing)}" if missing else f"work{'s' * one}"
        what += f" in part, without {', '.join(partly)}" if partly else ""
        out.print(f"{len(names)} metric{'s' * (not one)} {what}: {', '.join(sorted(names))}", markup=False)


def _needs(part: str) -> dict[str, set[str]]:
    """Of a part of readiness.yml: the tables that each of its names rests on."""
    groups = _yaml(NEEDS)[part]
    return {name: set(group["needs"]) for group in groups for name in group.get("metrics") or group["marts"]}


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
