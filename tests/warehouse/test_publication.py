"""What a build is published as, and what the reader may see of people."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg2
import pytest

from warehouse.connections import owner_connection
from warehouse.publication import publish
from warehouse.settings import Settings

STAFF = ("rep_name", "owner_name", "changed_by", "loaded_by")  # who works here is no secret inside the company


@pytest.mark.parametrize(
    ("kinds", "status"),
    [(["model", "test", "unit_test"], "succeeded"), (["model", "unit_test"], "untested"), (["model"], "untested")],
)
def test_a_build_without_data_tests_is_published_as_untested(
    in_company: Settings, tmp_path: Path, kinds: list[str], status: str
) -> None:
    results = [{"unique_id": f"{kind}.gtm_control_tower.x"} for kind in kinds]
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    publish(in_company, tmp_path)
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        cursor.execute("delete from ops.publications where models = 1 returning status, models, tests, as_of_date")
        [found] = cursor.fetchall()
        cursor.execute("select as_of_date from marts.dim_tower")
        assert found == (status, 1, len(kinds) - 1, cursor.fetchone()[0])
        connection.commit()


def test_no_mart_names_a_person(in_company: Settings) -> None:
    reader = in_company.reader().text()
    with psycopg2.connect(reader) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where table_schema in ('marts', 'scores') and data_type in ('text', 'character varying')"
        )
        columns = [row for row in cursor.fetchall() if row[2] not in STAFF]
    assert len(columns) > 200
    with owner_connection(in_company) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create temporary table people as select first_name || ' ' || last_name as person from raw.crm_contacts"
        )
        for schema, table, column in columns:
            cursor.execute(
                f"select count(*) from {schema}.{table} where \"{column}\" like '%_@_%._%' "
                f'or "{column}" in (select person from people)'
            )
            assert cursor.fetchone()[0] == 0, f"{schema}.{table}.{column}"
