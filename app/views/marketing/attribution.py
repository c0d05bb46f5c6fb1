"""Which channels and campaigns take the credit for new MRR and won deals, by four models."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import Tower, rows, split
from app.filters import Filters, page_filter
from app.ui import charts
from app.ui.drill import accounts
from app.ui.formats import money as dollars
from app.ui.panels import chart, money, table, unanswered

MODELS = {"first_touch": "First touch", "last_touch": "Last touch", "linear": "Linear", "position": "Position"}
CREDITS = {"new_mrr": "New MRR", "won_amount": "Won amount"}
COLUMNS = money(spend="Spend", cost_per_lead="Cost per lead", **CREDITS) | {
    name: st.column_config.NumberColumn(name.capitalize(), format="localized")
    for name in ("impressions", "clicks", "leads", "customers")
}
COLUMNS["touch_channel"] = "Channel"


def attribution(tower: Tower, filters: Filters) -> None:
    """The section of the marketing page."""

    def credited(model: str, channel: str, campaign: str | None = None) -> pd.DataFrame:
        """The accounts whose new MRR or won deals a model credits to a channel; no campaign's name is no touch."""
        narrow = {"model": model.split("_")[0], "touch_channel": channel, "campaign": campaign}
        return accounts(tower, filters, "credit", **narrow)

    st.subheader("Attribution")
    left, right = st.columns(2)
    with left:
        measure = page_filter("credit", "Credit", CREDITS, default="new_mrr", format_func=CREDITS.__getitem__)
    with right:
        model = page_filter(
            "model", "Model of the campaigns", MODELS, default="position", format_func=MODELS.__getitem__
        )
    note = unanswered(filters, ["segment", "region"], "Spend")
    columns = {f"{name}_{measure}": label for name, label in MODELS.items()}
    credit = split(tower, filters, list(columns), "touch_channel").fillna(0)
    sums = credit[list(columns)].sum()
    gap = f"largest difference ${sums.max() - sums.min():.2f}"
    chart(
        "Credit by channel, four models",
        charts.stacked(
            credit.sort_values(next(iter(columns)), ascending=False),
            "touch_channel",
            columns,
            charts.MONEY,
            side_by_side=True,
        ),
        help="First or last touch takes all; linear shares alike; position gives 40 % to the first, 40 % to the last "
        "and the rest to those between. Without a touch, the channel that the account came from takes the credit. A "
        "filter on channels chooses accounts by the channel they came from.",
        drill=lambda point: credited(point.series.removesuffix(f"_{measure}"), point.value),
        note=f"Every model shares the same total: {dollars(float(sums.iloc[0]))} ({gap}).",
        height=400,
    )
    shown = {f"{model}_{name}": name for name in CREDITS}
    keys = ["touch_channel", "campaign"]
    campaigns = rows(tower, "campaigns", filters).merge(split(tower, filters, list(shown), *keys), on=keys, how="outer")
    campaigns = campaigns.rename(columns=shown).sort_values("spend", ascending=False)
    table(
        "Campaigns",
        campaigns,
        columns=COLUMNS,
        help=f"Credit by the model {MODELS[model].lower()}. {note}",
        filters=filters,
        drill=lambda point: credited(model, point.value, campaigns["campaign"].fillna("").iloc[int(point.series)]),
    )
