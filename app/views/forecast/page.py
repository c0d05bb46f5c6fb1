"""Forecast: where MRR and the quarter go, how sure that is, and how earlier forecasts turned out."""

from __future__ import annotations

import streamlit as st

from app.data import rows
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import ACTUAL, BAD, GOOD, OPEN, OPEN_COLOURS
from app.ui.drill import accounts, week
from app.ui.head import head
from app.ui.panels import chart, money, table
from app.ui.pipelines import CATEGORIES, chosen_stages, stages_in
from app.views.forecast.ahead import read, show_cards, verdict, what_if
from app.views.forecast.bookings import quarter_ahead
from app.views.forecast.months import months_ahead, turned_out
from app.views.forecast.outlook import earlier_quarters, this_quarter, weeks

DATES = {"pulled_in": "Pulled in", "pushed_out": "Pushed out"}
DATE_COLOURS = {"pulled_in": GOOD, "pushed_out": BAD}
FLOW = {"created": "Created", "won": "Won", "lost": "Lost"}
FLOW_METRICS = {"created": "pipeline_created_amount", "won": "won_amount", "lost": "lost_amount"}
FLOW_COLOURS = {"created": ACTUAL, "won": GOOD, "lost": BAD}
BECAME = {"won": "Won later", "lost": "Lost later", "open": "Still open"}
BECAME_COLOURS = {"won": GOOD, "lost": BAD, "open": OPEN}
NOW = "Open on the as-of date, whatever the months."
visit = head(marks=True)
stages = chosen_stages(visit)
tower, filters = visit.build, visit.filters
said, figures = st.empty(), st.container()
ahead = read(visit, what_if(visit))
if sentence := verdict(visit, ahead):
    said.markdown(sentence)
with figures:
    show_cards(visit, ahead)
months_ahead(visit, ahead)
quarter_ahead(visit, ahead)
turned_out(visit, ahead)
st.subheader("The quarter by its deals")
cards(
    visit,
    "won_amount bookings_target win_rate sales_cycle_days slip_share "
    "open_pipeline weighted_pipeline crm_weighted_pipeline overdue_pipeline sales_velocity",
)
history = weeks(tower, filters)
this_quarter(visit, history, stages)
earlier_quarters(visit, history)
st.subheader("What it rests on")
deals = rows(tower, "forecast_deals", filters)
deals = deals.having(deals.frame.assign(category=deals.frame["category"].map(CATEGORIES)))
flow = rows(tower, "pipeline_weeks", filters)
slips = rows(tower, "slips", filters)
left, right = st.columns(2)
with left:
    sums = deals.frame.groupby("category").agg(open=("amount", "sum"), weighted=("weighted_amount", "sum"))
    categories = [name for key, name in CATEGORIES.items() if key != "omitted" or name in sums.index]
    chart(
        visit,
        "Open deals by forecast category",
        charts.stacked(
            sums.reindex(categories).fillna(0).reset_index(),
            "category",
            {"open": "Open", "weighted": "Weighted"},
            charts.MONEY,
            side_by_side=True,
            colours=OPEN_COLOURS,
        ),
        of=deals,
        help=f"Commit: {stages_in(stages, 'commit')}. Best case: {stages_in(stages, 'best_case')}. "
        f"Pipeline: {stages_in(stages, 'pipeline')}.",
        note=NOW,
        drill=lambda point: deals.where(deals.frame["category"] == point.value),
    )
    chart(
        visit,
        "Pipeline created, won and lost by week",
        charts.lines(flow.frame, "period", FLOW, tick=charts.MONEY, zero=True, colours=FLOW_COLOURS),
        of=flow,
        help="ACV by week, of the weeks that begin within the months.",
        drill=lambda point: accounts(tower, filters, FLOW_METRICS[point.series], days=week(point.value)),
        marks=True,
        weeks=(tower.first_day, tower.as_of),
    )
with right:
    chart(
        visit,
        "Due dates pulled in and pushed out by week",
        charts.stacked(flow.frame, "period", DATES, charts.MONEY, colours=DATE_COLOURS),
        of=flow,
        help="ACV of deals won before their expected week, and of deals whose expected week passed (below the axis).",
        drill=lambda point: accounts(tower, filters, f"{point.series}_amount", days=week(point.value)),
        weeks=(tower.first_day, tower.as_of),
    )
    chart(
        visit,
        "Slipped deals and what became of them",
        charts.stacked(
            slips.frame.rename(columns={f"slipped_{state}": state for state in BECAME}).fillna(0),
            "period",
            BECAME,
            ",d",
            colours=BECAME_COLOURS,
        ),
        of=slips,
        help="Deals whose expected week passed without a close, by the month in which they were expected.",
        note=f"{slips.frame['slipped'].sum():,.0f} of {slips.frame['due'].sum():,.0f} deals due in the range slipped.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "slipped_deals", deal_result=point.series),
    )
config = money(amount="ACV", weighted_amount="Weighted") | {
    "win_probability": st.column_config.NumberColumn("P(win)", format="percent"),
    "days_late": st.column_config.NumberColumn("Days late", format="%,.0f"),
    "owner_name": "Owner",
    "category": "Forecast",
    "expected_close_date": "Expected",
}
late = deals.frame["is_overdue"].astype(bool)
deals = deals.having(deals.frame.drop(columns=["is_overdue", "slipped", "deal_id"]))
on_time = deals.where(~late)
table(
    visit,
    "Slipped deals that are still open",
    deals.where(late),
    columns=config,
    help=f"{NOW} The expected close date has passed.",
    empty="No open deal of the selection is past its expected date.",
)
table(
    visit,
    "Open deals",
    on_time.having(on_time.frame.drop(columns="days_late")),
    columns=config,
    help=f"{NOW} Largest first.",
)
