"""The only door from the marts to people: a catalogue and `query`; app and insights import it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metrics.catalogue import Metric, MetricError, catalogue, get_metric, supports

if TYPE_CHECKING:
    from metrics.engine import query

__all__ = ["Metric", "MetricError", "catalogue", "get_metric", "query", "supports"]


def __getattr__(name: str) -> Any:
    """`query` when it is first wanted: behind it stands MetricFlow, which takes seconds to import."""
    if name != "query":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from metrics.engine import query

    return query
