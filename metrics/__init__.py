"""The only door from the marts to people: a catalogue and `query`; app and insights import it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metrics.catalogue import Metric, MetricError, catalogue, get_metric, supports

if TYPE_CHECKING:
    from metrics.engine import grains, query

__all__ = ["Metric", "MetricError", "catalogue", "get_metric", "grains", "query", "supports"]


def __getattr__(name: str) -> Any:
    """`query` and `grains` when first wanted: behind them stands MetricFlow, which takes seconds to import."""
    if name not in ("grains", "query"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from metrics import engine

    return getattr(engine, name)
