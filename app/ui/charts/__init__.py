"""The charts: each takes a frame and returns a plotly figure, or None when there is nothing to draw.

`customdata` of a trace maps, for each point, dimensions to raw values (`{"segment": "SMB"}`), and `meta` holds the
series' column: a drill reads them. Pages and their sections call them.
"""

from app.ui.charts.at import at
from app.ui.charts.bars import bars, histogram, pareto, shares, steps
from app.ui.charts.describing import describe
from app.ui.charts.lines import band, between, expected, lines, lines_by, mark
from app.ui.charts.stacks import bridge, stacked, stacked_by
from app.ui.charts.weeks import PART_WEEKS, part_weeks
from app.ui.formats import MONEY

__all__ = [
    "MONEY",
    "PART_WEEKS",
    "at",
    "band",
    "bars",
    "between",
    "bridge",
    "describe",
    "expected",
    "histogram",
    "lines",
    "lines_by",
    "mark",
    "pareto",
    "part_weeks",
    "shares",
    "stacked",
    "stacked_by",
    "steps",
]
