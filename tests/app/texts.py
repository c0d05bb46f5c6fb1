"""All that a page in process says to its reader: texts, labels, cells, and what stands in its charts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

UNSEEN = {  # fields that nobody reads: names within the page, data behind points, formats in which $ is any currency
    *("id", "arrowData", "columnOrder", "bytes", "url", "queryString", "page", "formId", "config"),
    *("customdata", "meta", "uirevision", "tickformat", "type", "mode", "hoverinfo", "legendgroup", "template"),
}


def texts(test: AppTest) -> set[str]:
    """Every text of the page and its sidebar."""
    found: set[str] = set()
    for node in [*test.main, *test.sidebar]:
        proto = getattr(node, "proto", None)
        if hasattr(proto, "DESCRIPTOR"):
            found |= set(_read(MessageToDict(proto)))
        if node.type == "dataframe":
            found |= {str(cell) for cell in node.value.to_numpy().ravel()}
    return found


def _read(value: Any, field: str = "") -> Iterator[str]:
    if field in UNSEEN:
        return
    if field in ("spec", "columns") and isinstance(value, str):  # a figure, the columns of a table
        value = json.loads(value)
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _read(part, name if field != "columns" else "")
    elif isinstance(value, list):
        for part in value:
            yield from _read(part)
    elif isinstance(value, str) and not value.startswith("$$ID"):  # the key of a button in a table
        yield re.sub(r"%\{.*?\}", "", value)  # what a hover fills in
