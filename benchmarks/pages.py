"""Server time of each page in the built warehouse: cold (nothing cached, nothing compiled) and warm."""

from __future__ import annotations

import logging
import shutil
import statistics
import time

import streamlit as st
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest

from app.pages import BY_KEY
from metrics import engine
from metrics.compiled import kept_folder
from warehouse.settings import ROOT


def run(out: Console) -> None:
    """Print a row per page."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    grid = Table("page", "cold s", "warm s", box=None)
    for column in grid.columns[1:]:
        column.justify = "right"
    for name in sorted(BY_KEY):
        test = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=120).run()
        test.switch_page(BY_KEY[name].script).run()
        cold, warm = [], []
        for _ in range(3):
            st.cache_data.clear()
            engine._compile.cache_clear()
            shutil.rmtree(kept_folder(), ignore_errors=True)
            cold.append(_timed(test))
            warm.append(_timed(test))
        grid.add_row(name, f"{statistics.median(cold):.2f}", f"{statistics.median(warm):.2f}")
    out.print(grid)


def _timed(test: AppTest) -> float:
    began = time.perf_counter()
    test.run()
    if test.exception or test.error:
        raise RuntimeError(f"the page failed: {test.exception or test.error}")
    return time.perf_counter() - began
