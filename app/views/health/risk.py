"""Accounts at risk: their warning signs, the spread of the health score, and the lists to work through."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import Tower, numeric, rows
from app.filters import Filters, page_filter
from app.ui.panels import table

ORDINALS = {n: f"{n}{({1: 'st', 2: 'nd', 3: 'rd'}).get(n, 'th')}" for n in range(1, 11)}
SIGNS = {  # what the flags of a risk say
    "Falling usage": "falling usage",
    "Escalations": "escalations",
    "Contraction": "contraction",
    "Payment trouble": "payment trouble",
    "No login for 30 days": "no login",
    "Low health": "low health",
}
NOW = "As of the as-of date, whatever the months."
COLUMNS = {
    "mrr": st.column_config.NumberColumn("MRR", format="dollar"),
    "days_since_login": st.column_config.NumberColumn("Days since login", format="%.0f"),
}


def signs(risks: pd.DataFrame) -> pd.DataFrame:
    """The warning signs by the MRR of the accounts that raise them; columns flag, mrr, accounts."""
    raised = {name: risks[risks["flags"].str.contains(code)] for name, code in SIGNS.items()}
    found = [(name, part["mrr"].sum(), len(part)) for name, part in raised.items()]
    return pd.DataFrame(found, columns=["flag", "mrr", "accounts"]).sort_values("mrr", ascending=False)


def tens(scores: pd.DataFrame) -> pd.Series:
    """The step of ten in which each health score lies, such as 40–50."""
    low = (scores["health_score"] // 10).clip(upper=9).astype(int) * 10
    return low.astype(str) + "–" + (low + 10).astype(str)


def distribution(scores: pd.DataFrame) -> pd.DataFrame:
    """Accounts by step of the score and segment."""
    ordered = scores.assign(score=tens(scores)).sort_values("health_score")
    spread = ordered.pivot_table(index="score", columns="segment", aggfunc="size", fill_value=0, sort=False)
    return spread.reset_index()


def risky_accounts(filters: Filters, risks: pd.DataFrame) -> None:
    """Paying accounts by churn risk."""
    levels = page_filter(
        "risk", "Risk level", ["critical", "high", "medium", "low"], default=["critical", "high"], many=True
    )
    table(
        "Churn risk",
        risks[risks["risk_level"].isin(levels)] if levels else risks,
        columns={
            **COLUMNS,
            "risk_score": st.column_config.ProgressColumn("Risk", min_value=0, max_value=100, format="%.0f"),
            "health_score": st.column_config.NumberColumn("Health", format="%.0f"),
            "recommended_step": st.column_config.TextColumn("Recommended step", width="medium"),
            "main_reason": st.column_config.TextColumn("Main reason", width="medium", help="Of its weakest part."),
            "renewal_date": st.column_config.DateColumn("Renewal", format="D MMM YYYY"),
        },
        help=f"{NOW} Risk: what the health lacks, and six points for each flag but low health.",
        empty="No account of this selection has such a risk.",
        filters=filters,
    )


def silent_accounts(tower: Tower, filters: Filters) -> None:
    """Accounts that nobody has logged in to."""
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    with left:
        days = page_filter("silent", "No login for", [30, 90], default=30, format_func="{} days".format)
    with right:
        everyone = page_filter("former", "Also accounts that no longer pay", [False, True], default=False)
    table(
        f"No login for {days} days, by customer lifetime value",
        numeric(
            rows(tower, "inactive", filters, days=days, everyone=everyone), "mrr", "estimated_clv", "days_since_login"
        ),
        columns={
            **COLUMNS,
            "estimated_clv": st.column_config.NumberColumn("Estimated CLV", format="dollar"),
            "last_login_at": st.column_config.DateColumn("Last login", format="D MMM YYYY"),
        },
        help=f"{NOW} Inactivity stands beside revenue churn and is never mixed with it.",
        empty="Somebody of every paying account of this selection has logged in.",
        filters=filters,
    )
