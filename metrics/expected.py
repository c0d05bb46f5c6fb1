"""Totals that the user knows, compared with the marts: expected.yml in the data folder, kept in ops.expected_checks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from metrics.catalogue import MetricError, get_metric
from metrics.engine import query
from warehouse.connections import owner_connection
from warehouse.errors import TowerError
from warehouse.reading import EVERYTHING, Reader, fetch

KEYS = {"metric", "month", "filters", "value", "tolerance"}


@dataclass(frozen=True)
class Check:
    """One known total. `month` is any day in it (None: as of now, or all time); `tolerance` is absolute."""

    line: int
    metric: str
    month: date | None
    filters: dict[str, list[str]]
    value: float
    tolerance: float


@dataclass(frozen=True)
class Result:
    """What the marts say; None without a value."""

    check: Check
    found: float | None

    @property
    def status(self) -> str:
        """as expected, off or no value."""
        if self.found is None:
            return "no value"
        return "as expected" if abs(self.found - self.check.value) <= self.check.tolerance + 1e-9 else "off"


def read_expected(path: Path) -> list[Check]:
    """Read the list of checks. Raises TowerError with the line of the first mistake."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
        body: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TowerError(f"{path.name}:{line}: {error.problem}") from error
    if not isinstance(body, list) or not isinstance(node, yaml.SequenceNode):
        raise TowerError(f"{path.name}:1: a list of checks is wanted, each with metric and value")
    return [_check(path, part.start_mark.line + 1, entry) for part, entry in zip(node.value, body, strict=True)]


def _check(path: Path, line: int, entry: Any) -> Check:
    where = f"{path.name}:{line}"
    if not isinstance(entry, dict) or not {"metric", "value"} <= entry.keys() or entry.keys() - KEYS:
        raise TowerError(
            f"{where}: a check has metric, value and perhaps {', '.join(sorted(KEYS - {'metric', 'value'}))}"
        )
    try:
        get_metric(str(entry["metric"]))
        value = float(entry["value"])
        tolerance = str(entry.get("tolerance", "0.005"))
        size = abs(value) * float(tolerance[:-1]) / 100 if tolerance.endswith("%") else float(tolerance)
        month = entry.get("month")
        day = date.fromisoformat(f"{str(month)[:7]}-01") if month else None
    except (MetricError, ValueError, TypeError) as error:
        raise TowerError(f"{where}: {error}") from error
    if size < 0:
        raise TowerError(f"{where}: a tolerance is not negative")
    given = entry.get("filters") or {}
    filters = {str(key): [str(v) for v in (part if isinstance(part, list) else [part])] for key, part in given.items()}
    return Check(line, str(entry["metric"]), day, filters, value, size)


def run_checks(checks: list[Check], reader: Reader = EVERYTHING) -> list[Result]:
    """Ask what is shown, or what `reader` names. Raises TowerError for a filter that a metric does not answer to."""
    results = []
    for check in checks:
        try:
            frame = query([check.metric], (), check.filters, check.month, check.month, reader=reader)
        except MetricError as error:
            raise TowerError(f"expected.yml:{check.line}: {error}") from error
        value = frame[check.metric].iloc[0] if len(frame) else None
        results.append(Result(check, None if pd.isna(value) else float(value)))
    return results


def keep_results(path: Path, results: list[Result], reader: Reader = EVERYTHING) -> None:
    """Replace what ops.expected_checks holds, for the Data health page."""
    now = datetime.now(UTC).replace(tzinfo=None)
    tower = fetch("select load_run_id, as_of_date from marts.dim_tower", {}, reader)
    run = (int(tower["load_run_id"].iloc[0]), tower["as_of_date"].iloc[0])
    with owner_connection() as connection, connection.cursor() as cursor:
        cursor.execute("truncate ops.expected_checks")
        for result in results:
            check = result.check
            row = (now, *run, str(path), check.line, check.metric, check.month, json.dumps(check.filters))
            values = (check.value, check.tolerance, result.found, result.status)
            cursor.execute(f"insert into ops.expected_checks values ({', '.join(['%s'] * 12)})", row + values)
        connection.commit()
