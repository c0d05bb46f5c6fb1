"""The KPI catalogue, read from the definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from metrics.definitions import Definitions, definitions
from warehouse.errors import TowerError

PIPELINE, RENEWAL = "pipeline", "is_renewal"
APART = " Renewal pipelines are out unless a filter or a split by pipeline asks for them."
SHARED = ("segment", "region", "acquisition_channel")  # part of every question: choosing one compiles nothing anew


def new_business(asked: Iterable[str]) -> dict[str, list[str]]:
    """The filter of a question that asks for neither pipelines nor renewals: renewal pipelines are left out."""
    return {} if {PIPELINE, RENEWAL} & {*asked} else {RENEWAL: ["false"]}


class MetricError(TowerError):
    """A question that the catalogue cannot answer: unknown metric, dimension, grain or value."""


@dataclass(frozen=True)
class Metric:
    """One KPI. `behaviour`: flow (adds up over time), stock (at a period's end), first (at its start), now (as-of).

    `dimensions` are what people cut it by; `keys` what its rows are about (account, deal, ticket): by a key it becomes
    the list behind its number, with `parts` as its columns: itself where the rows add up to it, and the sums that it
    is made of. `page` is where the dashboard shows it (None: its list of definitions alone does), `target` the metric
    that says what was promised, `goal` a value to reach, in the metric's own unit. `is_part` is a number that only
    others or their lists show; `ripens` one whose closed months move for weeks, as what waits for an outcome gets it.
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
    parts: tuple[str, ...]
    is_part: bool
    ripens: bool = False

    @property
    def cuts(self) -> tuple[str, ...]:
        """All that it can be grouped and filtered by."""
        return self.dimensions + self.keys

    def meets(self, value: float) -> bool:
        """Whether a value lies at the goal or beyond it; never where there is none."""
        if self.goal is None:
            return False
        return value <= self.goal if self.direction == "down_is_good" else value >= self.goal


def catalogue() -> dict[str, Metric]:
    """Every metric by name; parts of others that have no meaning of their own are left out."""
    return {name: metric for name, metric in all_metrics().items() if not metric.is_part}


def all_metrics(publication: int | None = None) -> dict[str, Metric]:
    """Every metric by name, parts of others too: those of a publication, else of the one that is shown."""
    return _read(definitions(publication))


def get_metric(name: str, publication: int | None = None) -> Metric:
    """One metric. Raises MetricError with the nearest names when there is none."""
    found = all_metrics(publication).get(name)
    if found is None or found.is_part:
        raise MetricError(f"there is no metric {name!r}; `python -m metrics list` shows all")
    return found


def supports(name: str, dimension: str) -> bool:
    """Whether a metric can be grouped or filtered by a dimension or key."""
    return dimension in get_metric(name).cuts


@lru_cache(maxsize=4)
def _read(given: Definitions) -> dict[str, Metric]:
    manifest: dict[str, Any] = json.loads(given.text)
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
    return {name: _metric(metric, raw, scope, keys) for name, metric in raw.items()}


def _metric(
    metric: dict[str, Any], raw: dict[str, dict[str, Any]], scope: dict[str, set[str]], keys: set[str]
) -> Metric:
    meta = (metric.get("config") or {}).get("meta") or {}
    scopes = [
        scope[entry["name"]] for name in _inputs(metric, raw) for entry in raw[name]["type_params"]["input_measures"]
    ]
    shared = set.intersection(*scopes)
    return Metric(
        metric["name"],
        metric["label"],
        metric["description"] + (APART if PIPELINE in shared else ""),
        meta["format"],
        meta["direction"],
        meta["behaviour"],
        meta.get("sample"),
        tuple(sorted(shared - keys)),
        tuple(sorted(shared & keys)),
        meta.get("page"),
        meta.get("target"),
        meta.get("goal"),
        tuple(dict.fromkeys(_parts(metric, raw))),
        bool(meta.get("part")),
        bool(meta.get("ripens")),
    )


def _children(metric: dict[str, Any], raw: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The metrics that a metric is made of; none for a simple one."""
    given = metric["type_params"]
    named = [given["numerator"], given["denominator"]] if metric["type"] == "ratio" else given.get("metrics") or []
    return [raw[child["name"]] for child in named]


def _inputs(metric: dict[str, Any], raw: dict[str, dict[str, Any]]) -> set[str]:
    """The simple metrics at the bottom of a metric."""
    if metric["type"] == "simple":
        return {metric["name"]}
    return set().union(*(_inputs(child, raw) for child in _children(metric, raw)))


def _parts(metric: dict[str, Any], raw: dict[str, dict[str, Any]]) -> list[str]:
    """A sum of sums is one, whatever the factors, and comes before what it sums; a quotient is not."""
    is_sum = metric["type"] == "simple" or (metric["type"] == "derived" and "/" not in metric["type_params"]["expr"])
    below = [name for child in _children(metric, raw) for name in _parts(child, raw)]
    return [metric["name"], *below] if is_sum else below
