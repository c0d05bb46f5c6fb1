"""Every chart and table leads to the accounts behind it, and the list makes up the number that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from app.ui import charts, panels
from app.ui.drill import Drill, Point, answers, point_of
from app.ui.visit import Visit
from tests.app.test_pages import KEYS, open_app
from warehouse.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore")
SELECTIONS = [{}, {"segment": "SMB", "region": "Europe", "from": "2026-08", "to": "2026-10"}]
POINTS = 4  # of each series
NOBODY = {  # no account stands behind these
    "Spend by channel and month": "spend is of channels",
    "Media spend": "spend is of channels",
    "How well each ranks (AUC)": "every pair of those who left and those who stayed",
    "MRR, and what it is expected to be": "nobody has come yet",
    "What moves MRR, month by month": "nobody has come yet",
    "MRR by month to come": "nobody has come yet",
    "MRR as it was foreseen 3 months before": "forecasts have no accounts",
    "Error by months ahead": "means over months",
    "What the quarter's bookings will be made of": "nobody has come yet; the quarter by its deals stands below",
    "What was said of the bookings of earlier quarters": "forecasts have no accounts; each quarter's deals stand below",
    "Accuracy and bias": "means over quarters; each quarter's deals are behind the chart beside it",
    "Product use by week": "one account's page",
    "MRR at month end": "one account's page",
    "MRR movements": "one account's page",
    "Timeline": "one account's page",
}
LISTED = {  # charts, and series and bars of them, whose list is behind the number without being a sum over it
    "wau": "users of 7 days; those of the day are its neighbour",
    "mau": "users of 28 days",
    "Stickiness by month": "a mean of days over users",
    "Popular and sticky": "over all active users",
    "Usage gap: accounts that stay less those that leave": "over accounts that never used it, too",
    "Popularity": "over all active users",
    "Stickiness": "a mean of weeks",
    "Survival since the first payment": "an estimate; its steps are proven below",
    "Accounts activated by days since the start": "an estimate; its steps are proven below",
    "Time to value: median days to activation": "an estimate over those who still wait, too",
    "Change in the four weeks after each release": "growth per active account; the table beside it counts",
    "Return on spend by acquisition month": "over spend",
    "CAC by channel": "over spend",
    "CAC payback by channel": "over spend",
    "LTV : CAC by channel": "over spend",
    "impressions": "no account stands behind them",
    "clicks": "no account stands behind them",
    "leads": "no account stands behind them",
    "Attainment of quota": "over quota",
    "target": "a promise has no accounts",
    "mrr_target": "a promise has no accounts",
    "weighted": "open deals by the odds of that day",
    "Error of the forecast by weeks left": "over what the quarter brought",
    "Median days in stage": "of stays; a deal that comes back to a stage has several",
    "Health and its weighted parts": "means of scores that the list does not hold",
}
GUIDES = ["Expected"]  # lines that nobody asks for accounts
BORNE = ["customers", "new_mrr", "won_amount", "orders"]  # of a table's row: zero where no account stands behind it


@dataclass
class Seen:
    """What a page drew: figures with their drills, and tables with theirs."""

    charts: dict[tuple[str, str], tuple[go.Figure, Drill | None]] = field(default_factory=dict)
    tables: dict[tuple[str, str], tuple[pd.DataFrame, Drill]] = field(default_factory=dict)


@pytest.fixture
def seen(in_company: Settings, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Collects what is drawn instead of drawing it."""
    return collecting(monkeypatch)


