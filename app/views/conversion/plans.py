"""Moves between plans: up and down the tiers, from plan to plan, and one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.data import Tower, rows
from app.filters import Filters, page_filter
from app.ui import charts, points
from app.ui.drill import Point
from app.ui.panels import chart, money, table, unanswered

MEASURES = {"migrations": "Moves", "mrr_change": "MRR change"}
DOLLARS = money(mrr_before="MRR before", mrr_after="MRR after", change="Change", mrr_now="MRR now")


def plan_moves(tower: Tower, filters: Filters, middle: DeltaGenerator, right: DeltaGenerator) -> None:
    """The section of the conversion page; the moves by month stand beside what fills the row's first column."""
    moves = rows(tower, "tier_moves", filters)
    changes = rows(tower, "plan_changes", replace(filters, region=(), acquisition_channel=()))

    def moved(point: Point) -> pd.DataFrame:
        """The accounts that moved to a higher or a lower tier in a month."""
        direction, month = point.series.split("_")[0].removesuffix("s"), pd.Timestamp(str(point.value)).to_period("M")
        then = pd.to_datetime(changes["occurred_at"]).dt.to_period("M") == month
        return changes[then & (changes["direction"] == direction)]

    note = unanswered(filters, ["region", "acquisition_channel"], "A move between plan tiers")
    with middle:
        chart(
            "Plan upgrades and downgrades by month",
            charts.stacked(moves, "period", {"upgrades": "Upgrades", "downgrades": "Downgrades"}, ",d"),
            help="Accounts that moved to a higher or lower plan tier; downgrades lie below the axis.",
            note=note,
            drill=moved,
            marks=True,
        )
    with right:
        chart(
            "MRR moved by plan changes",
            charts.stacked(moves, "period", {"upgrade_mrr": "Upgrades", "downgrade_mrr": "Downgrades"}, charts.MONEY),
            help="MRR after the move less MRR before.",
            note=note,
            drill=moved,
        )
    measure = page_filter(
        "measure", "Plan migration as", MEASURES, default="migrations", format_func=MEASURES.__getitem__
    )
    left, right = st.columns([2, 3])
    with left:
        matrix = rows(tower, "plan_matrix", filters)
        order = rows(tower, "plans", filters)["product_name"].tolist()
        kind = "count" if measure == "migrations" else "money"
        chart(
            "Plan migration",
            points.square(matrix, "from_plan", "to_plan", measure, order, kind),
            help="From the plan on the left to the plan below. Click a cell for the accounts.",
            note=note,
            empty="No account of the selection changed its plan.",
            drill=lambda point: changes[changes["from_plan"] + " → " + changes["to_plan"] == point.value],
            height=420,
        )
    with right:
        table(
            "Plan changes",
            rows(tower, "plan_changes", filters),
            columns=DOLLARS,
            help="Each move of an account, largest gain first.",
            empty="No account of the selection changed its plan.",
            filters=filters,
        )
