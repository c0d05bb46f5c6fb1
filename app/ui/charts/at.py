"""What a drill reads of a drawn point."""

from __future__ import annotations

from typing import Any

import pandas as pd


def at(frame: pd.DataFrame, *dimensions: str) -> list[dict[str, Any]]:
    """For each row the mapping that a drill reads: dimension to raw value, as text."""
    return [
        dict(zip(dimensions, map(str, values), strict=True))
        for values in zip(*(frame[d] for d in dimensions), strict=True)
    ]
