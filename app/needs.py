"""What a page's query lacks, and what the build lacks, kept as long as the build is shown."""

from __future__ import annotations

import re

import streamlit as st

from app.selection import reader_of
from metrics import needs
from metrics.needs import Lacking

MART = re.compile(r"\bmarts\.(\w+)")
SAID = re.compile(r"/\* needs ([\w.]+) \*/")


@st.cache_resource(max_entries=16, show_spinner=False)
def lacking(publication: int, scope: str) -> Lacking:
    """What the build lacks for a row scope."""
    return needs.lacking(reader_of(publication, scope))


def lacks_for_query(lacks: Lacking, sql: str) -> tuple[str, ...]:
    """What a query lacks: what it says itself, or what its facts lack when each of them lacks something."""
    if said := tuple(name for name in SAID.findall(sql) if name not in lacks.filled):
        return said
    marts = {name for name in MART.findall(sql) if name in lacks.marts}
    facts = {name for name in marts if not name.startswith("dim_")}
    return needs.common([lacks.marts[name] for name in facts or marts])
