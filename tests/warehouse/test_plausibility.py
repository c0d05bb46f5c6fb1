"""What is far from what is shown is held, with who carries it and what to do; what a company usually does is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.app.test_customer_pages import frame_with, said
from tests.app.test_pages import open_app
from tests.warehouse.test_publication import PASSED, make, states, tiny
from warehouse.connections import autocommit, owner_connection
from warehouse.dbt import target_path
from warehouse.plausibility import gate
from warehouse.plausibility.findings import Finding, Verdict
from warehouse.plausibility.gate import MARTS, compare
from warehouse.plausibility.sides import Pair, Side
from warehouse.publication import publish, shown
from warehouse.results import Results
from warehouse.settings import Settings

__all__ = ["tiny"]
Judge = Callable[..., Verdict]
EVEN = "right(account_id, 1) in ('0', '2', '4', '6', '8')"


@pytest.fixture
def judged(in_company: Settings) -> Iterator[Judge]:
    """Judge what is shown, changed by statements, as if it were the next candidate; nothing of it stays."""
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        cursor.execute("alter schema candidate rename to away")
        cursor.execute("create schema candidate")
        now = f"marts_{shown(cursor)}"
        for mart in (*MARTS, "fct_tickets"):
            cursor.execute(f"create table candidate.{mart} as select * from {now}.{mart}")

        def judge(*statements: str) -> Verdict:
            for statement in statements:
                cursor.execute(statement)
            for mart in (*MARTS, "fct_tickets"):
                cursor.execute(f"analyze candidate.{mart}")
            return compare(cursor, now, target_path(in_company))

        yield judge
        connection.rollback()


def found(verdict: Verdict) -> dict[str, Finding]:
    """The findings by what they are about."""
    return {finding.what: finding for finding in verdict.findings}


def test_the_same_numbers_pass(judged: Judge) -> None:
    assert judged() == Verdict()


def test_prices_a_hundredfold_are_held_with_the_accounts_that_carry_most(judged: Judge, in_company: Settings) -> None:
    [largest] = states(
        in_company,
        "select account_name || to_char(99 * current_mrr, ' +FM999,999,999') from marts.dim_account "
        "order by current_mrr desc, account_id limit 1",
    )
    verdict = judged(
        "update candidate.dim_account set current_mrr = 100 * current_mrr",
        "update candidate.fct_revenue_monthly set ending_mrr = 100 * ending_mrr",
    )
    today = found(verdict)["MRR today"]
    assert today.far == "×100" and today.carried_by[0] == largest and len(today.carried_by) == 3
    assert [(f.check, f.also) for f in verdict.findings] == [("mrr", 0), ("closed_months", 17)]
    assert str(largest) in today.say() and 'make publish FORCE=1 WHY="…"' in verdict.told
    assert "undo-load" not in verdict.told  # nothing was replaced
    assert not any(name.split(" +")[0] in verdict.told for name in today.carried_by)  # every row scope may read it
    assert not any(digit in verdict.public.replace("2025", "").replace("2026", "") for digit in "0123456789")


def test_half_the_accounts_gone_are_held(judged: Judge) -> None:
    marts = ("dim_account", "fct_revenue_monthly", "fct_tickets")
    checks = {f.check for f in judged(*(f"delete from candidate.{mart} where {EVEN}" for mart in marts)).findings}
    assert checks >= {"mrr", "customers", "closed_months"}


def test_a_column_without_values_is_held_with_the_files_that_have_it(judged: Judge) -> None:
    [finding] = judged("update candidate.fct_tickets set priority = null").findings
    assert finding.what == "Rows of fct_tickets without priority" and finding.far == "+100 points"
    assert {name.split(" ")[0] for name in finding.carried_by[:2]} == {
        "support/tickets.csv",
        "support/sla_policies.csv",
    }
    assert "0% → 100% (+100 points; nulls allows 20 points a month), carried by support/" in finding.say()


def test_a_mart_of_which_more_than_half_is_gone_is_held(judged: Judge) -> None:
    verdict = judged(
        "delete from candidate.fct_tickets where ticket_id < (select max(ticket_id) from candidate.fct_tickets)"
    )
    assert [(f.check, f.what, f.candidate) for f in verdict.findings] == [("rows", "Rows of fct_tickets", 1)]


def test_movements_of_the_last_month_tenfold_are_held(judged: Judge) -> None:
    verdict = judged(
        "update candidate.fct_revenue_monthly set churned_mrr = 10 * churned_mrr, expansion_mrr = 10 * expansion_mrr "
        "where revenue_month = '2026-10-01'"
    )
    assert {f.what: f.far for f in verdict.findings} == {
        "Expansion MRR of October 2026": "×10",
        "Churned MRR of October 2026": "×10",
    }


def test_many_words_that_nobody_declared_are_held(judged: Judge) -> None:
    new = (
        "insert into candidate.dim_word (kind, value, is_declared) "
        "select 'region', 'R' || n, {} from generate_series(1, {}) n"
    )
    assert judged(new.format("true", 9), new.format("false", 5)) == Verdict()
    [finding] = judged(new.format("false", 6)).findings
    assert finding.candidate == 6 and finding.carried_by == ("R1", "R2", "R3")


def test_another_company_is_a_new_start(judged: Judge) -> None:
    verdict = judged(
        "update candidate.dim_account set account_name = account_id, created_at = created_at + interval '1 day'",
        "update candidate.fct_revenue_monthly set ending_mrr = 100 * ending_mrr",
    )
    assert verdict.findings == () and verdict.note.startswith("a new start: 0 of the 500 accounts")


def test_a_company_of_another_name_may_share_some_accounts(judged: Judge) -> None:
    gone = f"delete from candidate.dim_account where {EVEN} or account_id < 'A-000100'"
    assert judged(gone).findings
    assert judged("update candidate.dim_company set company_name = 'Other'").note.startswith("a new start")


def test_another_currency_is_no_reason_to_hold_amounts(judged: Judge) -> None:
    verdict = judged(
        "update candidate.dim_company set reporting_currency = 'JPY'",
        "update candidate.dim_account set current_mrr = 150 * current_mrr",
        "update candidate.fct_revenue_monthly set ending_mrr = 150 * ending_mrr, new_mrr = 150 * new_mrr",
    )
    assert verdict.findings == () and verdict.note.endswith("amounts are not compared")


def test_what_other_models_make_of_rows_is_not_the_loads_fault(judged: Judge) -> None:
    emptied = "update candidate.fct_tickets set priority = null"
    assert list(found(judged(emptied))) == ["Rows of fct_tickets without priority"]
    verdict = judged(
        emptied,
        "insert into ops.builds (started_at, load_run_id, status, models) values (now(), 1, 'built', 'an update')",
    )
    assert verdict.findings == () and verdict.note.endswith("rows and missing values are not compared")


def test_the_company_s_bounds_count(judged: Judge) -> None:
    a_fifth_more = (
        "update candidate.fct_revenue_monthly set ending_mrr = 1.2 * ending_mrr where revenue_month = '2026-03-01'"
    )
    [finding] = judged(a_fifth_more).findings
    assert finding.what == "MRR at the end of March 2026" and finding.far == "+20 %"
    assert judged("insert into raw.company_plausibility values ('closed_months', 0.25)") == Verdict()
    assert len(judged("update raw.company_plausibility set most = 0.05").findings) == 1
    assert judged("update raw.company_plausibility set most = null") == Verdict()


def pair(day: date, bounds: dict[str, float | None]) -> Pair:
    """What was shown on the last of January beside a candidate of a later or earlier day."""
    sides = [Side("", {"as_of_date": at}, {}) for at in (date(2026, 1, 31), day)]
    return Pair(None, *sides, bounds, Path())


@pytest.mark.parametrize(
    ("day", "before", "after", "is_far"),
    [
        (date(2026, 2, 1), 100, 149, False),  # half as much again
        (date(2026, 2, 1), 100, 160, True),
        (date(2026, 2, 1), 100, 66, True),
        (date(2026, 5, 1), 100, 330, False),  # 1.5 ⁴ = 5 times, in three months
        (date(2026, 5, 1), 100, 66, True),
        (date(2025, 11, 1), 100, 30, False),  # back by three months
        (date(2025, 11, 1), 100, 160, True),
        (date(2026, 2, 1), 0, 100, False),  # nothing was there
    ],
)
def test_a_company_may_grow_as_time_passes(day: date, before: float, after: float, is_far: bool) -> None:
    assert pair(day, {"mrr": 0.33}).is_far("mrr", before, after, customers=50) == is_far
    assert not pair(day, {"mrr": None}).is_far("mrr", before, after, customers=50)
    assert not pair(day, {"mrr": 1}).is_far("mrr", before, after, customers=50)


def test_two_customers_may_always_come_or_go() -> None:
    tomorrow = pair(date(2026, 2, 1), {"customers": 0.33})
    assert not tomorrow.is_far("customers", 4, 2, customers=4) and tomorrow.is_far("customers", 4, 1, customers=4)


def test_a_build_that_is_held_says_why_and_can_be_forced(tiny: Settings) -> None:
    make(tiny, 1)
    publish(tiny, PASSED)
    make(tiny, 2)
    finding = Finding("mrr", "MRR today", 10, 1000, "33% a month", ("Acme +990",), "money")
    gate.hold(tiny, Verdict((finding,)), tests=7)
    told = "further from what is shown than `plausibility` in company.yml allows: MRR today"
    assert states(tiny, "select status || ' ' || message from ops.builds where build_id = 2") == [f"refused {told}"]
    assert states(tiny, "select what || ' ' || carried_by from ops.holds") == ["MRR today Acme +990"]
    assert publish(tiny, Results(), "a new price list") == 2
    assert states(
        tiny, "select status || ' ' || tests || ' ' || forced from ops.publications where publication_id = 2"
    ) == ["held 7 a new price list"]


def test_after_a_forced_publication_the_way_back_is_free(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for value, why in ((1, ""), (2, "a mistake"), (3, "another")):
        make(tiny, value)
        publish(tiny, PASSED, why)
    bad = Verdict((Finding("mrr", "MRR today", 1000, 10, "33% a month", ()),))
    asked = []

    def beside(verdicts: dict[str, Verdict]) -> Verdict:
        asked.clear()
        monkeypatch.setattr(gate, "compare", lambda _, schema, __: asked.append(schema) or verdicts[schema])
        return gate.judge(tiny, target_path(tiny))

    assert beside({"marts_3": bad, "marts_1": Verdict()}) == Verdict() and asked == ["marts_3", "marts_1"]
    assert beside({"marts_3": bad, "marts_1": bad}) == bad
    assert beside({"marts_3": Verdict()}) == Verdict()
    make(tiny, 4)
    publish(tiny, PASSED)
    assert beside({"marts_4": bad}) == bad and asked == ["marts_4"]


def test_data_health_shows_what_holds_the_last_build(in_company: Settings) -> None:
    with autocommit(in_company.owner()) as cursor:
        cursor.execute("select max(build_id) from ops.builds")
        build = cursor.fetchone()
        cursor.execute("update ops.builds set status = 'refused', message = 'too far' where build_id = %s", build)
        values = (*build, "nulls", "Rows of x without y", "share", 0.25, 1, "20 points", 2, "x.csv")
        cursor.execute(f"insert into ops.holds values ({', '.join(['%s'] * 9)})", values)
        try:
            page = open_app("data_health", {})
            row = frame_with(page, "bound", "carried_by").iloc[0]
        finally:
            cursor.execute("delete from ops.holds")
            cursor.execute("update ops.builds set status = 'published', message = '' where build_id = %s", build)
    assert [row["shown"], row["candidate"], row["bound"]] == ["25%", "100%", "nulls allows 20 points"]
    assert "did not pass, so what is shown is older: too far" in said(page)
