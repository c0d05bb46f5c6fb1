"""Each metric leads to a page that shows it, and what no page shows leads nowhere."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import data
from app.pages import BY_KEY, PAGES
from app.ui.visit import KEY, current
from metrics import catalogue, query
from metrics.needs import lacking
from tests.app.test_pages import KEYS, open_app
from warehouse.settings import Settings

CHOSEN = {"marketing": "Credit"}  # page: the control that shows other metrics in its panels


def words(test: AppTest) -> str:
    """Everything that the page draws, as it goes to the browser."""
    found = []

    def walk(block: Any) -> None:
        for child in block.children.values():
            if child.proto is not None:
                found.append(child.proto.SerializeToString().decode("utf-8", "ignore"))
            if hasattr(child, "children"):
                walk(child)  # a tab: its label and what lies in it

    walk(test.main)
    return "\n".join(found)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The metrics that each page asks for."""
    st.cache_data.clear()
    st.cache_resource.clear()
    found: dict[str, set[str]] = defaultdict(set)
    query = data.query

    def recorded(metrics: tuple[str, ...], *options: Any, **more: Any) -> pd.DataFrame:
        if KEY in st.session_state:  # the entry asks, too, before a page runs
            found[current().page.key] |= {*metrics}
        return query(metrics, *options, **more)

    monkeypatch.setattr(data, "query", recorded)
    return found


def test_every_metric_is_found_on_its_page(in_company: Settings, asked: dict[str, set[str]]) -> None:
    drawn = {}
    for page in KEYS:
        test = open_app(page, {})
        assert not test.exception, page
        drawn[page] = words(test)
        for control in test.get("button_group"):
            if control.label == CHOSEN.get(page):
                for option in control.options:
                    control.set_value(option).run()
    drawn["data_health"] = ""  # it lists the definition of every metric
    metrics = catalogue().values()
    assert {metric.page for metric in metrics if metric.page} <= {*BY_KEY}
    absent = {*lacking().metrics, "fx_mrr"}  # pages leave out what the company does not have: other data, spot rates
    due = [metric for metric in metrics if metric.page and metric.name not in absent]
    lost = [m.name for m in due if m.name not in asked[m.page] and m.label not in drawn[m.page]]
    assert lost == []  # their pages do not name them
    homeless = [m.name for m in metrics if m.page is None and any(m.name in names for names in asked.values())]
    assert homeless == []  # a page asks for them, and none is their home


@pytest.mark.parametrize(("page", "dimension"), [(page.key, name) for page in PAGES for name in page.narrows])
def test_a_link_narrows_a_page_by_what_its_own_filters_know(
    request: pytest.FixtureRequest, page: str, dimension: str
) -> None:
    request.getfixturevalue("in_nordic" if dimension == "pipeline" else "in_company")  # that one has several
    own = BY_KEY[page].narrows[dimension]
    metric = next(one for one in catalogue().values() if one.page == page and dimension in one.cuts)
    value = str(query([metric.name], [dimension]).dropna()[dimension].iloc[-1])
    test = open_app(page, {own.key: value})
    assert not test.exception
    assert not test.session_state[KEY].own[own.key].is_default
    assert test.session_state[f"{page}.{own.key}"] == ([value] if own.many else value)


def test_targets_are_metrics_and_goals_have_a_side(in_company: Settings) -> None:
    known = catalogue()
    promised = {metric.name: known[metric.target].format == metric.format for metric in known.values() if metric.target}
    assert promised == {"mrr": True, "new_mrr": True, "won_amount": True}
    quota = known["quota_attainment"]
    assert (quota.meets(1.0), quota.meets(0.99), known["mrr"].meets(1e9)) == (True, False, False)
    assert all(metric.direction != "neutral" for metric in known.values() if metric.goal is not None)
