"""The gate between a candidate that has passed its tests and what is shown: what is implausible is held.

Compared are MRR, customers and movements by month, the rows of each mart, values that are missing, and words. The
bounds are those that the last load has read in company.yml. Another company is a new start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg2 import sql

from warehouse.connections import autocommit, owner_connection
from warehouse.plausibility.checks import CHECKS
from warehouse.plausibility.findings import Verdict
from warehouse.plausibility.sides import Pair, exists, read_bounds, read_side
from warehouse.publication import CANDIDATE, refuse
from warehouse.settings import Settings

MARTS = ("dim_tower", "dim_company", "dim_account", "dim_word", "dim_stage", "fct_revenue_monthly")
STRANGERS, RENAMED = 0.10, 0.50  # accounts in common below which it is another company, with another name too


def judge(settings: Settings, target: Path) -> Verdict:
    """Compare the candidate with what is shown; `target` holds what dbt knows of the models.

    Where what is shown was forced, the last publication that was not may excuse the candidate too: so that the way
    back is free.
    """
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select publication_id, forced from ops.publications "
            "where kept and shown_at is not null order by shown_at desc"
        )
        kept = cursor.fetchall()
        shown, passed = kept[:1], [row for row in kept[1:] if not row[1]]
        verdict = Verdict()
        for number, _ in [*shown, *(passed[:1] if shown and shown[0][1] else [])]:
            found = compare(cursor, f"marts_{number}", target)
            if not found.findings:
                return found
            verdict = verdict if verdict.findings else found
        return verdict


def hold(settings: Settings, verdict: Verdict, tests: int) -> None:
    """Note that the newest build, which has passed so many tests, is held, and why."""
    build = refuse(settings, verdict.public, tests)
    with autocommit(settings.owner()) as cursor:
        cursor.execute("delete from ops.holds where build_id = %s", (build,))
        for found in verdict.findings:
            values = (found.check, found.what, found.unit, found.shown, found.candidate, found.bound, found.also)
            row = (build, *values, "; ".join(found.carried_by))
            cursor.execute(f"insert into ops.holds values ({', '.join(['%s'] * len(row))})", row)


def compare(cursor: Any, schema: str, target: Path) -> Verdict:
    """One publication and the candidate."""
    if not all(exists(cursor, side, mart) for side in (schema, CANDIDATE) for mart in MARTS):
        return Verdict()
    sides = read_side(cursor, schema), read_side(cursor, CANDIDATE)
    pair = Pair(cursor, *sides, read_bounds(cursor), target, _is_same_sql(cursor, schema))
    if strangers := _strangers(pair):
        return Verdict(note=strangers, is_new_start=True)
    findings = tuple(finding for check in CHECKS for finding in check(pair))
    notes = (
        [] if pair.is_same_money else ["the company counts its money otherwise than before: amounts are not compared"]
    )
    notes += [] if pair.is_same_sql else ["the models are others than before: rows and missing values are not compared"]
    cursor.execute("select to_regnamespace('before') is not null")
    return Verdict(findings, "; ".join(notes), cursor.fetchone()[0])


def _is_same_sql(cursor: Any, schema: str) -> bool:
    """Whether the candidate was built by the models that built what is shown."""
    cursor.execute(
        "select count(distinct models) = 1 and count(models) = 2 from ("
        "(select models from ops.builds order by build_id desc limit 1) union all (select models from ops.builds "
        "where build_id = (select build_id from ops.publications where 'marts_' || publication_id = %s))) as sides",
        (schema,),
    )
    return bool(cursor.fetchone()[0])


def _strangers(pair: Pair) -> str:
    """Why nothing is compared: hardly an account of what is shown is in the candidate, under the same id."""
    pair.cursor.execute(
        sql.SQL(
            "select count(new.account_id), count(*) from {}.dim_account as old left join {}.dim_account as new "
            "on old.account_id = new.account_id "
            "and (old.account_name is not distinct from new.account_name or old.created_at = new.created_at)"
        ).format(sql.Identifier(pair.shown.schema), sql.Identifier(CANDIDATE))
    )
    common, accounts = pair.cursor.fetchone()
    is_renamed = pair.shown.facts["company_name"] != pair.candidate.facts["company_name"]
    if common >= accounts * (RENAMED if is_renamed else STRANGERS) and accounts:
        return ""
    return f"a new start: {common:,} of the {accounts:,} accounts that were shown are here, so nothing is compared"
