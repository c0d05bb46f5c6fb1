"""A draft mapping for unknown files: by names, synonyms and the overlap of keys."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

import duckdb
import yaml

from company.contract import Column, Table
from loader.files.facts import ENDING
from loader.files.headers import clean_name
from loader.mapping.document import is_text
from loader.mapping.look import Looked
from loader.sql import first, identifier, literal, run

OVERLAP = 0.8  # the share of values that must be keys of the other file
SYNONYMS = {
    "account_id": "customer_id company_id organization_id organisation_id client_id customer account company cust_id",
    "account_name": "name company company_name customer_name organization organisation client client_name",
    "created_at": "created created_on create_date createddate signup_date date_created opened opened_at submitted_at",
    "started_at": "start start_date started created_at begin_date from_date valid_from subscription_start",
    "ended_at": "end end_date ended canceled_at cancelled_at to_date valid_to subscription_end churn_date",
    "product_id": "plan plan_id plan_name plan_tier price_id product sku",
    "product_name": "name plan title product plan_name",
    "billing_interval": "interval billing_frequency billing_period period frequency term",
    "effective_at": "start start_date started_at start effective_date changed_at",
    "quantity": "seats licenses licences qty units",
    "unit_price": "price amount mrr mrr_amount unit_amount monthly_price",
    "country": "country_code country_region billing_country land",
    "acquisition_channel": "channel source lead_source referral_source utm_source",
    "employee_count": "employees number_of_employees headcount company_size size",
    "owner_id": "owner sales_rep rep assigned_to account_owner",
    "resolved_at": "closed_at solved_at resolved closed resolution_date",
    "first_response_at": "first_reply_at first_response responded_at",
    "csat_score": "csat satisfaction satisfaction_score rating",
    "is_escalated": "escalated escalation_flag escalation",
    "spend_date": "date day",
    "list_price": "price amount monthly_price",
    "is_active": "active",
    "amount": "cost spend value total amount_spent deal_value",
    "occurred_at": "timestamp event_time time date usage_date event_date",
    "stage": "deal_stage stage_name status",
    "closed_at": "close_date closed closed_on",
    "churned_at": "churn_date cancelled_at",
    "reason_code": "reason churn_reason",
    "email": "email_address mail",
    "tier": "plan_tier plan level",
}
ENDS = {  # a state that the day of its end tells: that column, the state before, the state after
    "support.tickets.status": ("resolved_at", "open", "closed"),
    "billing.subscriptions.status": ("ended_at", "active", "cancelled"),
}
TABLE_WORDS = {
    "crm.accounts": "customers companies organizations organisations clients",
    "billing.products": "plans prices",
    "billing.subscription_changes": "subscriptions mrr ledger",
    "crm.deals": "opportunities pipeline",
    "support.tickets": "cases issues requests conversations",
    "product.events": "usage activity_log logs",
    "marketing.spend": "ads costs budget",
    "crm.contacts": "people persons",
    "crm.sales_reps": "reps owners salespeople",
    "billing.payments": "charges transactions",
    "billing.churn_events": "churn cancellations",
}


Body = dict[str, dict[str, Any]]  # of a mapping, as its YAML has it
Used = dict[str, tuple[Looked, str]]  # by table: the file that is drafted for it, and its key column


def propose(db: duckdb.DuckDBPyConnection, files: list[Looked], tables: dict[str, Table]) -> Body:
    """A draft mapping: for every table the file that fits best by names, synonyms and overlapping keys."""
    body: Body = {"files": {}, "tables": {}}
    used: Used = {}
    for key, table in tables.items():  # parents come first
        fitting = [found for file in files if (found := _fit(db, table, file, used))]
        score, chosen, picked = max(fitting, key=lambda found: found[0], default=(0.0, None, {}))
        if chosen is None or score < 0.5:
            continue
        pattern = re.sub(ENDING + "$", "", chosen.name, flags=re.I)
        alias = clean_name(pattern)
        kept = body["files"].setdefault(alias, {"match": pattern, "types": {}})
        kept["types"] |= _types(table, chosen, picked)
        fields = {column.name: _field(db, table, column, chosen, picked) for column in table.columns}
        body["tables"][key] = {"from": alias, "columns": {name: f for name, f in fields.items() if f is not None}}
        used[key] = (chosen, picked[table.primary_key])
    return body


def _fit(
    db: duckdb.DuckDBPyConnection, table: Table, file: Looked, used: Used
) -> tuple[float, Looked, dict[str, str]] | None:
    """How well a file fits a table, and its columns for those of the table; None when it lacks a needed one."""
    picked = _columns(db, table, file, used)
    needed = [c for c in table.columns if c.not_null and (c.unique or c.references or _guess(c) is None)]
    if not file.rows or any(c.name not in picked for c in needed):
        return None
    return _named(table.key, file.name) + len(picked) / len(table.columns), file, picked


def _types(table: Table, file: Looked, picked: dict[str, str]) -> dict[str, str]:
    """The types of the picked columns; an amount that is whole today need not be so tomorrow."""
    amounts = {picked[c.name] for c in table.columns if c.name in picked and c.data_type.startswith("numeric")}
    kinds = {name: kind for name, (kind, _, _) in file.types.items() if kind != "text" and name in picked.values()}
    return {name: "number" if name in amounts and kind == "integer" else kind for name, kind in kinds.items()}


def _field(db: duckdb.DuckDBPyConnection, table: Table, column: Column, file: Looked, picked: dict[str, str]) -> Any:
    """What the draft says of a column: an expression, or a map with values and guesses; None for nothing."""
    found = picked.get(column.name)
    guess = _guess(column) if column.not_null else None
    if found is None:
        end, open_, closed = ENDS.get(f"{table.key}.{column.name}", ("", "", ""))
        if end in picked:
            return f"case when {identifier(picked[end])} is null then {literal(open_)} else {literal(closed)} end"
        return {"constant": guess} if guess is not None else None
    sql = identifier(found)
    default = {"default": guess} if guess is not None and file.types[found][2] < 1 else {}
    if column.accepted:
        query = f"select distinct {sql} from {file.values} where {sql} is not null limit 50"
        held = [row[0] for row in run(db, query).fetchall()]
        same = {clean_name(word): word for word in column.accepted}
        values = {w: same.get(clean_name(w), guess or column.accepted[-1]) for w in held if is_text(w)}
        return {"sql": sql, "values": values, **default}
    return {"sql": sql, **default} if default else sql


def _columns(db: duckdb.DuckDBPyConnection, table: Table, file: Looked, used: Used) -> dict[str, str]:
    """The file's column for each column of the table, where one can be found."""
    picked: dict[str, str] = {}
    for column in table.columns:
        found = _by_name(table, column, file)
        if column.unique and found not in file.keys and (found is None or not _almost(db, file, found)):
            continue
        parent = used.get(".".join(column.references[:2])) if column.references else None
        if parent:
            found = next((n for n in [found, *file.types] if n and _overlaps(db, file, n, *parent)), None)
        if found and _has_type(column, file.types[found][0]) and not _is_taken(table, column, found, picked):
            picked[column.name] = found
    return picked


