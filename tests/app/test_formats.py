"""Text from the data is shown as it stands where Streamlit reads Markdown, and has room in charts and tables."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

from app.ui import charts
from app.ui.formats import JOINER, plain, words
from app.ui.panels import _with_room
from app.ui.written import with_minus
from metrics.formats import Currency, change, number


@pytest.mark.parametrize(
    "name",
    [
        "<b>Bold</b> *Star* _Under_ [link](http://x.test) :red[x]",
        "1. First",
        "- dash",
        "# head",
        "costs $5 or $6, ~~not~~ `this`, a|b",
        "mail me@evil.test or see www.evil.test",
        ":smile: :material/home:",
        "&amp; &#60;",
    ],
)
def test_a_name_that_is_markup_is_shown_as_it_stands(name: str) -> None:
    said = plain(name)
    assert re.sub(r"\\([\W_])", r"\1", said).replace(JOINER, "") == name
    assert not re.search(r"(?<!\\)[\[\]<>*_`$#|~]", said)
    assert not re.search(r"https?:/|www\.|[\w.]@|:[\w/]+\\?:", said)


def test_a_usual_name_is_left_alone() -> None:
    for name in ("Smith & Sons, Inc.", "Segment: SMB", "Müller (Berlin) - Süd", "O'Neill 24/7"):
        assert plain(name) == name


def test_codes_and_words_in_lower_case_begin_with_a_capital() -> None:
    assert [words(text) for text in ("missing_feature", "paid late", "v1.2 beta", "Word of Mouth", 7)] == [
        "Missing feature",
        "Paid late",
        "v1.2 beta",
        "Word of Mouth",
        7,
    ]


def test_many_bars_say_the_cases_where_they_are_few() -> None:
    months = [f"2026-{month:02}-01" for month in range(1, 11)]
    frame = pd.DataFrame({"month": months, "rate": [0.0, *[0.25] * 9], "n": [3, *[40] * 9]})
    figure = charts.bars(frame, "month", "rate", kind="percent", n="n")
    assert figure
    assert list(figure.data[0].text) == ["n=3", *["25%"] * 9]


def test_long_names_below_many_bars_stand_on_lines_of_their_own() -> None:
    names = ["Google Ads", "Events", "Content Marketing", "Partner", "Referral", "Outbound"]
    figure = charts.stacked(pd.DataFrame({"channel": names, "kept": 0.5}), "channel", {"kept": "Kept"})
    assert figure
    assert list(figure.layout.xaxis.ticktext) == [
        "Google<br>Ads",
        "Events",
        "Content<br>Marketing",
        "Partner",
        "Referral",
        "Outbound",
    ]


def test_tables_write_a_minus_before_the_currency_and_keep_numbers_to_sort_by() -> None:
    frame = pd.DataFrame(
        {
            "amount": [-16325.1, 2.0, None, -0.001],
            "gap": [0.25, -0.5, 0.0, 1.0],
            "count": [-1005, 3, 2, 1],
            "tickets": [1005.0, 3.0, 2.0, 1.0],
            "share": [-1.26, 12.5, 100.0, 0.0],
            "name": ["-1 & <b>", "b", "c", "d"],
        }
    )
    formats = {"amount": "$%,.2f", "gap": "%+.2f", "tickets": "%,.0f", "share": "%.1f %%", "count": "localized"}
    columns: dict[str, Any] = {
        name: st.column_config.NumberColumn(name, format=form) for name, form in formats.items()
    } | {"name": "Name"}
    styled = with_minus(frame, columns)
    assert isinstance(styled, Styler)
    assert styled.data.equals(frame)  # type: ignore[attr-defined]
    sent = ArrowData()
    marshall_styler(sent, styled, "table")
    shown = convert_arrow_bytes_to_pandas_df(sent.styler.display_values)
    assert list(shown["amount"]) == ["−$16,325.10", "$2.00", "", "$0.00"]
    assert list(shown["gap"]) == ["+0.25", "−0.50", "0.00", "+1.00"]
    assert list(shown["count"]) == ["−1,005", "3", "2", "1"]
    assert list(shown["share"]) == ["−1.3 %", "12.5 %", "100.0 %", "0.0 %"]
    assert list(shown["name"]) == list(frame["name"])
    kept = {name: (columns[name]["type_config"] or {}).get("format") for name in formats}
    assert kept == {"amount": None, "gap": None, "count": None, "share": None, "tickets": "%,.0f"}


def test_a_table_without_numbers_below_zero_is_left_as_it_is() -> None:
    frame = pd.DataFrame({"amount": [1.0, 2.0], "name": ["-1", "b"]})
    columns: dict[str, Any] = {"amount": st.column_config.NumberColumn("Amount", format="$%,.2f"), "name": "Name"}
    assert with_minus(frame, columns) is frame and columns["amount"]["type_config"]["format"] == "$%,.2f"


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (-16325.1, "money", "−$16.3k"),
        (-64_300, "money", "−$64.3k"),
        (-0.3, "money", "$0"),
        (-0.169, "percent", "−16.9 %"),
        (-0.0001, "percent", "0.0 %"),
        (-1005, "count", "−1,005"),
        (-2.5, "ratio", "−2.5×"),
        (-3, "days", "−3 days"),
        (-1.25, "hours", "−1.2 h"),
        (-4, "months", "−4.0 mo"),
        (-12.345, "number", "−12.35"),
    ],
)
def test_cards_write_the_same_minus(value: float, kind: str, said: str) -> None:
    assert number(value, kind, Currency("$")) == said


def test_whole_amounts_and_changes_write_the_same_minus() -> None:
    dollars = Currency("$")
    assert dollars.exact(-16325.1) == "−$16,325.10" and dollars.exact(-0.001) == "$0.00"
    fell = change(100_000, 119_000, "money", dollars)
    assert fell and fell.text == fell.said == "−16.0 %" and fell.direction == -1


def test_text_has_room_beyond_the_rows_that_the_browser_measures() -> None:
    frame = pd.DataFrame({"name": ["short"] * 10 + ["a name of twenty-two c"], "other": ["as long"] * 11})
    columns = _with_room(frame, {"name": "Name", "other": "Other"})
    assert columns["name"]["width"] == 24 + 7 * 22
    assert columns["other"] == "Other"


def test_an_axis_of_few_counts_has_whole_numbers() -> None:
    for most, step in ((4, 1), (5, None)):
        frame = pd.DataFrame({"month": ["May", "June"], "up": [1, most - 1], "down": [0, 1]})
        figure = charts.stacked(frame, "month", {"up": "Up", "down": "Down"}, ",d")
        assert figure
        assert figure.layout.yaxis.dtick == step
