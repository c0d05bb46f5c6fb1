"""A draft mapping for unknown files: by names, synonyms and the overlap of keys."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from company.contract import Column, Table
from loader.files.facts import ENDING, FileFacts, clean_name
from loader.mapping.document import is_text
from loader.sql import identifier, literal, run

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


@dataclass
class Looked:
    """One file as the doctor found it; `values` is its DuckDB table of texts."""

    path: Path
    name: str
    facts: FileFacts
    values: str = ""
    rows: int = 0
    types: dict[str, tuple[str, str, float]] = field(default_factory=dict)  # column: type, how it is read, share filled
    keys: list[str] = field(default_factory=list)  # columns without equal values
    trouble: str = ""


def propose(db: duckdb.DuckDBPyConnection, files: list[Looked], tables: dict[str, Table]) -> dict[str, dict]:  # type: ignore[type-arg]
    """A draft mapping: for every table the file that fits best by names, synonyms and overlapping keys."""
    body: dict[str, dict] = {"files": {}, "tables": {}}  # type: ignore[type-arg]
    used: dict[str, tuple[Looked, str]] = {}  # table: file and its key column
    for key, table in tables.items():  # parents come first
        best: tuple[float, Looked | None, dict[str, str]] = (0.0, None, {})
        for file in files:
            picked = _columns(db, table, file, used)
            needed = [c for c in table.columns if c.not_null and (c.unique or c.references or _guess(c) is None)]
            if not file.rows or any(c.name not in picked for c in needed):
                continue
            score = _named(key, file.name) + len(picked) / len(table.columns)
            if score > best[0]:
                best = (score, file, picked)
        score, chosen, picked = best
        if chosen is None or score < 0.5:
            continue
        alias = clean_name(re.sub(ENDING + "$", "", chosen.name, flags=re.I))
        amounts = {picked[c.name] for c in table.columns if c.name in picked and c.data_type.startswith("numeric")}
        types = {  # an amount that is whole today need not be so tomorrow
            n: "number" if n in amounts and k == "integer" else k
            for n, (k, _, _) in chosen.types.items()
            if k != "text" and n in picked.values()
        }
        kept = body["files"].setdefault(
            alias, {"match": re.sub(ENDING + "$", "", chosen.name, flags=re.I), "types": {}}
        )
        kept["types"] |= types
        fields: dict[str, object] = {}
        for column in table.columns:
            found = picked.get(column.name)
            guess = _guess(column) if column.not_null else None
            if found is None:
                end, open_, closed = ENDS.get(f"{key}.{column.name}", ("", "", ""))
                if end in picked:
                    fields[column.name] = (
                        f"case when {identifier(picked[end])} is null then {literal(open_)} else {literal(closed)} end"
                    )
                elif guess is not None:
                    fields[column.name] = {"constant": guess}
                continue
            sql = identifier(found)
            if column.accepted:
                held = [
                    r[0]
                    for r in run(
                        db, f"select distinct {sql} from {chosen.values} where {sql} is not null limit 50"
                    ).fetchall()
                ]
                same = {clean_name(word): word for word in column.accepted}
                values = {w: same.get(clean_name(w), guess or column.accepted[-1]) for w in held if is_text(w)}
                fields[column.name] = {"sql": sql, "values": values} | (
                    {"default": guess} if guess and chosen.types[found][2] < 1 else {}
                )
            elif guess is not None and chosen.types[found][2] < 1:
                fields[column.name] = {"sql": sql, "default": guess}
            else:
                fields[column.name] = sql
        used[key] = (chosen, picked[table.primary_key])
        body["tables"][key] = {"from": alias, "columns": fields}
    return body


def _columns(
    db: duckdb.DuckDBPyConnection, table: Table, file: Looked, used: dict[str, tuple[Looked, str]]
) -> dict[str, str]:
    """The file's column for each column of the table, where one can be found."""
    picked: dict[str, str] = {}
    for column in table.columns:
        options = [column.name, *SYNONYMS.get(column.name, "").split()]
        if column.unique:
            single = table.name.removesuffix("s")
            also = [word.removesuffix("s") for word in TABLE_WORDS.get(table.key, "").split()]
            options = [column.name, f"{single}_id", "id", single, *also, *(f"{word}_id" for word in also)]
            options += (
                [next(iter(file.types), "")] if _named(table.key, file.name) else []
            )  # exports begin with the key
        found = next((name for name in options if name in file.types), None)
        if found is None:
            near = difflib.get_close_matches(column.name, list(file.types), 1, 0.85)
            found = near[0] if near else None
        if column.unique and found not in file.keys and (found is None or not _almost(db, file, found)):
            continue
        parent = used.get(".".join(column.references[:2])) if column.references else None
        if parent:
            found = next((n for n in [found, *file.types] if n and _overlaps(db, file, n, *parent)), None)
        kind = column.data_type.split("(")[0]
        if found and kind in ("timestamp", "date") and file.types[found][0] not in ("date", "time"):
            found = None
        if found and kind in ("integer", "numeric") and file.types[found][0] not in ("integer", "number", "flag"):
            found = None
        taken = [picked[c.name] for c in table.columns if c.references and c.name in picked]
        if column.references and (found in taken or (found == picked.get(table.primary_key) and not _is_ledger(table))):
            found = None  # one column is not two things
        if found:
            picked[column.name] = found
    return picked


def _is_ledger(table: Table) -> bool:
    """A list of subscriptions is a ledger too, with one state of each."""
    return table.key == "billing.subscription_changes"


def _almost(db: duckdb.DuckDBPyConnection, file: Looked, name: str) -> bool:
    """Whether hardly a value stands twice."""
    query = f"select count({identifier(name)}), count(distinct {identifier(name)}) from {file.values}"
    present, different = run(db, query).fetchall()[0]
    return bool(present == file.rows and different >= 0.99 * present)


def _overlaps(db: duckdb.DuckDBPyConnection, file: Looked, name: str, parent: Looked, key: str) -> bool:
    """Whether most values of a column are keys of the other file."""
    if file is parent:
        return name == key
    mine, theirs = identifier(name), identifier(key)
    query = f"select count(*), count(*) filter (where {mine} in (select {theirs} from {parent.values})) "
    query += f"from (select distinct {mine} from {file.values} where {mine} is not null)"
    total, held = run(db, query).fetchall()[0]
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


def as_text(body: dict[str, dict]) -> str:  # type: ignore[type-arg]
    head = "# Drafted by the doctor. Every constant and default is a guess: mend them, and see docs/your-own-data.md.\n"
    return head + yaml.safe_dump({"title": "Draft", **body}, sort_keys=False, allow_unicode=True, width=120)