def _by_name(table: Table, column: Column, file: Looked) -> str | None:
    """The file's column that is called like the table's, like a synonym of it, or nearly so."""
    options = [column.name, *SYNONYMS.get(column.name, "").split()]
    if column.unique:
        single = table.name.removesuffix("s")
        also = [word.removesuffix("s") for word in TABLE_WORDS.get(table.key, "").split()]
        options = [column.name, f"{single}_id", "id", single, *also, *(f"{word}_id" for word in also)]
        if _named(table.key, file.name):
            options.append(next(iter(file.types), ""))  # exports begin with the key
    found = next((name for name in options if name in file.types), None)
    near = [] if found else difflib.get_close_matches(column.name, list(file.types), 1, 0.85)
    return found or (near[0] if near else None)


def _has_type(column: Column, kind: str) -> bool:
    """Whether values of the kind that was found can be the column's."""
    wanted = column.data_type.split("(")[0]
    if wanted in ("timestamp", "date"):
        return kind in ("date", "time")
    return wanted not in ("integer", "numeric") or kind in ("integer", "number", "flag")


def _is_taken(table: Table, column: Column, found: str, picked: dict[str, str]) -> bool:
    """Whether a column that refers to something would be one that is something else already."""
    if not column.references:
        return False
    taken = [picked[c.name] for c in table.columns if c.references and c.name in picked]
    return found in taken or (found == picked.get(table.primary_key) and not _is_ledger(table))


def _is_ledger(table: Table) -> bool:
    """A list of subscriptions is a ledger too, with one state of each."""
    return table.key == "billing.subscription_changes"


def _almost(db: duckdb.DuckDBPyConnection, file: Looked, name: str) -> bool:
    """Whether hardly a value stands twice."""
    query = f"select count({identifier(name)}), count(distinct {identifier(name)}) from {file.values}"
    present, different = first(db, query)
    return bool(present == file.rows and different >= 0.99 * present)


def _overlaps(db: duckdb.DuckDBPyConnection, file: Looked, name: str, parent: Looked, key: str) -> bool:
    """Whether most values of a column are keys of the other file."""
    if file is parent:
        return name == key
    mine, theirs = identifier(name), identifier(key)
    query = f"select count(*), count(*) filter (where {mine} in (select {theirs} from {parent.values})) "
    query += f"from (select distinct {mine} from {file.values} where {mine} is not null)"
    total, held = first(db, query)
    return bool(total and held >= OVERLAP * total)


def _named(key: str, file: str) -> float:
    """How well a file's name fits a table, from 0 to 1."""
    stem = clean_name(re.sub(ENDING + "$", "", Path(file).name, flags=re.I))
    options = [key.split(".")[1], *TABLE_WORDS.get(key, "").split()]
    return 1.0 if any(option in stem or option.removesuffix("s") == stem for option in options) else 0.0


def _guess(column: Column) -> str | None:
    """A value for a required column of which nothing is known; None where there is none to be had."""
    if column.unique or column.references:
        return None
    if column.accepted:
        return next(
            (
                word
                for word in ("Unknown", "other", "normal", "active", "closed", "customer")
                if word in column.accepted
            ),
            column.accepted[0],
        )
    kind = column.data_type.split("(")[0]
    return {"varchar": "Unknown", "integer": str(int(column.minimum or 0)), "numeric": "0", "boolean": "false"}.get(
        kind
    )


def as_text(body: Body) -> str:
    """The draft as YAML."""
    head = "# Drafted by the doctor. Every constant and default is a guess: mend them, and see docs/your-own-data.md.\n"
    return head + yaml.safe_dump({"title": "Draft", **body}, sort_keys=False, allow_unicode=True, width=120)
