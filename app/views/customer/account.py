"""One account: how to find it, who it is, what it pays, how it does and what to do first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import numeric, rows
from app.ui.formats import FEW, listed, plain, words
from app.ui.health import WEIGHTS, shares
from app.ui.panels import table
from app.ui.visit import Visit
from metrics.formats import Currency, number

MONEY = {"mrr": st.column_config.NumberColumn("MRR", format="dollar")}


def choose() -> None:
    """Open the account that was picked among the matches."""
    if picked := st.session_state.get("customer_found"):
        st.query_params["account"] = picked
        st.session_state["customer_search"], st.session_state["customer_found"] = "", None


def forget() -> None:
    """Go back to the suggestions."""
    st.session_state["customer_account"] = None
    st.query_params.pop("account", None)


def find(visit: Visit) -> pd.Series | None:
    """The search, and the account that the link, the search or the last visit names; None when there is none."""
    tower, filters = visit.build, visit.filters
    left, right = st.columns([2, 3])
    text = left.text_input("Find an account", placeholder="Part of its name, or its key", key="customer_search").strip()
    found = rows(tower, "account_search", filters, text=text, limit=20).frame.set_index("account_id")
    currency = tower.company.currency
    names = {
        key: f"{row['account_name']} · {row['segment']} · {number(float(row['mrr']), 'money', currency)} MRR"
        for key, row in found.iterrows()
    }
    label = (
        f"Accounts with “{text}” in the selection, the largest first" if text else "Largest accounts of the selection"
    )
    right.selectbox(
        label,
        list(names),
        index=None,
        format_func=lambda key: names.get(key, key),
        key="customer_found",
        placeholder="Choose an account" if names else "None found",
        on_change=choose,
    )
    account = st.query_params.get("account") or st.session_state.get("customer_account")
    if not account:
        return None
    known = rows(tower, "account_head", filters, account=account).frame
    if known.empty:
        asked = account[:40].replace("`", "")
        st.warning(f"There is no account `{asked}`. Search by name, or pick one below.", icon=":material/person_off:")
        st.session_state["customer_account"] = None
        return None
    st.session_state["customer_account"] = st.query_params["account"] = account
    return known.iloc[0]


def suggest(visit: Visit) -> None:
    """Where to look first."""
    for risky, title, what in [
        (True, "Largest accounts at high or critical risk", "No paying account of this selection is at high risk."),
        (False, "Largest accounts", "No account of this selection pays."),
    ]:
        found = rows(visit.build, "account_suggestions", visit.filters, risky=risky)
        table(
            visit, title, numeric(found, "mrr", "health_score"), columns=MONEY, empty=what, help="As of the as-of date."
        )


def profile(account: pd.Series, currency: Currency) -> None:
    """Who the account is, what it pays, how it does and what to do."""
    st.subheader(plain(account["account_name"]), anchor=False)
    _who(account)
    _state(account)
    grid = st.grid(5, min_column_width=150, gap="small")
    for label, value, note in [*_paying(account, currency), *_using(account), *_asking(account, currency)]:
        grid.metric(label, value, help=note, border=True, height="stretch")


def _pays(account: pd.Series) -> bool:
    return bool(account["lifecycle_stage"] == "customer")


def _is_scored(account: pd.Series) -> bool:
    return bool(pd.notna(account["health_score"]))


def _parts(account: pd.Series) -> list[str]:
    """The parts that its health rests on."""
    return str(account["rests_on"]).split(", ") if _is_scored(account) else []


def _lacking(account: pd.Series) -> str:
    """Why parts of its health are not known, each reason once."""
    reasons = [account[f"{part}_reason"] for part in WEIGHTS if pd.isna(account[f"{part}_score"])]
    return ". ".join(dict.fromkeys(reasons)) + "."


def _who(account: pd.Series) -> None:
    size = "" if pd.isna(account["employee_count"]) else f"{account['employee_count']:,.0f} employees"
    firm = [part for part in (account["industry"], account["country"], size) if part]
    facts = [
        account["account_id"],
        words(account["lifecycle_stage"]),
        account["segment"],
        account["region"],
        *([", ".join(firm)] if firm else []),
        f"owner {account['owner_name'] or 'unknown'}",
        f"came by {account['acquisition_channel']}",
    ]
    if account["product_names"]:
        facts.append(f"{account['product_names']} ({account['billing_interval']}, {account['seats']:,.0f} seats)")
    st.caption(" · ".join(map(plain, facts)))


def _state(account: pd.Series) -> None:
    """That it left, never paid, or how likely it is to leave and what to do first."""
    if account["lifecycle_stage"] == "churned":
        st.warning(
            f"Left on {account['churned_at']:%-d %b %Y} after {account['tenure_months']:.0f} months. "
            f"Reason: {plain(words(account['churn_reason'] or 'unknown'))}.",
            icon=":material/logout:",
        )
    elif not _pays(account):
        st.info("Has not paid yet: there is no MRR, health or churn risk.", icon=":material/hourglass_empty:")
    elif not _is_scored(account):
        st.info(f"Its health and churn risk are not known. {_lacking(account)}", icon=":material/database_off:")
    else:
        urgent = account["risk_level"] in ("high", "critical")
        flags, step = account["flags"] or "no warning sign", account["recommended_step"]
        (st.warning if urgent else st.info)(
            f"**{words(account['risk_level'])} churn risk** ({account['risk_score']:.0f} of 100, "
            f"{flags}{_rest(account)}). Recommended step: **{step}**.",
            icon=":material/priority_high:" if urgent else ":material/check:",
        )


def _rest(account: pd.Series) -> str:
    """What health rests on, where there is a score and that is not all."""
    parts = _parts(account)
    return f"; rests on {listed(parts)}" if 0 < len(parts) < len(WEIGHTS) else ""


def _paying(account: pd.Series, currency: Currency) -> list[tuple[str, str, str]]:
    """Cards of money and terms: label, value, note."""
    renewal, tenure = account["renewal_date"], account["tenure_months"]
    days = float((renewal - account["as_of_date"]).days) if renewal else None
    term = f"The present term ends on {renewal:%-d %b %Y}." if renewal else "No term runs."
    health = f"{account['health_score']:.0f}" if _is_scored(account) else "–"
    revenue, kept = number(account["lifetime_revenue"], "money", currency), "Paid and kept, without tax."
    arr = number(float(account["arr"]), "money", currency)
    return [
        ("MRR", number(float(account["mrr"]), "money", currency), f"ARR {arr}."),
        ("Health", health, f"0 to 100{_rest(account)}; its parts are below."),
        ("Tenure", "–" if pd.isna(tenure) else f"{tenure:.0f} mo", "Since it first paid."),
        ("Renewal in", number(days, "days"), term),
        ("Lifetime revenue", revenue, _unless(account["lifetime_revenue"], kept, "billing.invoices")),
    ]


def _using(account: pd.Series) -> list[tuple[str, str, str]]:
    """Cards of use."""
    before, silent = number(account["events_28d_before"], "count"), account["days_since_login"]
    users = f"{number(account['user_count'], 'count')} users."
    usage = ("product.events", "product.users")
    return [
        (
            "Events in 28 days",
            number(account["events_28d"], "count"),
            _unless(account["events_28d"], f"{before} in the 28 before.", *usage),
        ),
        ("Days since login", number(silent, "count"), _unless(silent, users, "logins in product.events", usage[1])),
    ]


def _unless(value: float | None, note: str, *tables: str) -> str:
    """The note of a card, or what a card without a value needs."""
    return f"Not known: needs {listed(tables)}." if pd.isna(value) else note


def _asking(account: pd.Series, currency: Currency) -> list[tuple[str, str, str]]:
    """Cards of tickets and deals."""
    known, count = account["open_tickets"], number(account["csat_answers_90d"], "count")
    answers = 0 if pd.isna(known) else account["csat_answers_90d"]
    csat = number(account["csat_points_90d"] / answers, "number") if answers else "–"
    tickets = "–" if pd.isna(known) else f"{known:,.0f} of {account['tickets']:,.0f}"
    escalated = f"{number(account['escalated_tickets_90d'], 'count')} escalated in 90 days."
    deals, open_deals = account["open_deal_amount"], f"{number(account['open_deals'], 'count')} deals."
    return [
        ("Open tickets", tickets, _unless(known, escalated, "support.tickets")),
        (
            f"Ticket score (n = {count})",
            f":gray[{csat}]" if answers < FEW else csat,
            _unless(known, "Mean of the scores from 1 to 5 given in 90 days.", "support.tickets"),
        ),
        ("Open deals", number(deals, "money", currency), _unless(deals, open_deals, "crm.deals")),
    ]


def health(account: pd.Series) -> None:
    """The weighted parts of the health with their reasons, and why others are lacking."""
    with st.container(border=True, height="stretch"):
        st.markdown("**Health and what drives it**", help="Each part from 0 to 100; the weights make the score.")
        if not _pays(account):
            st.info("Only paying accounts have a health score.", icon=":material/search_off:")
            return
        weights = shares(_parts(account))
        for part in WEIGHTS:
            reason = account[f"{part}_reason"]
            if part not in weights:
                st.markdown(f"**{part.capitalize()}**: not known. {reason}.")
                continue
            score = float(account[f"{part}_score"])
            st.progress(score / 100, f"**{part.capitalize()}** ({weights[part]} %): {score:.0f} – {reason}")
        st.caption("As of the as-of date.")
