"""Moves between plans: up and down the tiers, from plan to plan, and one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.data import rows
from app.found import Found
from app.ui import charts, points
from app.ui.colours import BAD, GOOD
from app.ui.drill import Point
from app.ui.filters import page_filter
from app.ui.panels import chart, money, table, unanswered
from app.ui.visit import Visit

DIRECTIONS = {"upgrades": "upgrade", "upgrade_mrr": "upgrade", "downgrades": "downgrade", "downgrade_mrr": "downgrade"}
NOTE = "A move between plan tiers"
NO_MOVE = "No account of the selection changed its plan."
MEASURES = {"migrations": "Moves", "mrr_change": "MRR change"}
AMOUNTS = money(mrr_before="MRR before", mrr_after="MRR after", change="Change", mrr_now="MRR now")


def plan_moves(visit: Visit, middle: DeltaGenerator, right: DeltaGenerator) -> None:
    """The section of the conversion page; the moves by month stand beside what fills the row's first column."""
    tower, filters = visit.build, visit.filters
    moves = rows(tower, "tier_moves", filters)
    changes = rows(tower, "plan_changes", replace(filters, region=(), acquisition_channel=()))

    def moved(point: Point) -> Found:
        """The accounts that moved to a higher or a lower tier in a month."""
        then = pd.to_datetime(changes.frame["occurred_at"]).dt.to_period("M")
        month = pd.Timestamp(point.where["period"]).to_period("M")
        return changes.where((then == month) & (changes.frame["direction"] == DIRECTIONS[point.series]))

    note = unanswered(visit, ["region", "acquisition_channel"], NOTE)
    for place, title, kind, tick, help in (
        (
            middle,
            "Plan upgrades and downgrades by month",
            {"upgrades": "Upgrades", "downgrades": "Downgrades"},
            ",d",
            "Accounts that moved to a higher or lower plan tier; downgrades lie below the axis.",
        ),
        (
            right,
            "MRR moved by plan changes",
            {"upgrade_mrr": "Upgrades", "downgrade_mrr": "Downgrades"},
            charts.MONEY,
            "MRR after the move less MRR before.",
        ),
    ):
        up, down = kind
        with place:
            figure = charts.stacked(moves.frame, "period", kind, tick, colours={up: GOOD, down: BAD})
            chart(visit, title, figure, of=moves, help=help, note=note, drill=moved, marks=place is middle)
    _migration(visit, changes, note)


def _migration(visit: Visit, changes: Found, note: str) -> None:
    """From plan to plan, and one by one."""
    tower, filters = visit.build, visit.filters
    measure = page_filter(
        visit, "measure", "Plan migration as", MEASURES, default="migrations", format_func=MEASURES.__getitem__
    )

    def between(point: Point) -> Found:
        """The moves from one plan to another."""
        plans = changes.frame[["from_plan", "to_plan"]]
        return changes.where((plans == pd.Series(point.where)).all(axis=1))

    left, right = st.columns([2, 3])
    with left:
        matrix = rows(tower, "plan_matrix", filters)
        order = rows(tower, "plans", filters).frame["product_name"].tolist()
        kind = "count" if measure == "migrations" else "money"
        chart(
            visit,
            "Plan migration",
            points.square(matrix.frame, "from_plan", "to_plan", measure, order, kind, visit.look),
            of=matrix,
            help="From the plan on the left to the plan below. Click a cell for the accounts.",
            note=note,
            empty=NO_MOVE,
            drill=between,
            height=420,
        )
    with right:
        table(
            visit,
            "Plan changes",
            rows(tower, "plan_changes", filters),
            columns=AMOUNTS,
            help="Each move of an account, largest gain first.",
            empty=NO_MOVE,
        )
