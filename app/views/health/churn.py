"""Churn risk of the next 90 days: who may leave and why, who is leaving, and how good such words have been."""

from __future__ import annotations

import streamlit as st

from app.data import numeric, rows
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.panels import chart, table
from app.ui.visit import Visit
from app.views.health.risk import COLUMNS, NOW, ORDINALS

HELP = (
    "The probability that a paying account leaves within 90 days without having announced it, learned from who left "
    "before. Who has cancelled is leaving, and stands apart. Health describes how an account does; it is no prediction."
)
CHANCE = st.column_config.NumberColumn("Probability", format="percent")
WHY = {
    "model": "",
    "segment": "The model is no better than the {segment}: the probabilities are its rates, without reasons.",
    "few": "Too few customers have left to learn from: the probabilities are those of the {segment}, without reasons.",
}
SCORES = {"score": "this probability", "segment": "the {segment} alone", "health": "a low health score"}
NAMES = {"score": "Churn probability", "segment": "{Segment} alone", "health": "Health score"}
NOTHING = "Nothing is known yet of what came 90 days after a month's end: nobody has a probability."


def churn(visit: Visit) -> None:
    """The section: cards, the work list, who is leaving, and the backtest."""
    tower, filters = visit.build, visit.filters
    st.subheader("Who may leave within 90 days", help=HELP)
    cards(visit, "expected_loss average_churn_probability churn_scored_customers leaving_customers leaving_mrr")
    work = numeric(
        rows(tower, "churn_work", filters), "mrr", "churn_probability", "expected_loss", "segment_churn_rate"
    )
    bases = set(work.frame["churn_basis"].dropna()) if len(work.frame) else set()
    quality = numeric(rows(tower, "churn_quality", filters), "auc", "left_count")
    noun = tower.company.noun("segment")
    st.caption(_said(bases, quality).format(segment=noun) if bases else NOTHING)
    table(
        visit,
        "Work list, by expected loss",
        work.having(work.frame.drop(columns=["churn_basis"])),
        columns={
            **COLUMNS,
            "churn_probability": CHANCE,
            "expected_loss": st.column_config.NumberColumn("Expected loss", format="dollar", help="MRR × probability."),
            "segment_churn_rate": st.column_config.NumberColumn(f"Its {noun}", format="percent"),
            "reasons": st.column_config.TextColumn("Reasons", width="large"),
            "recommended_step": st.column_config.TextColumn("Recommended step", width="medium"),
            "renewal_date": st.column_config.DateColumn("Renewal", format="D MMM YYYY"),
        },
        help=f"{NOW} Reasons: what raises its probability most above the average of all, the strongest first.",
        empty=NOTHING,
    )
    table(
        visit,
        "Leaving: notice is given",
        numeric(rows(tower, "churn_leaving", filters), "mrr"),
        columns={
            **COLUMNS,
            "notice_date": st.column_config.DateColumn("Notice", format="D MMM YYYY"),
            "renewal_date": st.column_config.DateColumn("Term ends", format="D MMM YYYY"),
        },
        help=f"{NOW} Paying accounts that have cancelled all that they pay for.",
        empty="No paying account of this selection has given notice.",
    )
    _backtest(visit, quality)


def _said(bases: set[str], quality: Found) -> str:
    """What the probabilities rest on and how they ranked before, in honest words."""
    reason = " ".join(WHY[basis] for basis in sorted(bases) if WHY[basis])
    frame = quality.frame.dropna(subset=["auc"])
    if frame.empty:
        return reason or "No month has been judged yet."
    found = dict(zip(frame["score"], frame["auc"], strict=True))
    named = [f"{found[name]:.2f} by {text}" for name, text in SCORES.items() if name in found]
    left = frame["left_count"].max()
    text = (
        "How often one who left within 90 days stood before one who stayed, in earlier months and by what was known "
        f"then: {', '.join(named)}; 0.50 is chance ({left:,.0f} judgements of accounts that left)."
    )
    return f"{reason} {text}".strip()


def _backtest(visit: Visit, quality: Found) -> None:
    tower, filters = visit.build, visit.filters
    left, right = st.columns([2, 1])
    with left:
        tenths = numeric(rows(tower, "churn_tenths", filters), "said", "came", "lift", "customer_months")
        shown = tenths.frame.assign(tenth=tenths.frame["tenth"].map(ORDINALS))
        note = ""
        if len(shown):
            first = shown.iloc[0]
            note = (
                f"Of the tenth at the top {first['came']:.1%} left (n = {first['customer_months']:,.0f}), "
                f"{first['lift']:.1f} times the rate of all; {first['said']:.1%} were said."
            )
        chart(
            visit,
            "Said and come: share that left, by tenth of the probability",
            charts.stacked(shown, "tenth", {"said": "Said", "came": "Left"}, ".1%", side_by_side=True),
            of=tenths,
            empty="No month has been judged yet.",
            help="Of the paying accounts of each earlier month's end, by what would have been said then; the 1st "
            "tenth is the likeliest to leave. Whatever the months.",
            note=note,
            drill=lambda point: rows(
                tower, "churn_tenth_accounts", filters, tenth=list(ORDINALS.values()).index(point.value) + 1
            ),
        )
    with right:
        names = {key: name.format(Segment=tower.company.label("segment")) for key, name in NAMES.items()}
        ranks = quality.frame.assign(score=quality.frame["score"].map(names))
        chart(
            visit,
            "How well each ranks (AUC)",
            charts.bars(ranks, "score", "auc", kind="number", n="left_count", horizontal=True),
            of=quality,
            empty="No month has been judged yet.",
            help="How often one who left stood before one who stayed, at the same month's end; 0.5 is chance.",
        )
