"""The column that says in which currency a row's amounts are, where a company has several."""

from __future__ import annotations

import pyarrow as pa

from data_gen.arrays import Ints
from data_gen.shapes.shape import Shape
from data_gen.writer import labels


def currency_column(shape: Shape, currency: Ints) -> dict[str, pa.Array]:
    """`currency` as codes; nothing for a company of one currency, whose files need not say it."""
    if len(shape.currencies) == 1:
        return {}
    return {"currency": labels([one.code for one in shape.currencies], currency)}
