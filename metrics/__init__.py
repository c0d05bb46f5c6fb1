"""The only door from the marts to people: a catalogue and `query`; app and insights import it."""

from metrics.catalogue import Metric, MetricError, catalogue, get_metric, supports
from metrics.engine import query

__all__ = ["Metric", "MetricError", "catalogue", "get_metric", "query", "supports"]
