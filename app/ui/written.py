"""Numbers below zero in tables: written with a minus, and before the currency, as cards and charts write them.

Streamlit's own formats make $-5 of -$5. Cells whose text is given are shown by it, and still sorted as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from metrics.formats import MINUS, signed

SHAPE = re.compile(r"%(?P<plus>\+?)(?P<parts>,?)(?:\.(?P<decimals>\d+))?[df]")
LOCALIZED, UNFORMATTED = 3, 4  # decimals at most, as Streamlit writes them
MOST = 60_000  # cells; to write more of them would take longer than the rest of a page


def with_minus(frame: pd.DataFrame, columns: dict[Any, Any]) -> pd.DataFrame | Styler:
    """The frame for `st.dataframe` with the texts of its numbers, when one of them is below zero.

    The formats of those columns move from `columns`, the column configuration, into the texts.
    """
    below = {
        name: writer
        for name in frame.columns.intersection([*columns])
        if pd.api.types.is_numeric_dtype(frame[name]) and (frame[name] < 0).any()
        if (writer := _writer(_format(columns[name])))
    }
    if not below or frame.size > MOST:
        return frame
    for name in below:
        if _format(columns[name]):
            column = columns[name]
            columns[name] = column | {"type_config": {**column["type_config"], "format": None}}
    texts: dict[Any, Any] = {name: below.get(name, _text) for name in frame.columns}
    return frame.reset_index(drop=True).style.format(texts, na_rep="")


def _format(column: Any) -> str | None:
    """The format that a column's configuration names."""
    return (column.get("type_config") or {}).get("format") if isinstance(column, dict) else None


def _writer(form: str | None) -> Callable[[Any], str] | None:
    """What writes numbers as a format of Streamlit's does; None for one that is not known here."""
    if form is None:
        return _text
    if form == "localized":
        return partial(_localized, decimals=LOCALIZED)
    return partial(_printed, form=form) if SHAPE.search(form) else None


def _text(value: Any) -> str:
    """A value of a column without a format."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _localized(value, UNFORMATTED).replace(",", "") if is_number else str(value)


def _localized(value: float, decimals: int) -> str:
    """A number with its thousands apart and no more decimals than it has."""
    whole, point, rest = f"{value:z,.{decimals}f}".partition(".")
    return signed((whole + point + rest).rstrip("0").rstrip(".") if point else whole)


def _printed(value: float, form: str) -> str:
    """A number by a format such as $%,.2f."""
    found = SHAPE.search(form)
    assert found
    size = f"{abs(value):{found['parts']}.{found['decimals'] or 0}f}"
    is_nothing = not any(digit in size for digit in "123456789")
    sign = "" if is_nothing else MINUS if value < 0 else found["plus"]
    return sign + (form[: found.start()] + size + form[found.end() :]).replace("%%", "%")
