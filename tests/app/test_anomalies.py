"""What people say of points on the page Anomalies: kept, shown, minded by the next build, closed to row scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.views.anomalies.marks import said_of
from tests.app.test_pages import open_app
from warehouse.connections import autocommit
from warehouse.settings import Settings

SAID = "select metric, dimension_value, is_expected, owner, note, silent_until, created_by from ops.anomaly_marks"


@pytest.fixture
def marks(in_company: Settings) -> Iterator[Any]:
    """The owner's cursor; the marks are gone afterwards."""
    with autocommit(in_company.owner()) as cursor:
        yield cursor
        cursor.execute("truncate ops.anomaly_marks")


def listed(test: AppTest) -> pd.DataFrame:
    """The table of flagged points."""
    return test.dataframe[0].value


def save(test: AppTest) -> AppTest:
    """Click on Save."""
    return next(button for button in test.button if button.label == "Save").click().run()


def test_a_mark_is_kept_named_and_silent_until_its_day(marks: Any) -> None:
    test = open_app("anomalies", {})
    assert not test.exception
    before = listed(test)
    key = next(one.key for one in test.text_input if one.key and one.key.endswith("-owner")).removesuffix("-owner")
    test.text_input(key=f"{key}-owner").set_value("Ann *Lee*")
    test.text_area(key=f"{key}-note").set_value("a bid was wrong")
    test.selectbox(key=f"{key}-silence").set_value("for a week")
    test = save(test)
    assert not test.exception
    marks.execute(SAID)
    [row] = marks.fetchall()
    today = datetime.now(UTC).date()
    assert row[2:] == (False, "Ann *Lee*", "a bid was wrong", today + timedelta(days=7), "tower_reader")
    assert len(listed(test)) == len(before) - 1
    test = open_app("anomalies", {"put_by": "True"})
    assert len(listed(test)) == len(before)
    assert "a bid was wrong" in set(listed(test)["Note"])


def test_what_nobody_said_is_empty_and_text_stays_text(marks: Any) -> None:
    nothing = {"is_expected": False, "owner": "", "note": "", "is_silent": False, "marked_by": ""}
    assert said_of(pd.Series(nothing)) == ""
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    said = nothing | {"owner": "**Ann**", "is_expected": True, "marked_by": "bo@x.com", "marked_on": day}
    text = said_of(pd.Series(said))
    assert text.startswith("owner \\*\\*Ann\\*\\*; expected (bo") and text.endswith("1 Mar 2026)")


def test_a_scope_neither_reads_nor_sets_marks(marks: Any) -> None:
    marks.execute(
        "select has_table_privilege('tower_scoped', name, 'select'), "
        "has_any_column_privilege('tower_scoped', name, 'insert') from (values ('ops.anomaly_marks')) as tables (name)"
    )
    assert marks.fetchone() == (False, False)
