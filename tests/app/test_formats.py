"""Text from the data is shown as it stands where Streamlit reads Markdown, and has room in charts and tables."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from app.ui import charts
from app.ui.formats import JOINER, plain, words
from app.ui.panels import _with_room


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
