"""Every metric of a publication by closed month and segment, in ops.publication_kpis, beside those of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from psycopg2.extras import execute_values

from metrics.catalogue import RENEWAL, SHARED, Metric, catalogue
from metrics.engine import query
from warehouse.reading import Reader, fetch

TOGETHER = 12  # metrics in a question: its SQL is compiled once, and with more of them planned for longer
MOST = 100  # publications whose values stay


def monthly() -> list[Metric]:
    """The metrics that have a history, those that can be asked together side by side."""
    known = (metric for metric in catalogue().values() if metric.behaviour != "now")
    return sorted(known, key=lambda metric: (metric.behaviour, *(name in metric.cuts for name in (*SHARED, RENEWAL))))


def batches(metrics: Sequence[Metric]) -> Iterator[list[str]]:
    """Names to be asked together, the same ones every time."""
    for first in range(0, len(metrics), TOGETHER):
        yield [metric.name for metric in metrics[first : first + TOGETHER]]


def keep(cursor: Any, publication: int) -> None:
    """Keep the values of a publication that is still there, unless they are kept already."""
    cursor.execute("select exists (select from ops.publication_kpis where publication_id = %s)", (publication,))
    if cursor.fetchone()[0]:
        return
    found = values(Reader(publication=publication))
    rows = [(publication, *row) for row in found.itertuples(index=False, name=None)]
    execute_values(cursor, "insert into ops.publication_kpis values %s", rows, page_size=5000)
    cursor.execute(
        "delete from ops.publication_kpis where publication_id <= "
        "(select max(publication_id) from ops.publication_kpis) - %s",
        (MOST,),
    )


def values(reader: Reader) -> pd.DataFrame:
    """metric, month, segment (None is all of them) and value, where there is one."""
    first, last = fetch("select first_month, last_complete_month from marts.dim_tower", {}, reader).iloc[0]
    if last is None:
        return pd.DataFrame(columns=["metric", "month", "segment", "value"])
    frames = []
    for by in ([], ["segment"]):
        known = [metric for metric in monthly() if {*by} <= {*metric.dimensions}]
        for names in batches(known):
            found = query(names, by, None, first, last, "month", reader=reader)
            long = found.melt(["period", *by], names, "metric", "value").dropna()
            frames.append(long.rename(columns={"period": "month"}).assign(**({} if by else {"segment": None})))
    return pd.concat(frames)[["metric", "month", "segment", "value"]]
