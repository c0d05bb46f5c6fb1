"""A week of which a chart holds only a part does not look like a fall."""

from __future__ import annotations

from datetime import date

import pandas as pd

from app.ui import charts

# Mondays; from Friday 1 May to Saturday 23 May the first and the last lie only partly within
WEEKS = [date(2026, 4, 27), date(2026, 5, 4), date(2026, 5, 11), date(2026, 5, 18)]
FRAME = pd.DataFrame({"week": WEEKS, "tickets": [30.0, 70.0, 80.0, 60.0], "kind": "call"})
MAY = (date(2026, 5, 1), date(2026, 5, 23))


def test_bars_of_part_weeks_are_hatched_and_say_so() -> None:
    for figure in (charts.bars(FRAME, "week", "tickets"), charts.stacked_by(FRAME, "week", "tickets", "kind")):
        assert figure
        (bars,) = charts.part_weeks(figure, *MAY).data
        assert list(bars.marker.pattern.shape) == ["", "", "/", "/"]  # the legend has the sign of the first
        assert ["part of a week" in told for told in bars.hovertemplate] == [False, False, True, True]
        assert [where["week"][5:] for where in bars.customdata] == ["05-04", "05-11", "04-27", "05-18"]
        assert list(bars.y) == [70, 80, 30, 60]


def test_a_line_leads_through_whole_weeks_alone_with_part_weeks_as_rings_beside_it() -> None:
    figure = charts.lines(FRAME, "week", {"tickets": "Tickets"}, markers=False)
    assert figure
    (line,) = charts.part_weeks(figure, *MAY).data
    assert list(line.y) == [70, 80, None, 30, None, 60]
    weeks = [str(week) for week in WEEKS]
    signs = zip(line.y, line.customdata, line.marker.size, line.marker.symbol, strict=True)
    assert [(where["week"], size, symbol) for y, where, size, symbol in signs if y] == [
        (weeks[1], 0, "circle"),
        (weeks[2], 0, "circle"),
        (weeks[0], 8, "circle-open"),
        (weeks[3], 8, "circle-open"),
    ]


def test_whole_weeks_are_drawn_as_ever() -> None:
    figure = charts.lines(FRAME, "week", {"tickets": "Tickets"})
    assert figure
    before = figure.to_json()
    assert charts.part_weeks(figure, date(2026, 4, 27), date(2026, 5, 24)).to_json() == before
