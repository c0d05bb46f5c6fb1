"""The pages in process: every one draws, filters reach the numbers, and a warehouse that is down says what to type."""

from __future__ import annotations

import os
import re
from datetime import date

import pandas as pd
import pytest
import streamlit as st
import yaml
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.data import sql_files
from app.pages import BY_KEY, PAGES
from app.ui.exports import safe_csv
from metrics import query
from tests.conftest import free_port
from warehouse.settings import ROOT, Settings

KEYS = [page.key for page in PAGES]
SELECTIONS = [  # the browser crawls all months by segment, region and channel
    {"from": "2026-10", "to": "2026-10"},
    {"from": "2025-05", "to": "2025-05", "compare": "prior_year", "segment": "SMB"},
]


@st.cache_resource
def _read_from() -> list[str]:
    """The warehouse that Streamlit's caches tell of, once a page was opened since they were cleared."""
    return []


def keep_to_one_warehouse() -> None:
    """Forget what was read of another: a dashboard has one, and its caches go by the numbers of builds and roles."""
    if _read_from() != [os.environ["DATABASE_URL"]]:
        st.cache_data.clear()
        st.cache_resource.clear()
        _read_from().append(os.environ["DATABASE_URL"])


def open_app(page: str, selection: dict[str, str]) -> AppTest:
    """The app on one page, as a link with this selection opens it."""
    keep_to_one_warehouse()
    test = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60)
    for key, value in selection.items():
        test.query_params[key] = value
    test._page_hash = calc_hash(BY_KEY[page].address)  # switch_page would have to run another page first
    return test.run()


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
@pytest.mark.parametrize("page", KEYS)
def test_every_page_draws_for_every_selection(in_company: Settings, page: str, selection: dict[str, str]) -> None:
    test = open_app(page, selection)
    assert not test.exception
    assert not test.error
    assert test.title[0].value
    assert "As of **31 Oct 2026**" in test.caption[0].value


def test_a_link_with_a_filter_shows_what_the_metrics_say(in_company: Settings) -> None:
    test = open_app("executive", {"from": "2026-10", "to": "2026-10", "segment": "SMB"})
    expected = query(["active_customers"], filters={"segment": ["SMB"]}, end=date(2026, 10, 1)).iloc[0, 0]
    assert test.metric[4].value == f"{expected:,.0f}" != open_app("executive", {}).metric[4].value


def test_cards_that_cannot_answer_to_a_filter_say_so(in_company: Settings) -> None:
    test = open_app("executive", {"segment": "SMB"})
    cac = next(card for card in test.metric if card.label.startswith("CAC"))
    assert cac.label == "CAC *"
    assert "Not recorded by segment" in cac.help


def test_a_link_selects_and_unknown_values_are_dropped(in_company: Settings) -> None:
    test = open_app("executive", {"region": "Atlantis", "segment": "SMB"})
    assert test.multiselect(key="region").value == []
    assert test.multiselect(key="segment").value == ["SMB"]


def test_a_warehouse_that_is_down_says_what_to_type(in_company: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://tower_owner:x@127.0.0.1:{free_port()}/nowhere")
    test = open_app("executive", {})
    assert not test.exception
    assert test.title[0].value == "The warehouse is not ready"
    assert "make up" in test.error[0].value


def test_a_warehouse_without_marts_says_what_to_type(
    in_company: Settings, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", server["DATABASE_URL"])
    test = open_app("executive", {})
    assert not test.exception
    assert "make" in test.error[0].value


def test_exports_cannot_carry_formulas() -> None:
    text = safe_csv(pd.DataFrame({"name": ["=1+1", "@x", "fine"], "n": [-1, 2, 3]})).decode()
    assert text.splitlines() == ["name,n", "'=1+1,-1", "'@x,2", "fine,3"]


def test_every_page_has_its_folder_and_every_folder_its_page() -> None:
    folders = {path.parent.name for path in (ROOT / "app/views").glob("*/page.py")}
    assert folders == {page.key for page in PAGES}
    assert len(BY_KEY) == len(PAGES) == len({page.title for page in PAGES})


def test_the_readme_and_the_exposures_name_the_pages_of_the_registry() -> None:
    rows = re.findall(
        r"^\| \[(.+?)\]\(docs/images/(\w+)-light\.png\) \| (.+?) \|$", (ROOT / "README.md").read_text(), re.M
    )
    assert rows == [(page.title, page.key, page.question) for page in PAGES]
    exposures = yaml.safe_load((ROOT / "dbt/models/exposures.yml").read_text())["exposures"]
    named = {(entry["label"], entry["url"].rpartition("/")[2]) for entry in exposures if entry["type"] == "dashboard"}
    assert named == {(page.title, page.address) for page in PAGES}


def test_every_query_has_a_name_of_its_own_and_is_asked() -> None:
    files = [path.stem for path in (ROOT / "app").rglob("*.sql")]
    assert len(files) == len({*files}) == len(sql_files())
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    unasked = [name for name in files if f'"{name}"' not in code]
    assert unasked == []
