"""INSIGHTS.md says what the marts say."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.ui.cards import Fact
from insights.memo import sentence
from metrics import query
from metrics.catalogue import Metric
from metrics.formats import Change, Currency, change
from tests.conftest import Company


def test_the_memo_is_reproducible_and_carries_the_metrics_numbers(
    company: Company, in_company: object, tmp_path: Path
) -> None:
    for name in ("a.md", "b.md"):
        company.run("insights", "--out", str(tmp_path / name))
    text = (tmp_path / "a.md").read_text()
    assert text == (tmp_path / "b.md").read_text()
    customers = query(["active_customers"]).iloc[0, 0]
    assert f"to {customers:,.0f} (" in text
    assert "nan" not in text.lower().split()


def test_the_headline_has_three_figures(company: Company) -> None:
    line = company.run("insights", "--headline").stdout.strip()
    assert line.startswith("October 2026: MRR $")
    assert line.count("·") == 2


def metric(format: str) -> Metric:
    """A metric of which more is better."""
    about = {"label": "Metric", "description": "", "direction": "up_is_good", "behaviour": "flow", "sample": None}
    rest = {"dimensions": (), "keys": (), "page": None, "target": None, "goal": None, "parts": (), "is_part": False}
    return Metric(name="metric", format=format, **about, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("format", "before", "now", "text", "said"),
    [
        ("percent", 0.20000, 0.20004, "0.0 pts", "Metric stayed at 20.0 %"),
        ("percent", 0.20004, 0.19996, "0.0 pts", "Metric stayed at 20.0 %"),
        ("percent", 0.19960, 0.20040, "0.0 pts", "Metric stayed at 20.0 %"),
        ("percent", 0.20, 0.19, "−1.0 pts", "Metric fell from 20.0 % to 19.0 % (−1.0 pts)"),
        ("money", 2_850_000, 2_850_100, "0.0 %", "Metric stayed at $2.85M"),
        ("money", 2_850_000, 2_853_500, "+0.1 %", "Metric rose a little, to $2.85M (+0.1 %)"),
        ("money", 2_000, 3_000, "+50.0 %", "Metric rose from $2.00k to $3.00k (+50.0 %)"),
        ("money", 0.25, 0.22, "0.0 %", "Metric stayed at $0"),
        ("money", 790, 18_200, "+2203.8 %", "Metric rose from $790 to $18.2k"),
        ("money", -2_000, 1_000, "+150.0 %", "Metric rose from −$2.00k to $1.00k (+150.0 %)"),
        ("money", -2_000, -3_000, "−50.0 %", "Metric fell from −$2.00k to −$3.00k (−50.0 %)"),
        ("count", 0, 3, None, "Metric rose from 0 to 3"),
        ("count", 0, 0, None, "Metric stayed at 0"),
    ],
)
def test_a_change_is_rounded_alike_on_cards_and_in_the_memo_and_none_is_no_direction(
    format: str, before: float, now: float, text: str | None, said: str
) -> None:
    moved = change(now, before, format)
    assert (moved and moved.text) == text
    assert sentence(metric(format), now, before, None, Currency("$")) == said
    fact = Fact(metric(format), now, {}, None, None, [], False, [])
    colour = {"−": "red", "+": "green", "0": "gray"}[(text or "0")[0]]
    assert fact.judged(moved) == colour


def test_a_change_beyond_three_hundred_per_cent_says_from_where_it_came() -> None:
    for before, now, said in ((100, 400, "+300.0 %"), (100, 401, "from $100"), (-100, 201, "from −$100")):
        moved = change(now, before, "money", Currency("$"))
        assert moved and moved.said == said and moved.direction == 1
    points = change(4.5, 0.5, "percent")
    assert points and points.said == "+400.0 pts"


def test_what_is_not_known_is_no_change() -> None:
    assert change(math.nan, 1, "money") is None and change(1, math.nan, "percent") is None
    assert sentence(metric("money"), math.nan, 1, None) is None
    assert Change(-0.0, "%").text == "0.0 %"
