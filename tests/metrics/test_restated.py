"""Rows that come late move closed months: which, from what to what, and who is behind, all worked out by hand.

Four accounts of 100, 200, 50 and 150 a month pay since 2025-01-05; A and C are Large, B and D Small. The first load
knows them so, and that A pays 120 since 2026-02-10. The second says late that C left on 2026-03-15, D on 2026-04-20.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.selection import Tower
from app.views.data_health.restated import COLUMNS, table_of
from company.profile import Profile
from insights import memo
from metrics.catalogue import Metric, get_metric
from metrics.company import read_company
from metrics.needs import Lacking
from metrics.restated import kept, moved
from metrics.restated.moved import restate
from metrics.restated.read import SETTLED, Restated, restated
from tests.conftest import Company, empty_company, enter
from tests.dbt.ledgers import HEADERS, Price, Subscription, write
from tests.dbt.ledgers import Company as Ledger
from tests.warehouse.test_publication import PASSED
from warehouse.access import Scope
from warehouse.connections import autocommit, reader_url
from warehouse.database import prepare_database
from warehouse.publication import build, publish
from warehouse.reading import Reader, shown
from warehouse.settings import Settings, load_settings

START, RAISED = datetime(2025, 1, 5, 10), datetime(2026, 2, 10, 10)
MODELS = "+fct_revenue_monthly +dim_tower +dim_company +dim_word stg_crm__accounts"
ACCOUNTS = (
    "create table candidate.dim_account as select account_id, account_name, segment from staging.stg_crm__accounts"
)
BOTH = Reader(publication=2)
NAMES = ("mrr", "active_customers", "churned_mrr", "nrr_t12m", "logo_churn_rate", "expansion_mrr")
SCOPED = "users:\n  ann@example.com: {segments: [Large]}\n  bea@example.com: {regions: [North]}\n"
MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


def paying(account: str, amount: int, ended: str = "", raised: int = 0) -> Subscription:
    """An account's only subscription."""
    prices = [Price(START, Decimal(amount), 1, "EUR")]
    prices += [Price(RAISED, Decimal(raised), 1, "EUR")] if raised else []
    return Subscription(account, tuple(prices), datetime.fromisoformat(ended) if ended else None)


def load(settings: Settings, folder: Path, company: Company, late: bool) -> None:
    """Load the four accounts, or merge what is known late; build and publish."""
    ends = ("2026-03-15 12:00:00", "2026-04-20 12:00:00") if late else ("", "")
    accounts = (paying("A", 100, raised=120), paying("B", 200), paying("C", 50, ends[0]), paying("D", 150, ends[1]))
    text = "name: Four\ncurrency: {reporting: EUR}\nwords: {segment: [Large, Small], region: [North, South]}\n"
    write(Ledger(accounts, START.date(), date(2026, 6, 10), Profile(), text), folder)
    if late:
        for file in {*HEADERS} - {"billing/subscriptions"}:
            (folder / f"{file}.csv").unlink()
    company.run("loader", "--data", str(folder), *(("--mode", "merge") if late else ()))
    with build(settings, afresh=True):
        company.run("warehouse.dbt", "--quiet", "run", "--select", *MODELS.split())
        with autocommit(settings.owner()) as cursor:
            cursor.execute(ACCOUNTS)  # the mart itself rests on twenty models more
    publish(settings, PASSED)


