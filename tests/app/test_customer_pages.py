"""The customer and operations pages: one account from a link, panels that agree with the metrics, honest gaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.ui.health import AT_RISK, HEALTHY, TIERS, WEIGHTS
from app.views.causes.releases import release_verdict
from metrics import query
from metrics.company import Company, Word
from tests.app.test_pages import open_app
from warehouse.connections import owner_connection
from warehouse.reading import fetch
from warehouse.settings import Settings

pytestmark = pytest.mark.usefixtures("fresh_caches")


def one(sql: str) -> pd.Series:
    """The first row of a query."""
    return fetch(sql, {}).iloc[0]


def frame_with(test: AppTest, *columns: str) -> pd.DataFrame:
    """The first table on the page that has all these columns."""
    return next(table.value for table in test.dataframe if {*columns} <= {*table.value.columns})


def said(test: AppTest) -> str:
    """Every message on the page."""
    return " ".join(box.value for box in [*test.warning, *test.info])


def test_a_link_opens_the_account_with_its_numbers(in_company: Settings) -> None:
    account = one("select * from marts.customer_360 where risk_level = 'high' order by mrr desc limit 1")
    test = open_app("customer", {"account": account["account_id"], "segment": "SMB"})
    assert not test.exception
    assert not test.error
    assert test.subheader[0].value == account["account_name"]
    cards = {card.label: card.value for card in test.metric}
    assert cards["Health"] == f"{account['health_score']:.0f}"
    assert account["recommended_step"] in said(test)
    invoices = one(f"select count(*) as n from marts.fct_invoices where account_id = '{account['account_id']}'")
    assert len(frame_with(test, "payment_state")) == invoices["n"]


def test_an_unknown_account_is_named_and_others_are_offered(in_company: Settings) -> None:
    test = open_app("customer", {"account": "A-0' or true --`x`"})
    assert not test.exception
    assert "There is no account `A-0' or true --x`" in said(test)
    assert len(frame_with(test, "recommended_step")) == 10


def test_a_churned_account_says_when_and_why(in_company: Settings) -> None:
    left = one(
        "select account_id, churned_at from marts.customer_360 where lifecycle_stage = 'churned' and user_count > 0 "
        "order by churned_at desc limit 1"
    )
    test = open_app("customer", {"account": left["account_id"]})
    assert not test.error
    assert f"Left on {left['churned_at']:%-d %b %Y}" in said(test)
    assert "Only paying accounts have a health score." in said(test)


def test_an_account_without_use_or_payments_says_so(in_company: Settings) -> None:
    quiet = one("select account_id from marts.customer_360 where user_count = 0 order by 1 limit 1")["account_id"]
    test = open_app("customer", {"account": quiet})
    assert not test.error
    assert "Has not paid yet" in said(test)
    assert "No product use within these months." in said(test)
    assert "It has no users." in said(test)


def test_the_timeline_answers_to_the_kinds_and_to_the_months(in_company: Settings) -> None:
    busy = one(
        "select account_id from marts.account_timeline where kind = 'ticket_opened' "
        "group by 1 order by count(*) desc limit 1"
    )
    account = busy["account_id"]
    whole = frame_with(open_app("customer", {"account": account}), "kind", "title")
    tickets = frame_with(open_app("customer", {"account": account, "kinds": "Ticket opened"}), "kind", "title")
    assert set(tickets["kind"]) == {"Ticket opened"}
    assert len(tickets) == (whole["kind"] == "Ticket opened").sum() < len(whole)
    months = {"account": account, "span": "True", "from": "2026-10", "to": "2026-10"}
    recent = frame_with(open_app("customer", months), "kind", "title")
    assert recent["occurred_at"].min() >= pd.Timestamp(2026, 10, 1)
    assert len(recent) < len(whole)


def test_the_search_finds_by_name_within_the_selection(in_company: Settings) -> None:
    account = one("select account_id, account_name from marts.customer_360 where segment = 'SMB' and mrr > 0 limit 1")
    test = open_app("customer", {"segment": "SMB"})
    test.text_input(key="customer_search").set_value(account["account_name"][2:].lower()).run()
    found = test.selectbox(key="customer_found")
    assert any(option.startswith(account["account_name"]) for option in found.options)
    assert all("· SMB ·" in option for option in found.options)
    found.set_value(account["account_id"]).run()
    assert test.subheader[0].value == account["account_name"]


def test_the_weights_and_tiers_of_health_are_those_of_the_marts(in_company: Settings) -> None:
    scores = fetch("select * from marts.customer_health_scores", {})
    parts = sum(weight / 100 * scores[f"{part}_score"].astype(float) for part, weight in WEIGHTS.items())
    assert len(scores) > 1000 and sum(WEIGHTS.values()) == 100
    assert (parts - scores["health_score"].astype(float)).abs().max() < 0.0501
    score = scores["health_score"].astype(float)
    tiers = score.map(lambda value: "healthy" if value >= HEALTHY else "at_risk" if value < AT_RISK else "watch")
    assert (tiers == scores["health_tier"]).all() and {*tiers} == {*TIERS}


def test_health_panels_agree_with_the_metrics(in_company: Settings) -> None:
    chosen = {"segment": ["Mid-Market"]}
    expected = query(["at_risk_customers", "at_risk_mrr"], filters=chosen).iloc[0]
    listed = frame_with(open_app("health", {"segment": "Mid-Market"}), "risk_score", "flags")
    assert len(listed) == expected["at_risk_customers"] > 0
    assert listed["mrr"].sum() == pytest.approx(expected["at_risk_mrr"])
    silent = query(["inactive_customers_30d"]).iloc[0, 0]
    page = open_app("health", {})
    assert (len(frame_with(page, "estimated_clv")) if silent else 0) == silent


def test_root_causes_agree_with_the_tickets(in_company: Settings) -> None:
    test = open_app("causes", {"category": "technical", "from": "2025-11", "to": "2025-12"})
    causes = frame_with(test, "root_cause_name", "open_share").set_index("root_cause_name")
    raw = fetch(
        "select root_cause_name, count(*) as tickets, avg(resolution_hours) as mean from marts.fct_tickets "
        "where category = 'technical' and created_month in ('2025-11-01', '2025-12-01') group by 1",
        {},
    ).set_index("root_cause_name")
    assert causes["tickets"].sum() == raw["tickets"].sum()
    assert causes["resolution_mean_hours"].sort_index().tolist() == pytest.approx(raw["mean"].sort_index().tolist())


def test_the_bad_release_is_named_with_its_numbers(in_company: Settings) -> None:
    test = open_app("causes", {})
    row = one("select * from marts.release_impact where segment = 'All' and harm_rank = 1")
    words = " ".join(text.value for text in test.markdown)
    assert row["version"] == "v1.2"
    assert "**Did v1.2 do harm?**" in words
    assert f"from {row['technical_tickets_before']:,} to {row['technical_tickets_after']:,}" in words
    assert f"({row['technical_tickets_change']:+.0%} per active account)" in words
    assert "Data sync regression v1.2" in words
    harmless = one("select * from marts.release_impact where segment = 'All' order by technical_tickets_change")
    assert harmless["technical_tickets_change"] < 0
    other = open_app("causes", {"release": harmless["version"]})
    assert any(text.value.startswith("**No.**") for text in other.markdown)


def test_release_changes_of_segments_add_up_to_the_marts(in_company: Settings) -> None:
    everything = {"segment": "SMB", "release": "v1.2"}
    picked = frame_with(open_app("causes", everything), "version", "technical_change").set_index("version")
    columns = ["technical_tickets_change", "errors_change"]
    mart = fetch("select * from marts.release_impact where segment = 'SMB'", {}).set_index("version")[columns] * 100
    assert picked.loc["v1.2", "technical_change"] == pytest.approx(mart.loc["v1.2", "technical_tickets_change"])
    assert picked.loc["v1.2", "errors_change"] == pytest.approx(mart.loc["v1.2", "errors_change"])
    assert pd.isna(picked.loc["v0.9", "technical_change"])


def test_a_release_without_enough_days_is_not_judged() -> None:
    impact = pd.DataFrame({"version": ["v9"], "technical_change": [float("nan")]})
    assert release_verdict("v9", impact, pd.DataFrame()).startswith("v9 can't be judged")


def test_where_no_category_is_known_as_technical_a_release_is_judged_by_all_tickets() -> None:
    counts = {"technical_before": 10, "technical_after": 16, "tickets_before": 10, "tickets_after": 16}
    shares = {"technical_change": 0.6, "tickets_change": 0.6, "errors_change": -0.25, "usage_change": 0.1}
    row = {
        "version": "v9",
        "released_date": date(2026, 3, 1),
        "errors_before": 4,
        "errors_after": 3,
        **counts,
        **shares,
    }
    impact, start = pd.DataFrame([row]), "**Yes.** In the four weeks from 1 Mar 2026 on, "
    rest = ", errors from 4 to 3 (−25%); use changed by +10%. By the growth of"
    assert release_verdict("v9", impact, pd.DataFrame(), "tickets") == (
        f"{start}tickets went from 10 to 16 (+60% per active account){rest} tickets it's number 1 of the 1 releases "
        "that can be compared."
    )
    told = (
        f"{start}technical tickets went from 10 to 16 (+60% per active account), all tickets from 10 to 16 (+60%){rest}"
    )
    assert release_verdict("v9", impact, pd.DataFrame()).startswith(f"{told} technical tickets")
    some = (Word("bug", is_technical=True), Word("invoice", is_technical=False))
    assert Company(words={"ticket_category": some}).knows_technical
    assert not Company(words={"ticket_category": some[:1]}).knows_technical


def test_the_feature_filter_narrows_the_features(in_company: Settings) -> None:
    everything = frame_with(open_app("adoption", {}), "feature_adoption_rate")
    name = everything["feature_name"].iloc[0]
    alone = frame_with(open_app("adoption", {"feature": name}), "feature_adoption_rate")
    assert alone["feature_name"].tolist() == [name]
    expected = query(
        ["feature_adoption_rate"], ["feature_name"], start=date(2026, 10, 1), end=date(2026, 10, 1)
    ).set_index("feature_name")
    assert alone["feature_adoption_rate"].iloc[0] == pytest.approx(100 * expected.loc[name].iloc[0])
    assert alone["feature_churned_accounts"].notna().all()  # by the latest month that can be judged


@pytest.fixture
def rejected_row(in_company: Settings) -> Iterator[None]:
    """One rejected row, as a load keeps them."""
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into ops.rejected_rows values "
            "(1, 'crm.deals', 'crm/deals.csv', 7, 'duplicate', 'deal_id', 'twice', 'D-1')"
        )
        connection.commit()
        yield
        cursor.execute("delete from ops.rejected_rows where message = 'twice'")
        connection.commit()


def test_rejected_rows_are_listed_with_their_reason(in_company: Settings, rejected_row: None) -> None:
    listed = frame_with(open_app("data_health", {}), "rule", "raw_text")
    shown = listed[["file", "line", "rule", "raw_text"]].to_numpy().tolist()
    assert shown == [["crm/deals.csv", 7, "duplicate", "D-1"]]


@pytest.fixture
def known_totals(in_company: Settings) -> Iterator[None]:
    """Two totals that were compared, one of them off."""
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        for values in ((1, "mrr", 100, 100, "as expected"), (2, "active_customers", 7, 9, "off")):
            cursor.execute(
                "insert into ops.expected_checks (checked_at, load_run_id, file, line, metric, month, filters, "
                "expected_value, tolerance, found_value, status) select timestamp '2026-11-01', load_run_id, "
                "'expected.yml', %s, %s, date '2026-10-01', '{\"segment\": [\"SMB\"]}', %s, 0, %s, %s "
                "from marts.dim_tower",
                values,
            )
        connection.commit()
        yield
        cursor.execute("truncate ops.expected_checks")
        connection.commit()


def test_known_totals_are_listed_with_what_was_found(in_company: Settings, known_totals: None) -> None:
    listed = frame_with(open_app("data_health", {}), "number", "verdict")
    shown = listed[["number", "selection", "expected", "found", "difference", "verdict"]].to_numpy().tolist()
    assert shown == [
        ["Active customers", "segment: SMB", 7, 9, 2, "✗ off"],
        ["MRR", "segment: SMB", 100, 100, 0, "✓ as expected"],
    ]


def test_without_known_totals_the_page_says_how_to_write_them(in_company: Settings) -> None:
    assert "`- {metric: mrr, month: 2026-03, value: 41250}`" in said(open_app("data_health", {}))


def test_data_health_counts_what_the_marts_hold(in_company: Settings) -> None:
    test = open_app("data_health", {"segment": "SMB", "from": "2026-10", "to": "2026-10"})
    records = frame_with(test, "kind", "records").set_index("kind")
    raw = one(
        "select count(*) as tickets, count(*) filter (where created_month = '2026-10-01') as recent, "
        "max(created_date) as last_day from marts.fct_tickets where segment = 'SMB'"
    )
    tickets = records.loc["Tickets"]
    assert (tickets["records"], tickets["within_the_months"]) == (raw["tickets"], raw["recent"])
    assert tickets["last_day"] == raw["last_day"]
    assert frame_with(test, "rows_read")["is_complete"].all()


def test_definitions_can_be_searched(in_company: Settings) -> None:
    test = open_app("data_health", {})
    everything = len(frame_with(test, "definition"))
    test.text_input(key="definitions").set_value("NRR").run()
    found = frame_with(test, "definition")
    assert 0 < len(found) < everything
    assert found["number"].str.contains("NRR").any()
