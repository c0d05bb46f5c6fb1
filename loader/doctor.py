"""`doctor`: what an unknown folder of files is, a draft mapping for it, and what the dashboard could show."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.table import Table as Grid

from loader.contract import Column, Table
from loader.coverage import cover, filled_by
from loader.files import ENDING, FileFacts, clean_name
from loader.load import open_scratch
from loader.mapped import MappedSource
from loader.mapping import Mapping, names, read_mapping
from loader.readiness import print_readiness
from loader.readings import EMPTY_VALUE, ways, words
from loader.source import FolderSource
from warehouse.errors import TowerError

SAMPLE = 200_000  # rows of a file that are looked at
KINDS = {"flag": "boolean", "integer": "integer", "number": "numeric(38,9)", "date": "date", "time": "timestamp"}
FITS = 0.98  # the share of values that must fit a type
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


def doctor(out: Console, folder: Path, tables: list[Table], scratch: Path, dbt: Path, draft: Path) -> int:
    """Look at the folder and print what was found; the draft mapping is written when no ready one fits."""
    with open_scratch(scratch) as db:
        files = look(db, folder, tables, scratch)
        if not files:
            out.print(f"{folder} holds no file that ends in .csv, .tsv, .txt or .parquet (or .gz)", markup=False)
            return 1
        grid = Grid("file", "encoding", "separator", "rows", "columns", box=None, pad_edge=False)
        for file in files:
            mark = {"\t": "tab"}.get(file.facts.delimiter, file.facts.delimiter)
            grid.add_row(file.name, file.facts.encoding, mark, f"{file.rows:,}", str(len(file.facts.header)))
        out.print(grid)
        for file in files:
            out.print(f"\n{file.name}{': ' + file.trouble if file.trouble else ''}", markup=False)
            for column, (kind, how, share) in file.types.items():
                key = ", no value twice" if column in file.keys else ""
                out.print(f"  {column}: {kind}{f' ({how})' if how else ''}, {share:.0%} filled{key}", markup=False)
        mapping = ready(folder, tables, files, scratch)
        if mapping:
            out.print(
                f"\nThis looks like {mapping.title}: make load-data DATA={folder} MAPPING={mapping.name}", markup=False
            )
        else:
            body = propose(db, files, {table.key: table for table in tables})
            if not body["tables"]:
                out.print("\nno file resembles a table of the contract; docs/your-own-data.md shows how to map it")
                return 1
            if draft.exists():
                raise TowerError(f"{draft} is there already; name another file for the draft: OUT=other.yml")
            draft.write_text(_text(body), encoding="utf-8")
            mapping = read_mapping(str(draft), tables)
            out.print(
                f"\nA draft is in {draft}. Mend it, then: make load-data DATA={folder} MAPPING={draft}", markup=False
            )
            for key, entry in body["tables"].items():
                guesses = [
                    n for n, f in entry["columns"].items() if isinstance(f, dict) and {"constant", "default"} & set(f)
                ]
                out.print(
                    f"  {key} from {entry['from']}{f'; guessed: {chr(44).join(guesses)}' if guesses else ''}",
                    markup=False,
                )
    found, trouble = cover(MappedSource(folder, tables, scratch, [mapping]), tables, scratch / "cover")
    out.print()
    print_readiness(out, dbt, filled_by(found, [mapping]))
    for line in trouble:
        out.print(f"trouble: {line}", markup=False)
    return 0


def look(db: duckdb.DuckDBPyConnection, folder: Path, tables: list[Table], scratch: Path) -> list[Looked]:
    """Every file with its encoding, separator, columns and their types."""
    known = {column.name for table in tables for column in table.columns} | set(" ".join(SYNONYMS.values()).split())
    source = FolderSource(folder, [], scratch, strict=False)
    files = []
    for number, name in enumerate(source.unused):
        path = folder / name
        facts = FileFacts(path, name, tuple(known))
        file = Looked(path, name, facts)
        files.append(file)
        try:
            if not facts.is_parquet:
                facts.look()
                if len(facts.header) == 1:
                    facts.delimiter = max(",;\t|", key=facts.header_text.count)
                    facts.header = facts._split(facts.delimiter)
            header = list(dict.fromkeys(map(clean_name, facts.header))) or list(known)
            columns = tuple(Column(part, "varchar(4000)") for part in header if part)
            relation = source.relation(db, Table("doctor", str(number), columns), path)
            if relation.trouble:
                file.trouble = relation.trouble[0][2]
                continue
            file.values = f'"values {number}"'
            try:
                db.execute(f"create table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
            except duckdb.Error:
                relation = source.carefully(db, relation)
                db.execute(f"create or replace table {file.values} as select * from ({relation.sql}) limit {SAMPLE}")
            file.facts = relation.facts or facts
            _types(db, file, relation.columns)
        except (OSError, EOFError, duckdb.Error) as error:
            file.trouble = f"cannot be read: {' '.join(str(error).split())[:200]}"
    return files


def _types(db: duckdb.DuckDBPyConnection, file: Looked, columns: list[str]) -> None:
    file.rows = db.execute(f"select count(*) from {file.values}").fetchall()[0][0]
    for name in columns:
        full = f'lower(trim("{name}")) not in ({words(EMPTY_VALUE)})'
        tests = [(kind, way, sql) for kind, of in KINDS.items() for way, sql in ways(Column(name, of)).items()]
        parts = ", ".join(f"count({sql}) filter (where {full})" for _, _, sql in tests)
        counted = f'count(*) filter (where {full}), count(distinct "{name}"), count("{name}")'
        query = f"select {counted}, {parts} from {file.values}"
        filled, different, present, *counts = db.execute(query).fetchall()[0]
        kind, how = "text", ""
        for (found, way, _), count in zip(tests, counts, strict=True):
            is_code = re.search(r"(^|_)(id|code|zip|phone|number|key)$", name) and found in (
                "integer",
                "number",
                "flag",
            )
            if filled and count >= FITS * filled and not is_code and way != "seconds since 1970":
                if (
                    found == "date"
                    and db.execute(
                        f"select count(*) from {file.values} where \"{name}\" similar to '.*[0-9]:[0-9].*'"
                    ).fetchall()[0][0]
                ):
                    continue  # a time of day would be lost
                kind, how = found, "" if way == "as it is" else way
                break
        file.types[name] = (kind, how, filled / file.rows if file.rows else 0.0)
        if file.rows and different == present == file.rows:
            file.keys.append(name)


def ready(folder: Path, tables: list[Table], files: list[Looked], scratch: Path) -> Mapping | None:
    """The ready mapping that knows most of the files by name and columns, if it knows half of them."""
    best: tuple[float, Mapping | None] = (0.0, None)
    headers = {file.path: set(file.types) for file in files}
    for name in names():
        mapping = read_mapping(name, tables)
        source = MappedSource(folder, tables, scratch, [mapping])
        score = 0.0
        for (_, alias), paths in source.found.items():
            wanted = mapping.wanted(alias, source.tables)
            needed = {column for column, is_needed in wanted.items() if is_needed}
            for path in paths:
                spelled = mapping.names[alias]
                held = {spelled.get(column, column) for column in headers.get(path, set())}
                share = len(held & wanted.keys()) / max(1, min(len(wanted), len(held)))
                score += share if needed <= held and share >= 0.5 else 0
        best = max(best, (score, mapping), key=lambda pair: pair[0])
    return best[1] if best[0] >= max(0.5, 0.4 * len(files)) else None


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
        types = {n: k for n, (k, _, _) in chosen.types.items() if k != "text" and n in picked.values()}
        kept = body["files"].setdefault(
            alias, {"match": re.sub(ENDING + "$", "", chosen.name, flags=re.I), "types": {}}
        )
        kept["types"] |= types
        fields: dict[str, object] = {}
        for column in table.columns:
            found = picked.get(column.name)
            guess = _guess(column) if column.not_null else None
            if found is None:
                if guess is not None:
                    fields[column.name] = {"constant": guess}
                continue
            sql = f'"{found}"'
            if column.accepted:
                held = [
                    r[0]
                    for r in db.execute(
                        f"select distinct {sql} from {chosen.values} where {sql} is not null limit 50"
                    ).fetchall()
                ]
                same = {clean_name(word): word for word in column.accepted}
                values = {word: same.get(clean_name(word), guess or column.accepted[-1]) for word in held}
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
    query = f'select count("{name}"), count(distinct "{name}") from {file.values}'
    present, different = db.execute(query).fetchall()[0]
    return bool(present == file.rows and different >= 0.99 * present)


def _overlaps(db: duckdb.DuckDBPyConnection, file: Looked, name: str, parent: Looked, key: str) -> bool:
    """Whether most values of a column are keys of the other file."""
    if file is parent:
        return name == key
    query = f"""select count(*), count(*) filter (where "{name}" in (select "{key}" from {parent.values}))
        from (select distinct "{name}" from {file.values} where "{name}" is not null)"""
    total, held = db.execute(query).fetchall()[0]
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


def _text(body: dict[str, dict]) -> str:  # type: ignore[type-arg]
    head = "# Drafted by the doctor. Every constant and default is a guess: mend them, and see docs/your-own-data.md.\n"
    return head + yaml.safe_dump({"title": "Draft", **body}, sort_keys=False, allow_unicode=True, width=120)
