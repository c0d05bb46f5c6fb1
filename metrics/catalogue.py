"""The KPI catalogue, read from the semantic manifest that dbt writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.dbt import target_path
from warehouse.errors import TowerError
from warehouse.settings import load_settings

SHARED = ("segment", "region", "acquisition_channel")  # part of every question: choosing one compiles nothing anew


class MetricError(TowerError):
    """A question that the catalogue cannot answer: unknown metric, dimension, grain or value."""


@dataclass(frozen=True)
class Metric:
    """One KPI. `behaviour`: flow (adds up over time), stock (at a period's end), first (at its start), now (as-of).

    `dimensions` are what people cut it by; `keys` what its rows are about (account, deal, ticket): by a key it becomes
    the list behind its number. `page` is where the dashboard shows it (None: its list of definitions alone does),
    `target` the metric that says what was promised, `goal` a value to reach, in the metric's own unit.
    """

    name: str
    label: str
    description: str
    format: str
    direction: str
    behaviour: str
    sample: str | None
    dimensions: tuple[str, ...]
    keys: tuple[str, ...]
    page: str | None
    target: str | None
    goal: float | None

    @property
    def cuts(self) -> tuple[str, ...]:
        """All that it can be grouped and filtered by."""
        return self.dimensions + self.keys

    def meets(self, value: float) -> bool:
        """Whether a value lies at the goal or beyond it; never where there is none."""
        if self.goal is None:
            return False
        return value <= self.goal if self.direction == "down_is_good" else value >= self.goal


def manifest_path() -> Path:
    """Where dbt left the semantic manifest. Raises TowerError when it has not been built."""
    path = target_path(load_settings()) / "semantic_manifest.json"
    if not path.exists():
        raise TowerError("the semantic layer is not built; run `make dbt-run`")
    return path


def catalogue() -> dict[str, Metric]:
    """Every metric by name; parts of ratios that have no meaning of their own are left out."""
    path = manifest_path()
    return _read(path, path.stat().st_mtime_ns)


def get_metric(name: str) -> Metric:
    """One metric. Raises MetricError with the nearest names when there is none."""
    found = catalogue().get(name)
    if found is None:
        raise MetricError(f"there is no metric {name!r}; `python -m metrics list` shows all")
    return found


def supports(name: str, dimension: str) -> bool:
    """Whether a metric can be grouped or filtered by a dimension or key."""
    return dimension in get_metric(name).cuts


@lru_cache(maxsize=2)
def _read(path: Path, _version: int) -> dict[str, Metric]:
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    scope = {
        measure["name"]: {entity["name"] for entity in model["entities"]}
        for model in manifest["semantic_models"]
        for measure in model["measures"]
    }
    keys = {
        entity["name"]
        for model in manifest["semantic_models"]
        for entity in model["entities"]
        if ((entity.get("config") or {}).get("meta") or {}).get("key")
    }
    raw = {metric["name"]: metric for metric in manifest["metrics"]}

    def measures(metric: dict[str, Any]) -> set[str]:
        inputs = {entry["name"] for entry in metric["type_params"]["input_measures"]}
        for child in metric["type_params"].get("metrics") or []:
            inputs |= measures(raw[child["name"]])
        return inputs

    result = {}
    for name, metric in raw.items():
        meta = (metric.get("config") or {}).get("meta") or {}
        if meta.get("part"):
            continue
        shared = set.intersection(*(scope[measure] for measure in measures(metric)))
        result[name] = Metric(
            name,
            metric["label"],
            metric["description"],
            meta["format"],
            meta["direction"],
            meta["behaviour"],
            meta.get("sample"),
            tuple(sorted(shared - keys)),
            tuple(sorted(shared & keys)),
            meta.get("page"),
            meta.get("target"),
            meta.get("goal"),
        )
    return result
