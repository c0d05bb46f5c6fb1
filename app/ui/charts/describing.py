"""Charts in words."""

from __future__ import annotations

from functools import partial

import pandas as pd
import plotly.graph_objects as go

from metrics.formats import UNKNOWN, Currency, number


def describe(title: str, figure: go.Figure, currency: Currency = UNKNOWN) -> str:
    """What a chart shows in one sentence, for those who can't see it."""
    said = []
    unseen = [t for t in figure.data if t.yaxis == "y2" or (t.type == "scatter" and t.showlegend is False)]
    for trace in [t for t in figure.data if t not in unseen][:5]:
        if trace.type == "heatmap":
            said.append(f"{len(trace.y)} rows by {len(trace.x)} columns")
            continue
        flat = trace.orientation == "h"
        pairs = [
            (name, float(value))
            for name, value in zip(*((trace.y, trace.x) if flat else (trace.x, trace.y)), strict=False)
            if value is not None and not pd.isna(value)
        ]
        if not pairs:
            continue
        tick = (figure.layout.xaxis if flat else figure.layout.yaxis).tickformat or ""
        kind = "percent" if "%" in tick else "money" if "$" in tick else "count"
        said_as = partial(number, kind=kind, currency=currency)
        (first, start), (last, end) = pairs[0], pairs[-1]
        top = max(pairs, key=lambda pair: pair[1])
        said.append(
            f"{trace.name or ''} {said_as(start)} at {first} to {said_as(end)} at {last}, "
            f"highest {said_as(top[1])} at {top[0]}".strip()
        )
    return f"Chart: {title}. {'; '.join(said)}."[:600]
