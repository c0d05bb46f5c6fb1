"""Five systems' exports loaded at once and built: the totals worked out by hand in expected.yml are what comes out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from loader.mapping.reader import read_mapping
from metrics.expected import read_expected
from tests.conftest import Company, empty_company, enter
from tests.loader.box import make_box
from tests.mappings.mapped import EXPORTS, TABLES
from warehouse.connections import autocommit
from warehouse.errors import TowerError
from warehouse.url import DatabaseUrl


@pytest.fixture(scope="module")
def together(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The exports, in a database of their own; a total that is off has held them until it was right."""
    folder = tmp_path_factory.mktemp("together")
    shutil.copytree(EXPORTS, folder / "data")
    company = empty_company(server, "tower_together", folder / "data", folder / "target")
    said = company.run("loader", "--mapping", "stripe,hubspot,salesforce,zendesk,spend").stdout
    assert "= 69 loaded + 0 rejected" in said
    known = folder / "data/expected.yml"
    right = known.read_text()
    known.write_text(right + "- {metric: mrr, month: 2026-02, value: 1}\n")
    held = company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test", check=False)
    assert held.returncode == 1 and "1 of 15 totals of expected.yml are off" in held.stderr
    with autocommit(DatabaseUrl.parse(company.environment["DATABASE_URL"])) as cursor:
        cursor.execute("select status, message from ops.builds")
        assert cursor.fetchall() == [("refused", "1 of 15 totals of expected.yml are off")]
        cursor.execute("select from ops.shown")
        assert cursor.fetchall() == []
    known.write_text(right)
    told = company.run("warehouse.dbt", "--quiet", "test", "--exclude-resource-type", "unit_test").stdout
    assert "14 of 14 totals are as expected" in told
    yield company


def checks(company: Company) -> list[tuple[str, str]]:
    """Metric and status of every check that is kept, as the reader sees it."""
    url = company.environment["DATABASE_URL"].replace("tower_owner", "tower_reader")
    url = url.replace(company.environment["TOWER_OWNER_PASSWORD"], company.environment["TOWER_READER_PASSWORD"])
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("select metric, status from ops.expected_checks order by line")
        found = cursor.fetchall()
    connection.close()
    return found


def test_every_total_is_as_worked_out_by_hand(together: Company) -> None:
    said = together.run("metrics", "expected").stdout
    assert "14 of 14 totals are as expected" in said
    assert {status for _, status in checks(together)} == {"as expected"}


def test_a_total_that_is_off_fails_and_is_kept(together: Company, tmp_path: Path) -> None:
    (tmp_path / "expected.yml").write_text(
        "- {metric: mrr, month: 2026-02, value: 301}\n- {metric: mrr, month: 2026-02, value: 301, tolerance: 1%}\n"
        "- {metric: orders, month: 2026-02, value: 3}\n"
    )
    done = together.run("metrics", "expected", "--data", str(tmp_path), check=False)
    assert done.returncode == 1
    assert "1 of 3 totals are as expected" in done.stdout
    assert checks(together) == [("mrr", "off"), ("mrr", "as expected"), ("orders", "no value")]


def test_the_same_files_again_change_nothing(together: Company) -> None:
    mapping = ("--mapping", "stripe,hubspot,salesforce,zendesk,spend")
    assert "nothing new" in together.run("loader", *mapping, "--mode", "merge").stdout
    spend = together.data / "spend/marketing-spend.csv"
    before = spend.read_text()
    spend.write_text(f"{before}15/02/2026;Google;Brand;10,00;;\n")
    said = together.run("loader", *mapping, "--mode", "merge").stdout
    assert "marketing.spend: 1 new, 0 changed, 3 as they were" in said
    spend.write_text(before)


def test_a_rejected_line_comes_back_as_it_was_and_is_mended_in_its_file(server: dict[str, str], tmp_path: Path) -> None:
    box, mapping = make_box(server, "tower_mended"), read_mapping("stripe", TABLES)
    data = shutil.copytree(EXPORTS / "stripe", tmp_path / "stripe")
    file = data / "subscriptions.csv"
    good = file.read_text()
    file.write_text(good.replace("2026-03-20 10:00:00,too", "2026-03-32 10:00:00,too"))
    done = box.load(data, mappings=(mapping,), max_rejects=0.9)
    line = file.read_text().splitlines()[2]
    query = (
        "select source_table, line, column_name, message, raw_text from ops.rejected_rows "
        f"where load_run_id = {done.run} and rule = 'type'"
    )
    assert box.rows(query) == [("billing.subscriptions", 3, "ended_at", "not a time", line)]
    orphans = box.rows("select count(*) from ops.rejected_rows where rule = 'relationships'")[0][0]
    assert orphans == 4  # its change, its invoice, and of that the payment and the refund
    assert box.count("billing_subscriptions") == 2
    file.write_text(good)
    box.load(data, mappings=(mapping,), mode="merge")
    assert box.count("billing_subscriptions") == 3
    assert (box.count("billing_invoices"), box.count("billing_payments")) == (4, 4)


def test_somebody_s_books_that_do_not_tie_warn_and_are_published(together: Company) -> None:
    file = together.data / "stripe/invoices.csv"
    whole = file.read_text()
    file.write_text(whole.replace("10000,2000,12000", "90000,2000,92000"))
    together.run("loader", "--mapping", "stripe,hubspot,salesforce,zendesk,spend")
    said = together.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test").stdout
    expected = ["invoices and MRR differ by more than 1 % without", "payments do not add up to what their invoices say"]
    assert all(f"warning: {warning}" in said for warning in expected)
    with psycopg2.connect(together.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select status, warnings from ops.publications order by publication_id")
        *before, (status, warnings) = cursor.fetchall()
    connection.close()
    assert before == [("succeeded", "")]
    assert status == "succeeded" and all(warning in warnings for warning in expected)
    file.write_text(whole)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {metric: mrrr, value: 1}", "expected.yml:1: there is no metric 'mrrr'"),
        ("\n- {metric: mrr}", "expected.yml:2: a check has metric, value"),
        ("- {metric: mrr, value: much}", "expected.yml:1: could not convert"),
        ("- {metric: mrr, value: 1, month: May}", "expected.yml:1: Invalid isoformat"),
        ("metric: mrr", "expected.yml:1: a list of checks is wanted"),
        ("- [", "expected.yml:"),
    ],
)
def test_mistakes_are_named_with_their_line(
    together: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str
) -> None:
    enter(together, monkeypatch)
    (tmp_path / "expected.yml").write_text(text)
    with pytest.raises(TowerError) as raised:
        read_expected(tmp_path / "expected.yml")
    assert message in str(raised.value)
