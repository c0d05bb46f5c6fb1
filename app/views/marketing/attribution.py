"""Which channels and campaigns take the credit for new MRR and won deals, by four models."""

from __future__ import annotations

import streamlit as st

from app.data import rows, split
from app.found import Found
from app.ui import charts
from app.ui.drill import accounts
from app.ui.filters import page_filter
from app.ui.panels import chart, money, table, unanswered
from app.ui.visit import Visit
from metrics.formats import money as amount

MODELS = {"first_touch": "First touch", "last_touch": "Last touch", "linear": "Linear", "position": "Position"}
CREDITS = {"new_mrr": "New MRR", "won_amount": "Won amount"}
COLUMNS = money(spend="Spend", media_spend="Media spend", cost_per_lead="Cost per lead", **CREDITS) | {
    name: st.column_config.NumberColumn(name.capitalize(), format="localized")
    for name in ("impressions", "clicks", "leads", "customers")
}


def attribution(visit: Visit) -> None:
    """The section of the marketing page."""
    st.subheader("Attribution")
    left, right = st.columns(2)
    with left:
        measure = page_filter(visit, "credit", "Credit", CREDITS, default="new_mrr", format_func=CREDITS.__getitem__)
    with right:
        model = page_filter(
            visit, "model", "Model of the campaigns", MODELS, default="position", format_func=MODELS.__getitem__
        )
    _by_channel(visit, measure)
    _by_campaign(visit, model)


def _credited(visit: Visit, model: str, channel: str, campaign: str | None = None) -> Found:
    """The accounts whose new MRR or won deals a model credits to a channel, or to one of its campaigns."""
    asked = (f"{model}_{name}" for name in CREDITS)
    return accounts(visit.build, visit.filters, *asked, touch_channel=channel, campaign=campaign)


def _by_channel(visit: Visit, measure: str) -> None:
    columns = {f"{name}_{measure}": label for name, label in MODELS.items()}
    models = dict(zip(columns, MODELS, strict=True))
    credit = split(visit.build, visit.filters, list(columns), "touch_channel")
    known = credit.frame.fillna(0)
    sums = known[list(columns)].sum()
    currency, noun = visit.build.company.currency, visit.build.company.noun("touch_channel")
    gap = f"largest difference {currency.exact(sums.max() - sums.min())}"
    ordered = known.sort_values(next(iter(columns)), ascending=False)
    chart(
        visit,
        f"Credit by {noun}, four models",
        charts.stacked(ordered, "touch_channel", columns, charts.MONEY, side_by_side=True),
        of=credit,
        help="First or last touch takes all; linear shares alike; position gives 40 % to the first, 40 % to the last "
        "and the rest to those between. Without a touch, the channel that the account came from takes the credit. A "
        "filter on channels chooses accounts by the channel they came from.",
        drill=lambda point: _credited(visit, models[point.series], point.where["touch_channel"]),
        note=f"Every model shares the same total: {amount(float(sums.iloc[0]), currency)} ({gap}).",
        height=400,
    )


def _by_campaign(visit: Visit, model: str) -> None:
    shown = {f"{model}_{name}": name for name in CREDITS}
    keys = ["touch_channel", "campaign"]
    spent = rows(visit.build, "campaigns", visit.filters)
    credit = split(visit.build, visit.filters, list(shown), *keys)
    merged = spent.frame.merge(credit.frame, on=keys, how="outer").rename(columns=shown)
    campaigns = merged.sort_values("spend", ascending=False)
    note = unanswered(visit, ["segment", "region"], "Spend")
    table(
        visit,
        "Campaigns",
        spent.having(campaigns).beside(credit),
        columns=COLUMNS,
        help=f"Credit by the model {MODELS[model].lower()}. {note}",
        drill=lambda point: _credited(visit, model, point.value, campaigns["campaign"].fillna("").iloc[point.row]),
    )
