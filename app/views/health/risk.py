"""Accounts at risk: their warning signs, the spread of the health score, and the lists to work through."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import lacks_of, numeric, rows
from app.found import Found
from app.ui.filters import SWITCH, page_filter
from app.ui.formats import listed
from app.ui.health import NEEDS
from app.ui.panels import table
from app.ui.visit import Visit

ORDINALS = {n: f"{n}{({1: 'st', 2: 'nd', 3: 'rd'}).get(n, 'th')}" for n in range(1, 11)}
SIGNS = {  # the flags of churn risk by how they are written
    "Falling usage": "has_falling_usage",
    "Escalations": "has_escalations",
    "Contraction": "has_revenue_contraction",
    "Payment trouble": "has_payment_trouble",
    "No login for 30 days": "has_no_login_30d",
    "Low health": "has_low_health",
}
REST = {  # what nothing is known of without these tables
    "Falling usage": NEEDS["usage"],
    "Escalations": NEEDS["support"],
    "Payment trouble": ("billing.invoices",),
    "No login for 30 days": NEEDS["usage"],
}
NOW = "As of the as-of date, whatever the months."
COLUMNS = {
    "mrr": st.column_config.NumberColumn("MRR", format="dollar"),
    "days_since_login": st.column_config.NumberColumn("Days since login", format="%,.0f"),
}


def raising(risks: pd.DataFrame, sign: str) -> pd.Series:
    """Which accounts raise a warning sign (a key of SIGNS)."""
    return risks[SIGNS[sign]].eq(True)  # what is not known raises none


def signs(risks: pd.DataFrame) -> pd.DataFrame:
    """The warning signs by the MRR of the accounts that raise them; columns flag, mrr, accounts."""
    raised = {sign: risks[raising(risks, sign)] for sign in SIGNS}
    found = [(sign, part["mrr"].sum(), len(part)) for sign, part in raised.items()]
    return pd.DataFrame(found, columns=["flag", "mrr", "accounts"]).sort_values("mrr", ascending=False)


def not_known(visit: Visit) -> str:
    """The warning signs of which nothing is known, and what they need; empty where all are."""
    filled = lacks_of(visit.build).filled
    lacking: dict[tuple[str, ...], list[str]] = {}
    for sign, tables in REST.items():
        if missing := tuple(table for table in tables if table not in filled):
            lacking.setdefault(missing, []).append(sign.lower())
    said = [f"{listed(names)} (needs {listed(tables)})" for tables, names in lacking.items()]
    return f"Not known: {'; '.join(said)}." if said else ""


def tens(scores: pd.DataFrame) -> pd.Series:
    """The step of ten in which each health score lies, such as 40–50."""
    low = (scores["health_score"] // 10).clip(upper=9).astype(int) * 10
    return low.astype(str) + "–" + (low + 10).astype(str)


def distribution(scores: pd.DataFrame) -> pd.DataFrame:
    """Accounts by step of the score and segment."""
    ordered = scores.assign(score=tens(scores)).sort_values("health_score")
    spread = ordered.pivot_table(index="score", columns="segment", aggfunc="size", fill_value=0, sort=False)
    return spread.reset_index()


def risky_accounts(visit: Visit, risks: Found, unscored: str) -> None:
    """Paying accounts by churn risk; `unscored` says why none may be known."""
    levels = page_filter(
        visit, "risk", "Risk level", ["critical", "high", "medium", "low"], default=["critical", "high"], many=True
    )
    known = risks.frame["risk_level"].notna().any() or not unscored
    shown = risks.where(risks.frame["risk_level"].isin(levels)) if levels else risks
    table(
        visit,
        "Accounts by warning signs",
        shown.having(shown.frame.drop(columns=list(SIGNS.values()))),
        columns={
            **COLUMNS,
            "risk_score": st.column_config.ProgressColumn("Risk", min_value=0, max_value=100, format="%,.0f"),
            "health_score": st.column_config.NumberColumn("Health", format="%,.0f"),
            "recommended_step": st.column_config.TextColumn("Recommended step", width="medium"),
            "main_reason": st.column_config.TextColumn("Main reason", width="medium", help="Of its weakest part."),
            "rests_on": st.column_config.TextColumn("Rests on", help="The parts of health that are known."),
            "renewal_date": st.column_config.DateColumn("Renewal", format="D MMM YYYY"),
        },
        help=f"{NOW} Risk: what the health lacks, and six points for each flag but low health. "
        "It describes: how probable it is that an account leaves stands above.",
        empty="No account of this selection has such a risk." if known else unscored,
    )


def silent_accounts(visit: Visit) -> None:
    """Accounts that nobody has logged in to."""
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    with left:
        days = page_filter(visit, "silent", "No login for", [30, 90], default=30, format_func="{} days".format)
    with right:
        everyone = page_filter(visit, "former", "Also accounts that no longer pay", SWITCH, default=False)
    found = rows(visit.build, "inactive", visit.filters, days=days, everyone=everyone)
    table(
        visit,
        f"No login for {days} days, by customer lifetime value",
        numeric(found, "mrr", "estimated_clv", "days_since_login"),
        columns={
            **COLUMNS,
            "estimated_clv": st.column_config.NumberColumn("Estimated CLV", format="dollar"),
            "last_login_at": st.column_config.DateColumn("Last login", format="D MMM YYYY"),
        },
        help=f"{NOW} Inactivity stands beside revenue churn and is never mixed with it.",
        empty="Nobody of this selection is known to be silent.",
    )
    unknown = rows(visit.build, "silence_unknown", visit.filters)
    if not unknown.lacks and (count := int(unknown.frame["accounts"].sum())):
        st.caption(f"Nothing is known of the logins of {count:,} paying accounts: they have no users in the data.")
