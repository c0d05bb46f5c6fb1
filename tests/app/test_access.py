"""Who is let into the dashboard; a scoped visitor sees what the filter would show, from caches of their own."""

from __future__ import annotations

import ast
import logging
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import data, sign_in
from app.sessions import COOKIE, SESSIONS
from metrics import company as whose
from metrics import engine, needs, your_data
from tests.app.conftest import small_only
from tests.app.test_pages import KEYS, keep_to_one_warehouse, open_app
from tests.conftest import Company, enter
from warehouse import reading
from warehouse.access import Scope
from warehouse.reading import EVERYTHING, Reader
from warehouse.settings import ROOT, Settings, load_settings

PASSWORD = "correct horse €"


@pytest.fixture
def protected(in_company: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dashboard asks for a password, and nobody has tried one yet."""
    monkeypatch.setenv("APP_PASSWORD", PASSWORD)
    sign_in._failures.clear()
    keep_to_one_warehouse()


@pytest.fixture(scope="module")
def access_file(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An access.yml by which everybody sees small customers only."""
    with pytest.MonkeyPatch.context() as patch:
        enter(company, patch)
        return small_only(tmp_path_factory.mktemp("access"))


@pytest.fixture
def asked_as(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The role that each query from now on runs as, in order."""
    roles: list[str | None] = []

    def watched(sql: str, values: dict[str, object], reader: Reader = EVERYTHING) -> pd.DataFrame:
        roles.append(reader.role)
        assert reader.publication or "marts." not in sql, sql  # all of a page is of one publication
        return reading.fetch(sql, values, reader)

    for module in (data, needs, engine, whose, your_data):
        monkeypatch.setattr(module, "fetch", watched)
    return roles


def attempt(test: AppTest, password: str) -> AppTest:
    """Type a password and send it."""
    test.text_input[0].set_value(password)
    return test.button[0].click().run()


def test_without_the_password_nothing_of_the_company_is_shown(protected: None) -> None:
    test = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60).run()
    assert test.title[0].value == "GTM Control Tower"
    assert not test.metric and not test.multiselect and not test.exception
    assert "visit" not in test.session_state


def test_the_password_opens_every_page_until_signing_out(protected: None) -> None:
    test = attempt(AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60).run(), PASSWORD)
    assert test.title[0].value == "Executive overview" and test.metric
    test.switch_page("views/support/page.py").run()
    assert test.title[0].value == "Support & quality"
    assert PASSWORD not in str(test.query_params) + repr(test.session_state)
    next(button for button in test.button if button.label == "Sign out").click().run()
    assert test.title[0].value == "GTM Control Tower" and not test.metric


def at(monkeypatch: pytest.MonkeyPatch, address: str | None, now: float) -> None:
    """Whoever comes from now on comes from an address, at a second of the clock that measures waits."""
    monkeypatch.setattr(type(st.context), "ip_address", address)
    monkeypatch.setattr(sign_in, "time", SimpleNamespace(monotonic=lambda: now))


def door() -> AppTest:
    """The dashboard in a tab of its own."""
    return AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60).run()


def test_wrong_passwords_are_refused_slowed_and_never_logged(
    protected: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, test = 1000.0, door()
    with caplog.at_level(logging.DEBUG, logger="app.sign_in"):
        for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
            at(monkeypatch, "10.0.0.7", now)
            attempt(test, "wrong horse")
            assert f"not the password. The next try is open in {seconds} s" in test.error[0].value and not test.metric
            at(monkeypatch, "10.0.0.7", now + seconds - 0.5)
            attempt(test, PASSWORD)  # too early: however right, it is neither looked at nor called wrong
            assert "was not looked at" in test.error[0].value and "not the password" not in test.error[0].value
            assert not test.metric
            now += seconds
    assert caplog.messages and "horse" not in caplog.text
    at(monkeypatch, "10.0.0.7", now)
    attempt(test, PASSWORD)
    assert test.metric and not sign_in._failures


def test_the_wait_of_one_is_not_that_of_everybody_behind_the_same_address(
    protected: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    guessing = door()
    for now in (1000.0, 1001.0, 1003.0, 1007.0):
        at(monkeypatch, "10.0.0.7", now)
        attempt(guessing, "wrong horse")
    assert "open in 8 s" in guessing.error[0].value
    assert attempt(door(), PASSWORD).metric


def test_an_address_that_guesses_in_ever_new_tabs_is_slowed(protected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "10.0.0.7", 1000.0)
    for _ in range(20):
        st.session_state.clear()
        assert "not the password" in sign_in.attempt("wrong", PASSWORD, "10.0.0.7", 1000.0)
    st.session_state.clear()
    assert "not looked at. The next is open in 2 s" in sign_in.attempt(PASSWORD, PASSWORD, "10.0.0.7", 1000.0)
    assert sign_in.attempt(PASSWORD, PASSWORD, "10.0.0.8", 1000.0) == ""
    assert sign_in.attempt(PASSWORD, PASSWORD, "10.0.0.7", 1002.0) == ""


def test_only_the_cookie_of_an_open_session_opens(protected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    good = SESSIONS.begin(PASSWORD)
    for cookie, opens in [("", False), ("x", False), (good + "x", False), ("9" * 5000, False), (good, True)]:
        monkeypatch.setattr(type(st.context), "cookies", {COOKIE: cookie})
        test = door()
        assert bool(test.metric) == opens, cookie
        assert not test.exception


def test_signing_out_ends_the_session_in_every_tab(protected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "cookies", {COOKIE: SESSIONS.begin(PASSWORD)})
    one, other = door(), door()
    assert one.metric and other.metric
    next(button for button in one.button if button.label == "Sign out").click().run()
    for test in (one.run(), other.run(), door()):
        assert test.title[0].value == "GTM Control Tower" and not test.metric


def test_another_password_ends_every_session(protected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    test = attempt(door(), PASSWORD)
    monkeypatch.setattr(type(st.context), "cookies", {COOKIE: SESSIONS.begin(PASSWORD)})
    other = door()
    assert test.metric and other.metric
    monkeypatch.setenv("APP_PASSWORD", "another")
    for seen in (test.run(), other.run(), door()):
        assert seen.title[0].value == "GTM Control Tower" and not seen.metric
    monkeypatch.setenv("APP_PASSWORD", PASSWORD)
    assert not door().metric  # what has ended does not come back


@pytest.mark.parametrize("page", KEYS)
def test_a_scoped_visitor_sees_what_the_filter_would_show_by_queries_of_the_role_of_the_scope(
    in_company: Settings, page: str, access_file: Path, asked_as: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = open_app(page, {})
    filtered = open_app(page, {"segment": "SMB"})
    monkeypatch.setenv("ACCESS_FILE", str(access_file))
    st.cache_data.clear()
    st.cache_resource.clear()
    asked_as.clear()
    seen = open_app(page, {})
    assert not seen.exception and not seen.error
    assert seen.multiselect(key="segment").options == ["SMB"]
    assert seen.caption[0].value == filtered.caption[0].value != whole.caption[0].value
    for one, other in zip(seen.metric, filtered.metric, strict=True):
        assert one.label == other.label
        if not one.label.endswith("*"):  # a card that doesn't answer to the filter tells of the whole company: closed
            assert (one.value, one.delta) == (other.value, other.delta), one.label
    assert any("You see SMB in all regions" in caption.value for caption in seen.sidebar.caption)
    expected = Scope(segments=("SMB",)).role(load_settings().database_name)
    # the definitions of the metrics are warmed up, by a question about the window and one number, and show neither
    assert asked_as.count(None) == 2
    assert {role for role in asked_as if role} == {expected}


def test_a_scope_that_the_warehouse_does_not_know_is_refused(
    in_company: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "access.yml"
    file.write_text("default: {segments: [Nobody]}")
    monkeypatch.setenv("ACCESS_FILE", str(file))
    test = open_app("executive", {})
    assert "make access" in test.error[0].value and not test.metric
    file.write_text("default: {segment: [SMB]}")
    test = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60).run()
    assert "access.yml" in test.error[0].value and not test.metric
    file.unlink()
    test = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60).run()
    assert "access.yml is missing, so nobody is let in" in test.error[0].value and not test.metric


def test_every_cache_of_the_dashboard_is_kept_apart_by_scope() -> None:
    cached = 0
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                marks = [ast.unparse(mark) for mark in node.decorator_list]
                if node.name != "definitions" and any("cache_" in mark for mark in marks):  # it keeps no number
                    cached += 1
                    names = {argument.arg for argument in node.args.args}
                    assert {"scope", "build", "tower"} & names, f"{file.name}: {node.name} is cached for all visitors"
    assert cached >= 4