def collecting(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """From now on pages leave what they draw here."""
    found, frames = Seen(), {}

    def draw(visit: Visit, title: str, figure: go.Figure, how: Drill | None = None) -> None:
        found.charts[visit.page.key, title] = (figure, how)

    def link(title: str, frame: pd.DataFrame, *_: str) -> dict[str, Any]:
        frames[title] = frame
        return {}

    def pursue(visit: Visit, title: str, how: Drill) -> None:
        found.tables[visit.page.key, title] = (frames[title], how)

    monkeypatch.setattr(panels, "draw", draw)
    monkeypatch.setattr(panels, "link", link)
    monkeypatch.setattr(panels, "pursue", pursue)
    return found


def points(figure: go.Figure) -> Iterator[tuple[Point, float]]:
    """Some points of each series that can be clicked, with the number that is drawn."""
    for curve, trace in enumerate(figure.data):
        if trace.type == "heatmap" or trace.hoverinfo == "skip" or trace.yaxis == "y2" or trace.name in GUIDES:
            continue
        drawn = list(trace.x if getattr(trace, "orientation", None) == "h" else trace.y)
        if trace.to_plotly_json().get("marker", {}).get("opacity") == 0:
            drawn = cells(figure.data[curve - 1], trace)
        known = [i for i, amount in enumerate(drawn) if amount is not None and not pd.isna(amount)]
        for number in known[:: max(1, len(known) // POINTS)]:
            yield point_of(figure, {"curve_number": curve, "point_number": number}), float(drawn[number])


def cells(heat: go.Heatmap, trace: go.Scatter) -> list[float]:
    """The numbers of the cells under unseen points."""
    grid = pd.DataFrame(np.asarray(heat.z, dtype=float), index=list(heat.y), columns=list(heat.x))
    return [grid.loc[row, column] for row, column in zip(trace.y, trace.x, strict=True)]


def explains(frame: pd.DataFrame, amount: float) -> bool:
    """Whether a count, a sum, a median or a ratio of sums of the list is the number, whatever its sign."""
    numbers = frame.select_dtypes(["number", "bool"]).astype(float)
    for column in frame.columns.difference(numbers.columns):  # exact numerics arrive as objects
        converted = pd.to_numeric(frame[column], errors="coerce")
        if converted.notna().any() and converted.notna().sum() == frame[column].notna().sum():
            numbers[column] = converted.astype(float)
    sums = [float(len(frame)), float(frame["account_id"].nunique()), *numbers.sum()]
    ratios = [a / whole for a, b in permutations(sums, 2) for whole in (b, a + b) if whole]
    spread = [numbers[name].quantile(q) for name in numbers for q in (0.5, 0.9) if numbers[name].notna().any()]
    nearly = 0.006 if abs(amount) > 5 else 1e-6  # cents of sums, no rounding of rates
    return any(abs(abs(value) - abs(amount)) <= nearly for value in [*sums, *ratios, *spread])


def said(frame: pd.DataFrame) -> dict[str, float]:
    """The sums of a list, for a message."""
    return {"rows": len(frame), **frame.sum(numeric_only=True).round(4)}


@pytest.mark.parametrize("selection", SELECTIONS, ids=["all", "some"])
@pytest.mark.parametrize("page", KEYS)
def test_what_is_drawn_is_made_up_by_the_list_behind_it(seen: Seen, page: str, selection: dict[str, str]) -> None:
    test = open_app(page, selection)
    assert not test.exception
    wrong = unexplained(seen, page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", KEYS)
def test_so_it_is_in_a_company_of_another_shape(
    in_nordic: Settings, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    seen = collecting(monkeypatch)
    monkeypatch.setattr(f"{__name__}.POINTS", 2)  # of each series: the default company's are tried more thoroughly
    test = open_app(page, {})
    assert not test.exception
    wrong = unexplained(seen, page)
    assert not wrong, "\n".join(wrong)


def unexplained(seen: Seen, page: str) -> list[str]:
    """What a page drew that no list makes up, a line each."""
    wrong = []
    for (_, title), (figure, how) in [item for item in seen.charts.items() if item[0][0] == page]:
        if how is None:
            if title.split(":")[0] not in NOBODY:
                wrong.append(f"{title}: no drill")
            continue
        for point, amount in points(figure):
            found = how(point).frame
            if "account_id" not in found and len(found):
                wrong.append(f"{title}: {point.series} {point.value}: no accounts")
            elif (
                amount
                and not {title, point.series, str(point.value)} & {*LISTED}
                and not (len(found) and explains(found, amount))
            ):
                wrong.append(f"{title}: {point.series} {point.value}: {amount} is not in {said(found)}")
    for (_, title), (frame, how) in [item for item in seen.tables.items() if item[0][0] == page]:
        for number in range(min(len(frame), POINTS)):
            found = how(Point({frame.columns[0]: frame[frame.columns[0]].iloc[number]}, row=number)).frame
            row = pd.to_numeric(frame.iloc[number], errors="coerce").dropna()
            spent = frame.iloc[number].isin([*NOBODY]).any() or (
                bool({*BORNE} & {*frame.columns}) and not row.filter(BORNE).any()
            )
            if not spent and not any(len(found) and explains(found, float(amount)) for amount in row if amount >= 1):
                wrong.append(f"{title}: row {number}: {dict(row)} is not in {said(found)}")
    return wrong


def test_a_click_on_a_band_or_its_middle_asks_for_nobody() -> None:
    week = {"period_start": date(2026, 1, 5), "actual_value": 9, "expected_value": 4}
    band = {"lower_bound": 2, "upper_bound": 6, "is_anomaly": True, "severity": "high"}
    figure = charts.band(pd.DataFrame([week | band]), ",d")
    assert figure is not None
    drawn = {trace.name: answers(figure, {"curve_number": number}) for number, trace in enumerate(figure.data)}
    assert drawn == {None: False, "Expected: band": False, "Expected": False, "Actual": True, "Flagged": True}


def test_the_steps_of_survival_curves_are_the_accounts_that_left_and_came(seen: Seen) -> None:
    for page, title, event in (
        ("retention", "Survival since the first payment", "is_churned"),
        ("adoption", "Accounts activated by days since the start", "is_activated"),
    ):
        open_app(page, {"from": "2025-05"})
        figure, how = seen.charts[page, title]
        assert how
        moved = 0
        for curve, trace in enumerate(figure.data):
            shares = trace.y if event == "is_activated" else [1 - share for share in trace.y]
            clicks = [{"curve_number": curve, "point_number": number} for number in range(len(trace.x))]
            found = [how(point_of(figure, click)).frame for click in clicks]
            assert all(part[event].astype(bool).all() and part["account_id"].is_unique for part in found)
            counts = [len(part) for part in found]
            stepped = [later > earlier + 1e-12 for earlier, later in pairwise(shares)]
            assert [b > a for a, b in pairwise(counts)] == stepped
            assert counts[0] == 0
            moved += counts[-1]
        assert moved