@pytest.fixture(scope="module")
def four(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The company after both loads, and what moved; it reads row scopes of segments and of regions."""
    folder = tmp_path_factory.mktemp("four")
    company = empty_company(server, "tower_four", folder / "first", folder / "target")
    (folder / "access.yml").write_text(SCOPED)
    company.environment.update(AS_OF_DATE="2026-06-10", ACCESS_FILE=str(folder / "access.yml"))
    few = kept.monthly
    with pytest.MonkeyPatch.context() as patch:
        enter(company, patch)

        def monthly() -> list[Metric]:
            return [metric for metric in few() if metric.name in NAMES]

        patch.setattr(kept, "monthly", monthly)
        patch.setattr(moved, "monthly", monthly)
        settings = load_settings()
        load(settings, folder / "first", company, late=False)
        assert restate() == []  # nothing was shown before
        load(settings, folder / "late", company, late=True)
        restate()
        prepare_database(settings)
        yield settings


def found() -> dict[tuple[str, date, str | None], Restated]:
    """What moved, by metric, month and segment."""
    assert shown()[0] == BOTH.publication
    return {(one.metric, one.month, one.segment): one for one in restated(BOTH)}


def test_late_cancellations_move_the_months_since_and_no_other(four: Settings) -> None:
    rows = found()
    whole = {key[:2]: (one.before, one.after) for key, one in rows.items() if key[2] is None}
    assert whole == {
        ("mrr", MARCH): (520, 470),
        ("mrr", APRIL): (520, 320),
        ("mrr", MAY): (520, 320),
        ("active_customers", MARCH): (4, 3),
        ("active_customers", APRIL): (4, 2),
        ("active_customers", MAY): (4, 2),
        ("churned_mrr", MARCH): (0, 50),
        ("churned_mrr", APRIL): (0, 150),
        ("logo_churn_rate", MARCH): (0, 0.25),
        ("logo_churn_rate", APRIL): (0, pytest.approx(1 / 3)),
        ("nrr_t12m", MARCH): (1.04, 0.94),
        ("nrr_t12m", APRIL): (1.04, 0.64),
        ("nrr_t12m", MAY): (1.04, 0.64),
    }
    assert {one.metric for one in rows.values()} == {*NAMES} - {"expansion_mrr"}


def test_each_segment_has_its_own_values_and_accounts(four: Settings) -> None:
    rows = found()
    assert rows["nrr_t12m", APRIL, "Large"].after == pytest.approx(120 / 150)  # C is gone
    assert rows["nrr_t12m", APRIL, "Small"].after == pytest.approx(200 / 350)  # D is gone
    assert rows["mrr", APRIL, "Small"].reason == "one late cancellation: D −150"
    assert ("mrr", MARCH, "Small") not in rows and rows["mrr", MARCH, "Large"].accounts == 1


def test_the_accounts_behind_are_named_the_largest_first(four: Settings) -> None:
    rows = found()
    assert rows["mrr", MARCH, None].reason == "one late cancellation: C −50"
    assert rows["nrr_t12m", MAY, None].reason == "two late cancellations: D −150, C −50"
    assert rows["churned_mrr", APRIL, None].reason == "one late cancellation: D +150"
    assert rows["active_customers", APRIL, None].reason == "two late cancellations: C, D"


def test_the_memo_says_the_newest_month_of_each_metric(four: Settings) -> None:
    begun = memo.Memo(date(2026, 6, 10), START.date(), MAY, Lacking({}, {}, {}, frozenset()), read_company(), BOTH, "")
    memo.restatements(begun)
    assert begun.lines == [
        "## Restated (since a month ago)",
        "",
        "- May 2026 MRR was €520, now €320: two late cancellations: D −150, C −50.",
        "- May 2026 Active customers was 4, now 2: two late cancellations: C, D.",
        "- May 2026 NRR (T12M) was 104.0 %, now 64.0 %: two late cancellations: D −150, C −50.",
        "- April 2026 Churned MRR was €0, now €150: one late cancellation: D +150.",
        "- April 2026 Logo churn (monthly) was 0.0 %, now 33.3 %: one late cancellation: D.",
        "- Data health lists 8 more.",
        "",
    ]


def test_data_health_lists_it(four: Settings) -> None:
    tower = Tower(2, "", date(2026, 6, 10), START.date(), MAY, False, read_company(), 1, None)
    frame = table_of(tower)
    assert list(frame.columns) == COLUMNS
    row = frame[(frame["month"] == APRIL) & (frame["number"] == "NRR (T12M)") & (frame["segment"] == "all")].iloc[0]
    assert (row["was"], row["now"], row["accounts"]) == ("104.00 %", "64.00 %", 2)


def test_what_waits_for_an_outcome_ripens_and_is_not_said_as_restated(four: Settings) -> None:
    late = "publication_id = 2 and metric in ('resolution_sla', 'activation_rate')"
    with autocommit(four.owner()) as cursor:
        for name in ("resolution_sla", "activation_rate"):
            cursor.execute(f"insert into ops.restatements values (2, '{name}', '2026-05-01', null, 0.5, 0.6, 0, '')")
        tower = Tower(2, "", date(2026, 6, 10), START.date(), MAY, False, read_company(), 1, None)
        frame = table_of(tower)
        begun = memo.Memo(
            date(2026, 6, 10), START.date(), MAY, Lacking({}, {}, {}, frozenset()), read_company(), BOTH, ""
        )
        memo.restatements(begun)
        cursor.execute(f"delete from ops.restatements where {late}")
    ripening = frame[frame["kind"] == "still ripening"]
    assert {*ripening["number"]} == {get_metric("resolution_sla").label, get_metric("activation_rate").label}
    assert ripening.index.tolist() == frame.index.tolist()[-2:]  # after all that is restated
    assert {*frame["kind"]} == {"restated", "still ripening"}
    assert "- Data health lists 8 more." in begun.lines and not [line for line in begun.lines if "SLA" in line]
    assert not [name for name in SETTLED if get_metric(name).ripens]


@pytest.mark.parametrize(("segments", "regions", "seen"), [(("Large",), None, {"Large"}), (None, ("North",), set())])
def test_a_row_scope_sees_its_segments_and_no_sum(
    four: Settings, segments: tuple[str, ...] | None, regions: tuple[str, ...] | None, seen: set[str]
) -> None:
    role = Scope(segments, regions).role(four.database_name)
    with autocommit(reader_url(four, role)) as cursor:
        for table in ("publication_kpis", "restatements"):
            cursor.execute(f"select distinct segment from ops.{table}")
            assert {segment for (segment,) in cursor.fetchall()} == seen, table


def test_publishing_the_same_again_moves_nothing_and_keeps_the_way(four: Settings) -> None:
    before = found()
    with autocommit(four.owner()) as cursor:
        cursor.execute("select count(*) from ops.publication_kpis group by publication_id order by publication_id")
        assert len(cursor.fetchall()) == 2
        cursor.execute(
            "insert into ops.publications (published_at, models, tests, status, kept, shown_at, continues) "
            "values ('2030-01-01', 1, 1, 'succeeded', true, '2030-01-01', 2) returning publication_id"
        )
        [number] = cursor.fetchone()
        assert restated(Reader(publication=number)) == []  # more than a month later
        cursor.execute(
            "update ops.publications set published_at = (select max(published_at) from ops.publications "
            "where publication_id = 2) where publication_id = %s",
            (number,),
        )
        assert {(one.metric, one.month, one.segment) for one in restated(Reader(publication=number))} == {*before}
        cursor.execute("delete from ops.publications where publication_id = %s", (number,))
