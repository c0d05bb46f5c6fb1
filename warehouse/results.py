"""What dbt said of its last run, read from the artefacts that it leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.definitions import MANIFEST

PARSED = "partial_parse.msgpack"  # what dbt has read of the project, for itself
ARTEFACTS = ("manifest.json", MANIFEST)  # and for others
MOST = 5  # failures that are named


@dataclass(frozen=True)
class Results:
    """The kinds of nodes that ran, one for each node; a sentence for each test that only warned; and what failed."""

    kinds: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def tests(self) -> int:
        """How many tests ran."""
        return self.kinds.count("test") + self.kinds.count("unit_test")

    @property
    def failed(self) -> str:
        """The failures, in one line."""
        more = len(self.failures) - MOST
        return "; ".join(self.failures[:MOST]) + (f"; and {more} more" if more > 0 else "")


def read_results(target: Path, since: float) -> Results:
    """The results that dbt has written to its target folder since an instant; none when it stopped before that."""
    file = target / "run_results.json"
    if not file.exists() or file.stat().st_mtime < since:
        return Results(failures=("dbt stopped before it ran anything",))
    results: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["results"]
    warned = {found["unique_id"]: found["failures"] for found in results if found.get("status") == "warn"}
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"] if warned else {}
    return Results(
        tuple(found["unique_id"].split(".")[0] for found in results),
        tuple(f"{nodes[key]['config']['meta']['warning']} {count:,}" for key, count in warned.items()),
        tuple(_failure(found) for found in results if found.get("status") in ("error", "fail", "runtime error")),
    )


def _failure(found: dict[str, Any]) -> str:
    """Which node, and the first line of why."""
    why = " ".join(str(found.get("message") or "").split("\n", 1)[0].split())
    return f"{found['unique_id'].split('.')[2]}: {why}"
