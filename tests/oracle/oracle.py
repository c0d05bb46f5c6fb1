"""The independent oracle: one object that answers for every metric of the pages, for a slice and a range of months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from tests.oracle.files import Files, Slice
from tests.oracle.product import Product
from tests.oracle.revenue import Revenue
from tests.oracle.sales import Sales
from tests.oracle.support import Support

Family = Callable[[Slice, pd.Timestamp, pd.Timestamp], dict[str, float]]


class Oracle:
    """All metrics of one company, by family; money in its currency, months as first-of-month timestamps."""

    def __init__(self, folder: Path, as_of: date | None = None) -> None:
        self.files = Files(folder, as_of)
        self.revenue = Revenue(self.files)
        self.sales = Sales(self.files)
        self.product = Product(self.files)
        self.support = Support(self.files)
        self.families: dict[str, Family] = {
            "revenue": self.revenue.metrics,
            "acquisition": self.revenue.acquisition,
            "targets": self.revenue.targets,
            "pipeline": self.sales.metrics,
            "coverage": self._coverage,
            "activation": self.product.metrics,
            "support": self.support.metrics,
        }

    def _coverage(self, part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        target = self.revenue.targets(part, first, last)["bookings_target"]
        return self.sales.coverage(part, first, last, target)
